//! Everything that the engine can order the driver to do.

use std::time::Duration;

use terms::{Attempt, Outcome};

use super::event::{Finished, MatchNo, WorkerKey};

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
    /// Tell people: a worker fell silent or left; forget it.
    Forget(WorkerKey),
    /// The run is over.
    Finish(Ending),
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
    /// The worker is gone.
    Lost,
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
