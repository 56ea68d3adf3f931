//! Why something is no transcript.

use terms::Seat;
use terms::printable::clean;

use crate::VERSION;

/// Longest reason that is passed on, in characters.
const REASON_CHARS_MAX: usize = 300;

/// Why bytes are no transcript that this build can read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTranscript {
    /// Something else altogether.
    #[error("this is no transcript of a match")]
    Foreign,
    /// A later build wrote it.
    #[error("this transcript was written by a newer version (format {0}; this build reads {VERSION})")]
    Newer(u32),
    /// It says that it is larger than any that was ever written.
    #[error("this transcript would take {bytes} bytes unpacked, but at most {bytes_max} are allowed")]
    TooLarge {
        /// What it would take.
        bytes: u64,
        /// What is allowed.
        bytes_max: usize,
    },
    /// The end is missing.
    #[error("this transcript ends early: the file was cut short, or never finished")]
    Truncated,
    /// It does not unpack.
    #[error("this transcript is damaged: it does not unpack")]
    Damaged,
    /// A line is not as it must be.
    #[error("line {line} of the transcript is wrong: {why}")]
    Line {
        /// From 1.
        line: u32,
        /// What is wrong with it.
        why: String,
    },
    /// It does not say what its digests say.
    #[error("this transcript is damaged: its content does not have its {0}")]
    WrongDigest(&'static str),
    /// A bot in the file is not the one that played.
    #[error("the bot of seat {seat} in this file is not the one that played", seat = .0.index())]
    WrongBot(Seat),
}

impl BadTranscript {
    /// A wrong line, with a reason that may quote what strangers wrote.
    pub(crate) fn line(line: usize, why: &str) -> BadTranscript {
        let why: String = clean(why).chars().take(REASON_CHARS_MAX).collect();
        BadTranscript::Line { line: u32::try_from(line).unwrap_or(u32::MAX), why }
    }
}
