//! The exit codes, as documented, and the one place that chooses between them.

use terms::Verdict;

use crate::cluster::{Ended, PrepareError};

/// The exit codes of `worker`. No value of this type exists: it is a list.
#[derive(Debug)]
pub enum Exit {}

impl Exit {
    /// Drained: everything that was played is delivered.
    pub const DRAINED: u8 = 0;
    /// Something failed, or results are lost; the message says what.
    pub const FAILED: u8 = 1;
    /// The command line, or what it names, makes no sense.
    pub const USAGE: u8 = 2;
    /// Drained, but results wait in the spool for the next worker with the same data directory.
    pub const UNDELIVERED: u8 = 3;
    /// Told to stop twice.
    pub const STOPPED: u8 = 4;

    /// The code of a conversation that ended.
    pub fn code(ended: &Result<Ended, PrepareError>) -> u8 {
        match ended {
            Ok(Ended::Drained) => Exit::DRAINED,
            Ok(Ended::Undelivered { lost: 0, .. }) => Exit::UNDELIVERED,
            Ok(Ended::Undelivered { .. }) | Err(_) => Exit::FAILED,
        }
    }
}

/// The exit codes of `worker play`. No value of this type exists: it is a list.
#[derive(Debug)]
pub enum PlayExit {}

impl PlayExit {
    /// Played to the end.
    pub const PLAYED: u8 = 0;
    /// Something failed, or the match is void; the message says what.
    pub const FAILED: u8 = 1;
    /// The command line, or what it names, makes no sense.
    pub const USAGE: u8 = 2;
    /// A bot forfeited.
    pub const FORFEIT: u8 = 3;
    /// Told to stop.
    pub const INTERRUPTED: u8 = 4;

    /// The code of a match that ended by itself.
    pub fn code(verdict: &Verdict) -> u8 {
        match verdict {
            Verdict::Played(_) => PlayExit::PLAYED,
            Verdict::Forfeit(_) => PlayExit::FORFEIT,
            Verdict::Void(_) => PlayExit::FAILED,
        }
    }
}
