//! How many matches are where.

use super::matches::Phase;

/// How many matches are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Nobody has them.
    pub waiting: u32,
    /// With a worker.
    pub leased: u32,
    /// On their way into the store.
    pub recording: u32,
    /// Recorded.
    pub settled: u32,
    /// Void for good.
    pub given_up: u32,
    /// Those of the others that were recorded and are played again to check them.
    pub audits: u32,
    /// Those of the others that were recorded by a worker that is not believed any more.
    pub again: u32,
}

impl Counts {
    /// The one of that phase.
    pub(super) fn of(&mut self, phase: Phase) -> &mut u32 {
        match phase {
            Phase::Fresh | Phase::Queued => &mut self.waiting,
            Phase::Leased => &mut self.leased,
            Phase::Recording => &mut self.recording,
            Phase::Settled => &mut self.settled,
            Phase::GivenUp => &mut self.given_up,
        }
    }

    /// Matches on which somebody still works.
    pub fn in_flight(&self) -> u32 {
        self.leased + self.recording
    }

    /// Matches that came to an end at least once. Never falls.
    pub fn done(&self) -> u32 {
        self.settled + self.given_up + self.audits + self.again
    }

    /// All of them.
    pub fn total(&self) -> u32 {
        self.waiting + self.leased + self.recording + self.settled + self.given_up
    }
}
