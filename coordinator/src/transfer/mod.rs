//! Everything that a data directory knows, as one file: out of one, into another.
//!
//! A `.zip` with `arena-export.json` (what it is), `results.jsonl` (a result per line),
//! `corroborations.jsonl`, and the transcripts under their addresses. Importing is like hearing
//! the results from a worker: what is there already stays, what contradicts it is an alarm.
//! Never here: SQL, or the inside of a transcript.

mod export;
mod import;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use terms::{Digest, MatchId};
use transcript::BadTranscript;
use zip::result::ZipError;

pub use export::export;
pub use import::import;

/// The version of the file. A newer one is refused.
const VERSION: u32 = 1;
const ABOUT: &str = "arena-export.json";
const RESULTS: &str = "results.jsonl";
const CORROBORATIONS: &str = "corroborations.jsonl";

/// What the file says of itself.
#[derive(Serialize, Deserialize)]
struct About {
    version: u32,
}

/// That one more worker came to a result.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CorroborationLine {
    r#match: String,
    worker: String,
}

/// Where the transcript of that address is in the file.
fn transcript_name(address: &Digest) -> String {
    format!("transcripts/{address}.transcript")
}

/// Why a tournament cannot be moved.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The file cannot be read or written.
    #[error("export {path} cannot be {what}")]
    File {
        /// The file.
        path: PathBuf,
        /// `read` or `written`.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It is no archive, or a damaged one.
    #[error("{path} is no whole export ({source})")]
    Zip {
        /// The file.
        path: PathBuf,
        /// In which way.
        source: ZipError,
    },
    /// It is another archive.
    #[error("{path} is no export of arena: {what}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// How that is known.
        what: String,
    },
    /// A later version wrote it.
    #[error(
        "export {path} was written by a newer version of arena (version {found}, this one knows {VERSION}); use that version"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// A line makes no sense.
    #[error("export {path} is damaged: line {line} of {part}: {what}; nothing after it was taken in")]
    Line {
        /// The file.
        path: PathBuf,
        /// Which part of it.
        part: &'static str,
        /// From 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A transcript is damaged.
    #[error(
        "export {path} is damaged: the transcript of match {id}: {source}; nothing after it was taken in"
    )]
    Transcript {
        /// The file.
        path: PathBuf,
        /// Which match.
        id: MatchId,
        /// In which way.
        source: BadTranscript,
    },
    /// A transcript is not that of its result.
    #[error("export {path} is damaged: the transcript of match {id} {what}; nothing after it was taken in")]
    Mismatch {
        /// The file.
        path: PathBuf,
        /// Which match.
        id: MatchId,
        /// In what they differ.
        what: &'static str,
    },
}

impl TransferError {
    /// Whether the user named something that is not there or not good.
    pub fn is_about_what_was_named(&self) -> bool {
        !matches!(self, TransferError::File { what: "written", .. })
    }
}
