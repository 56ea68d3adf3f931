//! The match without a sandbox: each bot on a plain python3.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use intake::Contestant;
use terms::{BySeat, Digest, MatchSpec, Runtime, bundle};
use tokio::runtime::Handle;

use super::naked::{Harness, Killer, Naked, NakedConfig, NakedError};
use super::report::Played;
use super::{PlayArguments, PlayError, referee};

/// How long a bot may take to say where it was interrupted.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Plays it, and says whether it was interrupted.
///
/// # Errors
/// A bot is a component, or there is no Python that can run the harness.
pub(super) fn play(
    arguments: &PlayArguments,
    spec: MatchSpec,
    bots: &BySeat<Contestant>,
    runtime: &Handle,
) -> Result<(Played, bool), PlayError> {
    if let Some((_, bot)) = bots.iter().find(|(_, bot)| bot.bundle.contains(bundle::COMPONENT)) {
        return Err(PlayError::Component(bot.name.clone()));
    }
    tracing::warn!(
        "UNSANDBOXED: both bots run on {} with all your rights. No fuel is counted, no limit of \
         memory holds, and the result is worth nothing to a tournament",
        arguments.python.display()
    );
    let harness = Harness::write().map_err(NakedError::Harness)?;
    let (python, is_patient) = (arguments.python.as_path(), arguments.no_wall_clock);
    let config = NakedConfig { python, harness: &harness, is_patient };
    let players = BySeat([Naked::start(&config)?, Naked::start(&config)?]);
    let stop = Arc::new(AtomicBool::new(false));
    let killers = players.0.each_ref().map(Naked::killer);
    let watching = runtime.spawn(stop_on_interrupt(stop.clone(), killers));
    let mut played = referee(bots, spec, &no_runtime(), players, &stop);
    watching.abort();
    played.is_sandboxed = false;
    Ok((played, stop.load(Ordering::Relaxed)))
}

/// What stands in place of a runtime, and is none that any worker has.
fn no_runtime() -> Runtime {
    let python_wasm = Digest::of(b"no python.wasm: a match at home, without a sandbox");
    Runtime { wasmtime: "none".to_owned(), ..Runtime::of_this_build(python_wasm) }
}

/// Ctrl-C reaches the bots as well, which say where they were; whoever does not is killed.
async fn stop_on_interrupt(stop: Arc<AtomicBool>, killers: [Killer; 2]) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    stop.store(true, Ordering::Relaxed);
    tokio::time::sleep(LAST_WORDS).await;
    killers.iter().for_each(Killer::kill);
}
