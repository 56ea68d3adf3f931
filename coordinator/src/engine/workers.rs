//! What the engine knows of each worker.

use std::collections::BTreeMap;

use super::event::{Elapsed, MatchNo, Stance, Voter, WorkerKey};
use super::pace::Pace;

/// Voids in a row after which a worker gets one match at a time: it may be broken.
const VOIDS_IN_A_ROW_MAX: u32 = 4;

/// One worker.
#[derive(Debug)]
pub(super) struct Worker {
    /// Whose votes its results are.
    pub(super) voter: Voter,
    /// Whether it is not believed any more.
    pub(super) is_quarantined: bool,
    /// Matches it can play at once.
    pub(super) slots: u32,
    /// Whether it may get work.
    pub(super) stance: Stance,
    /// When it last called.
    pub(super) seen_at: Elapsed,
    /// Its leases in the order of their hand-out.
    pub(super) held: BTreeMap<u64, MatchNo>,
    /// Its results that are on their way into the store.
    pub(super) recording: u32,
    /// Whether its last call has not been answered yet.
    pub(super) call_open: bool,
    /// How long its matches take.
    pub(super) pace: Pace,
    /// Voids since its last good result.
    pub(super) voids_in_a_row: u32,
}

impl Worker {
    /// A worker that was never seen before.
    pub(super) fn new(now: Elapsed, voter: Voter) -> Worker {
        Worker {
            voter,
            is_quarantined: false,
            slots: 0,
            stance: Stance::Idle,
            seen_at: now,
            held: BTreeMap::new(),
            recording: 0,
            call_open: false,
            pace: Pace::default(),
            voids_in_a_row: 0,
        }
    }

    /// Whether it may get work.
    pub(super) fn is_ready(&self) -> bool {
        self.stance == Stance::Ready && self.slots > 0 && !self.is_quarantined
    }

    /// Matches it holds.
    pub(super) fn held_count(&self) -> u32 {
        self.held.len() as u32
    }

    /// Whether it was going and has nothing to do any more: it will not call again.
    pub(super) fn has_left(&self) -> bool {
        self.stance == Stance::Draining && self.held.is_empty() && self.recording == 0
    }

    /// Whether so many of its matches were void that it only gets one at a time.
    pub(super) fn is_suspect(&self) -> bool {
        self.voids_in_a_row >= VOIDS_IN_A_ROW_MAX
    }
}

/// All workers that called lately.
pub(super) type Workers = BTreeMap<WorkerKey, Worker>;

/// Slots of all workers that get work.
pub(super) fn slots_ready(workers: &Workers) -> u32 {
    workers
        .values()
        .filter(|worker| worker.is_ready())
        .fold(0, |sum, worker| sum.saturating_add(worker.slots))
}
