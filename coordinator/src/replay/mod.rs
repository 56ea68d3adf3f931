//! Plays one recorded match again and says whether it goes the same way.
//!
//! The transcript's file is all that is needed: both bots are in it, and everything else that a
//! match depends on. The match is played like any other, by a local worker, on a stage of its own
//! whose store is thrown away. Never here: a change to what is recorded.

mod comparison;
mod find;

use std::path::PathBuf;

use terms::Digest;
use tokio::sync::mpsc;
use transcript::{BadTranscript, Transcript, file};

use crate::config::{Keeping, Site};
use crate::data_dir;
use crate::engine::Ending;
use crate::output;
use crate::plan::Plan;
use crate::progress::Console;
use crate::python_wasm::PythonWasm;
use crate::run::{Ended, RunError};
use crate::stage::Stage;
use crate::store::{Store, StoredResult};
use crate::transcripts::TranscriptsError;
use comparison::Comparison;
use find::Found;

/// Why a match cannot be played again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It is neither a file nor an id.
    #[error("{0:?} is neither a file nor the id of a match: expected at least {digits} hexadecimal digits of one", digits = find::DIGITS_MIN)]
    NotAMatch(String),
    /// No match has that id.
    #[error("store {store} has no match whose id begins with {id}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// Where.
        store: String,
    },
    /// Several have.
    #[error("the ids of several matches begin with {id}, among them {} and {}; give more of it", .among[0], .among[1])]
    Ambiguous {
        /// What was asked for.
        id: String,
        /// Two of them.
        among: [Digest; 2],
    },
    /// Its transcript was not kept.
    #[error(
        "match {0} has no transcript here: none were kept, or they are in another place (--transcripts DIR)"
    )]
    NotKept(Digest),
    /// The file cannot be read.
    #[error("transcript {path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no whole transcript.
    #[error("transcript {name} cannot be used: {source}")]
    Bad {
        /// The file, or the address.
        name: String,
        /// In which way.
        source: BadTranscript,
    },
    /// It is the transcript of another match, or of another play of it.
    #[error("transcript {name} is not that of match {id}: {what}")]
    Foreign {
        /// The address.
        name: String,
        /// The match.
        id: Digest,
        /// How that is known.
        what: &'static str,
    },
    /// No place for what is thrown away.
    #[error("no temporary directory can be made")]
    Scratch(#[source] std::io::Error),
    /// The result of the replay is not there.
    #[error("the match was played, but its result cannot be found again")]
    Lost,
    /// The place of transcripts.
    #[error(transparent)]
    Transcripts(#[from] TranscriptsError),
}

impl ReplayError {
    /// Whether the user named something that is not there or not good.
    pub fn is_about_what_was_named(&self) -> bool {
        !matches!(self, ReplayError::Scratch(_) | ReplayError::Lost | ReplayError::Transcripts(_))
    }
}

/// Plays the match `which` of `site` again, and prints how that went.
///
/// # Errors
/// There is no such match, or it cannot be played.
pub async fn replay(
    site: &Site,
    which: &str,
    console: &Console,
    interrupts: mpsc::Receiver<()>,
) -> Result<Ended, RunError> {
    output::check([site.json.as_ref(), None])?;
    let Found { bundles, transcript: recorded } = find::find(site, which).await?;
    let python = PythonWasm::load(site.python_wasm.as_deref()).map_err(RunError::Python)?;
    let spec = &recorded.header().spec;
    let plan = Plan::of_matches(spec, &[(spec.seed, spec.bots)], bundles.0.into(), python)
        .map_err(RunError::TooMany)?;
    let scratch = tempfile::tempdir().map_err(ReplayError::Scratch)?;
    let alone = Site {
        data_dir: scratch.path().to_owned(),
        store: None,
        transcripts: Keeping::DataDir,
        ..site.clone()
    };
    let worker_dir = data_dir::worker_dir_of(&site.data_dir)?;
    let stage = Stage::set(&alone, plan).await?.with_worker_dir(worker_dir);
    let ended = perform(&stage, &alone, &recorded, console, interrupts).await;
    stage.store.close().await;
    ended
}

/// Prints the transcript of the match `which` of `site`, as lines of JSON.
///
/// # Errors
/// There is no such match, or its transcript cannot be had.
pub async fn show(site: &Site, which: &str) -> Result<Ended, RunError> {
    let Found { transcript, .. } = find::find(site, which).await?;
    output::print(&output::escape_unfit(transcript.text()))?;
    Ok(Ended::Complete { void: 0 })
}

async fn perform(
    stage: &Stage,
    site: &Site,
    recorded: &Transcript,
    console: &Console,
    interrupts: mpsc::Receiver<()>,
) -> Result<Ended, RunError> {
    let finale = stage.play(site, console, interrupts).await?;
    if finale.ending == Ending::Drained {
        return Ok(Ended::Interrupted);
    }
    if let Some(void) = finale.voids.values().next() {
        console.line(&format!("the match could not be played to its end: {}", void.outcome.host_message));
        return Ok(Ended::Complete { void: 1 });
    }
    let replayed = replayed(stage).await?;
    let comparison = Comparison::of(recorded, &replayed);
    match &site.json {
        Some(sink) => output::write_json(sink, &comparison.document())?,
        None => output::print(&comparison.to_string())?,
    }
    Ok(if comparison.is_equal() { Ended::Complete { void: 0 } } else { Ended::Differs })
}

/// The transcript of the match that was just played.
async fn replayed(stage: &Stage) -> Result<Transcript, RunError> {
    let mut result: Option<StoredResult> = None;
    let setting = stage.plan.schedule.setting().digest();
    stage.store.for_each_result(setting, |found| result = Some(found)).await?;
    let address = result.ok_or(ReplayError::Lost)?.outcome.transcript;
    let bytes = stage.transcripts.get(&address).await?;
    Ok(unpack(&bytes, &address.to_string())?.transcript)
}

fn unpack(bytes: &[u8], name: &str) -> Result<Found, ReplayError> {
    let bad = |source| ReplayError::Bad { name: name.to_owned(), source };
    let file::Packed { bundles, transcript } = file::unpack(bytes).map_err(bad)?;
    Ok(Found { bundles, transcript })
}
