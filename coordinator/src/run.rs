//! One run from a configuration to its documents: prepare, play what is missing, give out.

use std::net::SocketAddr;
use std::time::Instant;

use intake::IntakeError;
use telemetry::traces::TracesError;
use terms::Seed;
use tokio::sync::mpsc;

use crate::config::{Bots, Config};
use crate::data_dir::{DataDirError, NoStore};
use crate::download::{DownloadError, download};
use crate::driver::{DriverError, Finale};
use crate::engine::{AuditCounts, Ending, Sample};
use crate::http;
use crate::local::StartError;
use crate::output::{self, OutputError};
use crate::plan::{Plan, PlanError};
use crate::progress::Console;
use crate::python_wasm::PythonWasmError;
use crate::replay::ReplayError;
use crate::results::Results;
use crate::schedule::TooManyMatches;
use crate::stage::Stage;
use crate::standings::{self, UnfitResult};
use crate::store::{Store, StoreError};
use crate::transcripts::TranscriptsError;
use crate::transfer::TransferError;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was played; so many matches stayed void.
    Complete {
        /// Matches that stayed void.
        void: u32,
    },
    /// The user stopped it.
    Interrupted,
    /// Something else came out, or is there, than what was recorded.
    Differs,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The bots.
    #[error(transparent)]
    Bots(IntakeError),
    /// Bots that are somewhere else.
    #[error(transparent)]
    Download(#[from] DownloadError),
    /// The interpreter.
    #[error(transparent)]
    Python(PythonWasmError),
    /// The schedule.
    #[error(transparent)]
    TooMany(TooManyMatches),
    /// The data directory.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// Nothing is recorded.
    #[error(transparent)]
    NoStore(#[from] NoStore),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address.
    #[error("cannot listen on {address}; choose another --listen, port 0 takes a free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The address for probes.
    #[error("cannot listen on {address}; choose another --http, port 0 takes a free one")]
    Http {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The metrics.
    #[error(transparent)]
    Metrics(#[from] telemetry::InstallError),
    /// A tournament to move.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// A match to play again.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The transcripts.
    #[error(transparent)]
    Transcripts(#[from] TranscriptsError),
    /// A local worker.
    #[error(transparent)]
    Local(#[from] StartError),
    /// Traces.
    #[error(transparent)]
    Traces(#[from] TracesError),
    /// While playing.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The standings.
    #[error(transparent)]
    Standings(#[from] UnfitResult),
    /// The documents.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The program's own machinery.
    #[error("the program cannot start")]
    Runtime(#[source] std::io::Error),
    /// No randomness.
    #[error("no seed can be drawn; name one with --seed N")]
    Seed(#[from] getrandom::Error),
}

impl From<PlanError> for RunError {
    fn from(error: PlanError) -> RunError {
        match error {
            PlanError::Bots(error) => RunError::Bots(error),
            PlanError::Python(error) => RunError::Python(error),
            PlanError::TooMany(error) => RunError::TooMany(error),
        }
    }
}

/// Plays the tournament of `config` with that seed and writes its documents. Each message on
/// `interrupts` is one wish of the user to stop.
///
/// # Errors
/// Whatever keeps the tournament from being played or given out.
pub async fn run(
    config: &Config,
    seed: Seed,
    console: &Console,
    mut interrupts: mpsc::Receiver<()>,
) -> Result<Ended, RunError> {
    let began = Instant::now();
    output::check([config.site.json.as_ref(), config.csv.as_ref()])?;
    let (view, _pages) = http::serve(config.http, config.trusts_advertised, console).await?;
    let plan = plan(config, seed, console).await?;
    plan.notes.iter().for_each(|note| console.say(note));
    let in_turn = Stage::set_in_turn(&config.site, plan, (console, &view.condition), &mut interrupts);
    let Some(stage) = in_turn.await? else { return Ok(Ended::Interrupted) };
    let mut stage = stage.seen_in(view);
    stage.policy.sample = draw_sample(config.audit_per_million)?;
    let ended = perform(&stage, config, console, interrupts, began).await;
    stage.store.close().await;
    ended
}

/// Reads everything that is going to be played, wherever it is.
async fn plan(config: &Config, seed: Seed, console: &Console) -> Result<Plan, RunError> {
    match &config.bots {
        Bots::Directory(folder) => Ok(Plan::new(config, folder, seed)?),
        Bots::Bucket(bucket) => {
            console.say(&format!("fetching the bots from {bucket} …"));
            let folder = download(bucket, |text| console.say(text)).await?;
            Plan::new(config, folder.path(), seed).map_err(|error| match error {
                PlanError::Bots(error) => RunError::Bots(error.shown_as(&bucket.to_string())),
                error => error.into(),
            })
        }
    }
}

async fn perform(
    stage: &Stage,
    config: &Config,
    console: &Console,
    interrupts: mpsc::Receiver<()>,
    began: Instant,
) -> Result<Ended, RunError> {
    let finale = if stage.is_played() {
        console.say("every match of this tournament was played before: nothing is left to play");
        stage.view.condition.ends();
        Finale::default()
    } else {
        stage.play(&config.site, console, interrupts).await?
    };
    if finale.ending == Ending::Drained {
        return Ok(Ended::Interrupted);
    }
    if let Some(summary) = summary(&finale.audits) {
        console.say(&summary);
    }
    let Results { tournament, bots, matches, workers, void } = stage.results(finale, began).await?;
    let report = standings::report(&tournament, &bots, &matches, &workers)?;
    // There may be a million of them, and the report has all that is said of them.
    drop(matches);
    output::write(&report, config.site.json.as_ref(), config.csv.as_ref())?;
    Ok(Ended::Complete { void })
}

/// The salt is drawn anew for every run: no worker can tell which of its results are checked.
fn draw_sample(per_million: u32) -> Result<Sample, getrandom::Error> {
    let mut salt = [0; terms::digest::DIGEST_BYTES];
    getrandom::fill(&mut salt)?;
    Ok(Sample::new(salt, per_million))
}

/// What checking results came to, in one line; nothing if none was checked.
fn summary(audits: &AuditCounts) -> Option<String> {
    let AuditCounts { equal, alone, upheld, corrected, undecided, inconclusive, quarantined, distrusted } =
        *audits;
    let total = audits.total();
    if total == 0 && quarantined == 0 {
        return None;
    }
    if total == equal && quarantined == 0 {
        let alone = match alone {
            0 => String::new(),
            alone => format!(" ({alone} of them by the same worker, as there was no other)"),
        };
        let matches = if total == 1 { "match" } else { "matches" };
        return Some(format!("{total} {matches} audited, all equal{alone}"));
    }
    Some(format!(
        "{total} matches audited: {equal} equal, {upheld} upheld against another result, {corrected} corrected, \
         {undecided} undecided, {inconclusive} not playable again; {quarantined} workers quarantined, {distrusted} \
         of their results played again"
    ))
}
