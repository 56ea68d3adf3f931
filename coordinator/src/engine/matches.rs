//! Where every match is: waiting, leased to a worker, being recorded, or settled.
//!
//! The only place that moves a match from one to another. A match nobody has touched costs one
//! byte; only those that are leased or had a setback cost more.

use std::collections::{BTreeMap, VecDeque};

use terms::Attempt;

use super::event::{Elapsed, MatchNo, WorkerKey};

/// Most waiting matches that are looked at to find one that suits a worker.
const SCAN_MAX: usize = 256;

/// Where a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Waiting, and never handed out.
    Fresh,
    /// Waiting for another try.
    Queued,
    /// With a worker.
    Leased,
    /// Finished, on its way into the store.
    Recording,
    /// Recorded, now or in an earlier run.
    Settled,
    /// Void for good, as far as this run goes.
    GivenUp,
}

/// A match in a worker's hands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    /// Whose.
    pub(super) worker: WorkerKey,
    /// The fencing token: a report of another attempt is stale.
    pub(super) attempt: Attempt,
    /// Rises with every hand-out: the order in which a worker plays.
    pub(super) serial: u64,
    /// Ticks played when the worker last called.
    pub(super) ticks: u32,
    /// When the match last moved.
    pub(super) moved_at: Elapsed,
}

/// What a match went through.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries {
    /// The last attempt number given out.
    pub(super) issued: u32,
    /// Tries that ended void or stalled.
    pub(super) voids: u32,
    /// Workers lost while they had it.
    pub(super) losses: u32,
    /// Workers that had it and made it void: others first. As long as `voids`.
    pub(super) avoid: Vec<WorkerKey>,
}

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

/// All matches of a tournament.
#[derive(Debug)]
pub(super) struct Matches {
    phases: Vec<Phase>,
    counts: Counts,
    leases: BTreeMap<MatchNo, Lease>,
    tries: BTreeMap<MatchNo, Tries>,
    /// Waiting for another try. May name matches that have moved on: their phase tells.
    queue: VecDeque<MatchNo>,
    /// No match before this one is fresh.
    cursor: u32,
    serial: u64,
}

impl Matches {
    /// That many matches, all fresh but those that `is_settled`.
    pub(super) fn new(count: u32, is_settled: impl Fn(MatchNo) -> bool) -> Matches {
        let phase = |no| if is_settled(MatchNo(no)) { Phase::Settled } else { Phase::Fresh };
        let phases: Vec<Phase> = (0..count).map(phase).collect();
        let mut counts = Counts::default();
        phases.iter().for_each(|phase| *counts.of(*phase) += 1);
        Matches {
            phases,
            counts,
            leases: BTreeMap::new(),
            tries: BTreeMap::new(),
            queue: VecDeque::new(),
            cursor: 0,
            serial: 0,
        }
    }

    /// How many matches are where.
    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// Where a match is, if there is one of that number.
    pub(super) fn phase(&self, no: MatchNo) -> Option<Phase> {
        self.phases.get(no.index()).copied()
    }

    /// A match's lease, if a worker has it.
    pub(super) fn lease(&self, no: MatchNo) -> Option<&Lease> {
        self.leases.get(&no)
    }

    /// Every lease.
    pub(super) fn leases(&self) -> impl Iterator<Item = (MatchNo, &Lease)> {
        self.leases.iter().map(|(no, lease)| (*no, lease))
    }

    /// A lease to renew.
    pub(super) fn lease_mut(&mut self, no: MatchNo) -> Option<&mut Lease> {
        self.leases.get_mut(&no)
    }

    /// What a match went through so far.
    pub(super) fn tries_mut(&mut self, no: MatchNo) -> &mut Tries {
        self.tries.entry(no).or_default()
    }

    /// Whether that worker made the match void before.
    pub(super) fn is_avoided(&self, no: MatchNo, worker: WorkerKey) -> bool {
        self.tries.get(&no).is_some_and(|tries| tries.avoid.contains(&worker))
    }

    /// Takes the next match that `suits` out of those waiting, second tries first, and leases it.
    pub(super) fn lease_next(
        &mut self,
        now: Elapsed,
        worker: WorkerKey,
        suits: impl Fn(&Matches, MatchNo) -> bool,
    ) -> Option<MatchNo> {
        let no = self.next_queued(suits).or_else(|| self.next_fresh())?;
        let attempt = Attempt(self.tries.get(&no).map_or(0, |tries| tries.issued)).next();
        self.lease_to(now, no, worker, attempt, 0);
        Some(no)
    }

    fn next_queued(&mut self, suits: impl Fn(&Matches, MatchNo) -> bool) -> Option<MatchNo> {
        let mut place = 0;
        while place < SCAN_MAX {
            let no = *self.queue.get(place)?;
            if self.phase(no) != Some(Phase::Queued) {
                self.queue.remove(place);
            } else if suits(self, no) {
                return self.queue.remove(place);
            } else {
                place += 1;
            }
        }
        None
    }

    fn next_fresh(&mut self) -> Option<MatchNo> {
        let rest = self.phases.get(self.cursor as usize..)?;
        let ahead = rest.iter().position(|phase| *phase == Phase::Fresh)?;
        // Bounded by the number of matches, which is a u32.
        self.cursor += ahead as u32;
        Some(MatchNo(self.cursor))
    }

    /// Puts a waiting match into a worker's hands.
    pub(super) fn lease_to(
        &mut self,
        now: Elapsed,
        no: MatchNo,
        worker: WorkerKey,
        attempt: Attempt,
        ticks: u32,
    ) {
        self.serial += 1;
        let lease = Lease { worker, attempt, serial: self.serial, ticks, moved_at: now };
        if attempt > Attempt::FIRST {
            let tries = self.tries_mut(no);
            tries.issued = tries.issued.max(attempt.0);
        }
        self.go(no, Phase::Leased);
        self.leases.insert(no, lease);
    }

    /// Puts a match back among those waiting.
    pub(super) fn requeue(&mut self, no: MatchNo) {
        if let Some(lease) = self.leases.remove(&no) {
            let tries = self.tries_mut(no);
            tries.issued = tries.issued.max(lease.attempt.0);
        }
        self.go(no, Phase::Queued);
        self.queue.push_back(no);
    }

    /// Moves a match out of the workers' reach.
    pub(super) fn move_on(&mut self, no: MatchNo, to: Phase) {
        self.leases.remove(&no);
        if matches!(to, Phase::Settled | Phase::GivenUp) {
            self.tries.remove(&no);
        }
        self.go(no, to);
    }

    fn go(&mut self, no: MatchNo, to: Phase) {
        if let Some(phase) = self.phases.get_mut(no.index()) {
            let from = std::mem::replace(phase, to);
            *self.counts.of(from) -= 1;
            *self.counts.of(to) += 1;
        }
    }
}

impl Counts {
    fn of(&mut self, phase: Phase) -> &mut u32 {
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
