//! One match between two bots of one's own, without a coordinator: `worker play`.
//!
//! ```text
//! arguments ─► bots (intake) ─┬─ sandboxed    a zygote, as a tournament's matches have it ─┬─► referee ─► report, document
//!                             └─ unsandboxed  naked: each bot on a plain python3           ─┘
//! ```
//!
//! Nothing that comes from a coordinator may ever get here: whatever plays for one (`cluster`, `slots`,
//! `seats`, `sandbox`, `referee`) knows nothing of this module, and a test holds it to that.

mod arguments;
mod document;
mod error;
pub mod naked;
mod report;
mod sandboxed;
mod table;
mod unsandboxed;
mod watched;

use std::sync::atomic::{AtomicBool, AtomicU32};

use intake::{Contestant, read_bot};
use terms::{BySeat, GameId, MatchSpec, Runtime, Seed};
use tokio::runtime::Handle;

pub use arguments::PlayArguments;
pub use error::PlayError;

use crate::exit::PlayExit;
use crate::referee::{Conducted, Contest, Player, conduct};
use report::Played;
use watched::Watched;

/// Plays the match, shows it, and returns the exit code.
///
/// # Errors
/// There is no match to show.
pub fn run(arguments: &PlayArguments, runtime: &Handle) -> Result<u8, PlayError> {
    let limits = arguments.limits()?;
    let game = GameId::named(&arguments.game)?;
    let bots = BySeat([read_bot(&arguments.zero, &limits)?, read_bot(&arguments.one, &limits)?]);
    let spec = MatchSpec {
        game,
        seed: Seed(arguments.seed),
        bots: BySeat::from_fn(|seat| bots[seat].digest),
        limits,
        policy: arguments.policy.clone(),
        // Known when it is known where to play.
        runtime: terms::Digest::NONE,
    };
    let (played, is_stopped) = if arguments.unsandboxed {
        unsandboxed::play(arguments, spec, &bots, runtime)?
    } else {
        (sandboxed::play(arguments, spec, &bots, runtime)?, false)
    };
    report::show(&played, arguments.json.as_deref())?;
    Ok(if is_stopped { PlayExit::INTERRUPTED } else { PlayExit::code(&played.outcome.verdict) })
}

/// Plays the match with these players.
fn referee<P: Player>(
    bots: &BySeat<Contestant>,
    mut spec: MatchSpec,
    runtime: &Runtime,
    players: BySeat<P>,
    stop: &AtomicBool,
) -> Played {
    spec.runtime = runtime.fingerprint();
    let encoded = BySeat::from_fn(|seat| bots[seat].bundle.encode());
    let BySeat([zero, one]) = players;
    let BySeat([name_zero, name_one]) = names(bots);
    let mut players = BySeat([Watched::new(zero, &name_zero, stop), Watched::new(one, &name_one, stop)]);
    let ticks = AtomicU32::new(0);
    let bundles = BySeat(encoded.0.each_ref().map(Vec::as_slice));
    let Conducted { outcome, .. } =
        conduct(Contest { spec: &spec, runtime, bundles, players: &mut players, ticks: &ticks });
    let load_fuel = players.0.each_ref().map(|player| player.load_fuel);
    let turn_fuel = players.0.each_mut().map(|player| std::mem::take(&mut player.turn_fuel));
    drop(players);
    Played {
        spec,
        names: BySeat([name_zero, name_one]),
        outcome,
        load_fuel: BySeat(load_fuel),
        turn_fuel: BySeat(turn_fuel),
        is_sandboxed: true,
    }
}

/// The bots' names, told apart if they are the same.
fn names(bots: &BySeat<Contestant>) -> BySeat<String> {
    let BySeat([zero, one]) = bots;
    if zero.name == one.name {
        return BySeat([format!("{} (0)", zero.name), format!("{} (1)", one.name)]);
    }
    BySeat([zero.name.clone(), one.name.clone()])
}
