//! Everything that can happen to a tournament, in the engine's words.
//!
//! Matches are numbers here, workers are keys: ids, names and wire types stay with the driver.

use std::time::Duration;

use terms::{Attempt, Outcome};

/// Time since the coordinator started. The driver reads the clock, the engine never does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elapsed(pub Duration);

impl Elapsed {
    /// How long ago `earlier` was; zero if it was not earlier.
    pub fn since(self, earlier: Elapsed) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// A match by its place in the schedule, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MatchNo(pub u32);

impl MatchNo {
    /// The place as an index into a slice.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One process of a worker. A worker that restarts comes back under another key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerKey(pub u32);

/// Whoever has an opinion on results, over all the lives of a worker: one that restarts is no
/// second opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Voter(pub u32);

/// Where workers call from: one machine, or one owner's machines, as far as anybody can tell. Names
/// and processes are for the asking; homes are not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Home(pub u64);

/// One result of a match, and who says so.
#[derive(Clone, Debug)]
pub struct Vote {
    /// The process that played it.
    pub worker: WorkerKey,
    /// Whose that is.
    pub voter: Voter,
    /// What it says.
    pub finished: Finished,
}

/// A reason to check a recorded result.
#[derive(Clone, Debug)]
pub struct Doubt {
    /// What is recorded.
    pub kept: Vote,
    /// A result of the same match that differs, if that is the reason.
    pub other: Option<Vote>,
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// A worker called and waits for an answer.
    Called(Called),
    /// A worker's process is known to be gone; no need to wait for its silence.
    Gone(WorkerKey),
    /// The store holds these results of these workers, durably.
    Recorded(Vec<(MatchNo, WorkerKey)>),
    /// A recorded result shall be checked.
    Audit(Doubt),
    /// What [`super::Command::Compare`] ordered was done; if the result differed, the doubt came
    /// before this.
    Compared,
    /// What [`super::Command::Quarantine`] ordered was done: these matches lost their results.
    Distrusted(Vec<MatchNo>),
    /// Time passed.
    Tick,
    /// The user wants to stop: finish what is being played, start nothing.
    Drain,
}

/// The complete picture that a worker gives of itself.
#[derive(Debug)]
pub struct Called {
    /// Who.
    pub worker: WorkerKey,
    /// Whose votes its results are.
    pub voter: Voter,
    /// Where it calls from.
    pub home: Home,
    /// Matches it can play at once.
    pub slots: u32,
    /// Whether it may get work.
    pub stance: Stance,
    /// Every match that it has and has not finished, those waiting for a slot included.
    pub holding: Vec<Holding>,
    /// Every result that it has not been told to forget.
    pub finished: Vec<Finished>,
}

/// Whether a worker may get work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// Not yet: it prepares, or it was refused.
    Idle,
    /// Yes.
    Ready,
    /// No more: it finishes what it plays and goes.
    Draining,
}

/// A match that a worker has.
#[derive(Clone, Copy, Debug)]
pub struct Holding {
    /// Which match.
    pub no: MatchNo,
    /// Which try.
    pub attempt: Attempt,
    /// Ticks played so far; 0 while it waits or loads.
    pub ticks: u32,
}

/// A match that a worker finished.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Which match.
    pub no: MatchNo,
    /// Which try.
    pub attempt: Attempt,
    /// How it ended.
    pub outcome: Box<Outcome>,
    /// The transcript's record; nothing to the engine.
    pub record: Vec<u8>,
    /// How long it took by the worker's clock. Sizes batches, decides nothing else.
    pub wall: Duration,
}
