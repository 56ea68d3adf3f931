//! Everything that the engine can order the driver to do.

use std::time::Duration;

use terms::{Attempt, Outcome};

use super::event::{Finished, MatchNo, Vote, Voter, WorkerKey};

/// What the driver must do.
#[derive(Debug)]
pub enum Command {
    /// Write the result; say [`super::Event::Recorded`] when it is durable.
    Record {
        /// Who played.
        worker: WorkerKey,
        /// What came out.
        finished: Finished,
    },
    /// Answer the worker's open call. Every result in that call is settled.
    Answer {
        /// Who.
        worker: WorkerKey,
        /// Every match that it shall hold, in the order in which it should play them.
        wanted: Vec<Wanted>,
        /// When it should call again.
        call_again: Duration,
    },
    /// The match will not be tried again in this run: list it as void.
    GiveUp {
        /// Which match.
        no: MatchNo,
        /// Who had it last.
        worker: WorkerKey,
        /// The last try.
        attempt: Attempt,
        /// The last void.
        outcome: Box<Outcome>,
    },
    /// Tell people: a try came to nothing and the match goes to someone else.
    Retried {
        /// Which match.
        no: MatchNo,
        /// Who had it.
        worker: WorkerKey,
        /// Why.
        why: Setback,
    },
    /// Compare a late report with what is recorded; if it differs, say [`super::Event::Audit`], and
    /// in any case [`super::Event::Compared`] after that.
    Compare {
        /// Who played.
        worker: WorkerKey,
        /// What came out.
        finished: Finished,
    },
    /// A result was checked. If that [`AuditEnd::is_written`], write it and say
    /// [`super::Event::Recorded`] of this worker when it is durable.
    Audited {
        /// Which match.
        no: MatchNo,
        /// Who voted last.
        worker: WorkerKey,
        /// What was found.
        end: AuditEnd,
    },
    /// Believe a worker no more: refuse it, set aside what it alone vouches for, and say
    /// [`super::Event::Distrusted`] when that is durable.
    Quarantine {
        /// Whom.
        voter: Voter,
        /// The match by which it was found out.
        no: MatchNo,
        /// What it did.
        why: Misdeed,
    },
    /// Tell people: a worker fell silent or left; forget it.
    Forget(WorkerKey),
    /// The run is over.
    Finish(Ending),
}

/// What checking a result came to.
#[derive(Clone, Debug)]
pub enum AuditEnd {
    /// The recorded result is right.
    Upheld {
        /// Another worker that says so; nobody if only the same one played it again.
        by: Option<WorkerKey>,
    },
    /// The recorded result is wrong.
    Corrected {
        /// What is right.
        right: Box<Vote>,
        /// Another worker that says so.
        by: Option<WorkerKey>,
    },
    /// Nobody can tell: set the result aside and list the match as void.
    Undecided {
        /// Those that disagree.
        between: Vec<WorkerKey>,
        /// What the match is listed with.
        outcome: Box<Outcome>,
    },
    /// Nobody managed to play the match again: the result stays as it is.
    Inconclusive,
}

impl AuditEnd {
    /// Whether something must be written.
    pub fn is_written(&self) -> bool {
        match self {
            AuditEnd::Upheld { by } => by.is_some(),
            AuditEnd::Corrected { .. } | AuditEnd::Undecided { .. } => true,
            AuditEnd::Inconclusive => false,
        }
    }
}

/// What a worker did to be believed no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// It reported two different results of one match.
    Contradiction,
    /// It reported another result than two others.
    Alone {
        /// Those others.
        against: Vec<WorkerKey>,
    },
}

/// A match that a worker shall hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which match.
    pub no: MatchNo,
    /// Which try.
    pub attempt: Attempt,
}

/// Why a try came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// The worker said that its side failed.
    Void,
    /// The worker is there, but the match does not move.
    Stalled,
    /// The worker is there, but never said that it holds the match: no answer that gave it may have arrived.
    Unheard,
    /// The worker is gone.
    Lost,
}

impl Setback {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Setback::Void => "void",
            Setback::Stalled => "stalled",
            Setback::Unheard => "unheard",
            Setback::Lost => "lost",
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// Every match is recorded or given up.
    #[default]
    Complete,
    /// Some matches remain for another run.
    Drained,
}
