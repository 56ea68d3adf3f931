//! Where every match is: waiting, leased to a worker, being recorded, or settled.
//!
//! The only place that moves a match from one to another. A match nobody has touched costs one
//! byte; only those that are leased or had a setback cost more.

use std::collections::{BTreeMap, btree_map};

use terms::Attempt;

use super::counts::Counts;
use super::event::{Elapsed, Home, MatchNo, WorkerKey};
use super::fresh::Fresh;
use super::player::{Avoided, Player, Suits};

/// Most waiting matches that are passed over to find those that suit a worker.
const SCAN_MAX: usize = 256;
/// A match that so many workers were lost with may be what kills them: it is played after all
/// others, and by a worker that has nothing else to lose.
const SUSPECT_LOSSES: u32 = 2;

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
    /// When the match itself last moved.
    pub(super) moved_at: Elapsed,
    /// Whether the worker said that it holds the match.
    pub(super) is_heard: bool,
}

/// What a match went through.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries {
    /// The last attempt number given out.
    pub(super) issued: u32,
    /// Tries that ended void.
    pub(super) voids: u32,
    /// Tries that did not move.
    pub(super) stalls: u32,
    /// Tries of which their worker may never have heard.
    pub(super) unheard: u32,
    /// Workers lost while they had it.
    pub(super) losses: u32,
    /// Those with whom it came to nothing: others first. As many as those four together.
    pub(super) avoid: Avoided,
    /// Its place among those that wait for another try.
    place: Option<u64>,
}

/// All matches of a tournament.
#[derive(Debug)]
pub(super) struct Matches {
    phases: Vec<Phase>,
    counts: Counts,
    leases: BTreeMap<MatchNo, Lease>,
    tries: BTreeMap<MatchNo, Tries>,
    /// Waiting for another try, by place.
    queue: BTreeMap<u64, MatchNo>,
    /// The same, but suspects.
    suspects: BTreeMap<u64, MatchNo>,
    /// The next place.
    next_place: u64,
    /// Where in the queue to look first: behind those that suited nobody the last time.
    look_from: u64,
    fresh: Fresh,
    serial: u64,
}

impl Matches {
    /// That many matches, all fresh but those that `is_settled`.
    pub(super) fn new(count: u32, is_settled: impl Fn(MatchNo) -> bool) -> Matches {
        let phase = |no| if is_settled(MatchNo(no)) { Phase::Settled } else { Phase::Fresh };
        let phases: Vec<Phase> = (0..count).map(phase).collect();
        let mut counts = Counts::default();
        phases.iter().for_each(|phase| *counts.of(*phase) += 1);
        let fresh = Fresh::of(&phases);
        Matches {
            phases,
            counts,
            leases: BTreeMap::new(),
            tries: BTreeMap::new(),
            queue: BTreeMap::new(),
            suspects: BTreeMap::new(),
            next_place: 0,
            look_from: 0,
            fresh,
            serial: 0,
        }
    }

    /// How many matches are where.
    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// Waiting matches that are no suspects: a worker may have several of them.
    pub(super) fn plain_waiting(&self) -> u32 {
        // No more than all that wait, which is a u32.
        self.counts.waiting - self.suspects.len() as u32
    }

    /// Where a match is, if there is one of that number.
    pub(super) fn phase(&self, no: MatchNo) -> Option<Phase> {
        self.phases.get(no.index()).copied()
    }

    /// A match's lease, if a worker has it.
    pub(super) fn lease(&self, no: MatchNo) -> Option<&Lease> {
        self.leases.get(&no)
    }

    /// A lease to renew.
    pub(super) fn lease_mut(&mut self, no: MatchNo) -> Option<&mut Lease> {
        self.leases.get_mut(&no)
    }

    /// What a match went through so far, to change it.
    pub(super) fn tries_mut(&mut self, no: MatchNo) -> &mut Tries {
        self.tries.entry(no).or_default()
    }

    /// How well the match suits that player, as far as it came to nothing before.
    pub(super) fn suits(&self, no: MatchNo, player: Player) -> Suits {
        self.tries.get(&no).map_or(Suits::Well, |tries| tries.avoid.suits(player))
    }

    /// Whether the match came to nothing in that home before.
    pub(super) fn is_avoided(&self, no: MatchNo, home: Home) -> bool {
        self.tries.get(&no).is_some_and(|tries| tries.avoid.has_home(home))
    }

    /// Whether the match may be what kills its workers.
    pub(super) fn is_suspect(&self, no: MatchNo) -> bool {
        self.tries.get(&no).is_some_and(Tries::is_suspect)
    }

    /// Whether the match waits in the queue, and whether among the suspects.
    #[cfg(test)]
    pub(super) fn places(&self, no: MatchNo) -> (bool, bool) {
        let place = self.tries.get(&no).and_then(|tries| tries.place);
        let is_in =
            |queue: &BTreeMap<u64, MatchNo>| place.is_some_and(|place| queue.get(&place) == Some(&no));
        (is_in(&self.queue), is_in(&self.suspects))
    }

    /// How many wait for another try.
    #[cfg(test)]
    pub(super) fn queued_count(&self) -> usize {
        self.queue.len() + self.suspects.len()
    }

    /// Takes up to `room` matches that `suit` out of those waiting, second tries first, and leases
    /// them. A suspect only goes where `is_alone` says that there is nothing else, and alone.
    pub(super) fn lease_next(
        &mut self,
        now: Elapsed,
        worker: WorkerKey,
        (room, is_alone): (u32, bool),
        suits: impl Fn(&Matches, MatchNo) -> bool,
    ) -> Vec<MatchNo> {
        let mut picked = self.pick_queued(room as usize, &suits);
        while picked.len() < room as usize
            && let Some(no) = self.fresh.next(&self.phases)
        {
            picked.push(no);
        }
        if picked.is_empty() && room > 0 && is_alone {
            let suspect = self.suspects.values().take(SCAN_MAX).find(|no| suits(self, **no));
            picked.extend(suspect.copied());
        }
        for no in &picked {
            let attempt = Attempt(self.tries.get(no).map_or(0, |tries| tries.issued)).next();
            self.lease_to(now, *no, worker, attempt, 0);
        }
        picked
    }

    fn pick_queued(&mut self, room: usize, suits: impl Fn(&Matches, MatchNo) -> bool) -> Vec<MatchNo> {
        let (mut picked, mut passed) = (Vec::new(), 0);
        let all = self.queue.range(self.look_from..).chain(self.queue.range(..self.look_from));
        for (place, no) in all.map(|(place, no)| (*place, *no)) {
            if picked.len() >= room {
                return picked;
            }
            if suits(self, no) {
                picked.push(no);
            } else {
                passed += 1;
                if passed >= SCAN_MAX {
                    // The next worker looks behind these: they must not hide the others for ever.
                    self.look_from = place + 1;
                    return picked;
                }
            }
        }
        self.look_from = 0;
        picked
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
        let lease = Lease { worker, attempt, serial: self.serial, ticks, moved_at: now, is_heard: false };
        if attempt > Attempt::FIRST {
            let tries = self.tries_mut(no);
            tries.issued = tries.issued.max(attempt.0);
        }
        self.go(no, Phase::Leased);
        self.leases.insert(no, lease);
    }

    /// Puts a match back among those waiting.
    pub(super) fn requeue(&mut self, no: MatchNo) {
        let issued = self.leases.remove(&no).map_or(0, |lease| lease.attempt.0);
        self.go(no, Phase::Queued);
        let place = self.next_place;
        self.next_place += 1;
        let tries = self.tries_mut(no);
        tries.issued = tries.issued.max(issued);
        tries.place = Some(place);
        let queue = if tries.is_suspect() { &mut self.suspects } else { &mut self.queue };
        queue.insert(place, no);
    }

    /// Moves a match out of the workers' reach.
    pub(super) fn move_on(&mut self, no: MatchNo, to: Phase) {
        self.leases.remove(&no);
        self.go(no, to);
        if matches!(to, Phase::Settled | Phase::GivenUp)
            && let Some(Tries { issued, .. }) = self.tries.remove(&no)
            && issued > Attempt::FIRST.0
        {
            // Attempts never repeat, even if the match is played again some day.
            self.tries.insert(no, Tries { issued, ..Tries::default() });
        }
    }

    fn go(&mut self, no: MatchNo, to: Phase) {
        if let Some(phase) = self.phases.get_mut(no.index()) {
            let from = std::mem::replace(phase, to);
            *self.counts.of(from) -= 1;
            *self.counts.of(to) += 1;
        }
        if let btree_map::Entry::Occupied(mut tries) = self.tries.entry(no)
            && let Some(place) = tries.get_mut().place.take()
        {
            self.queue.remove(&place);
            self.suspects.remove(&place);
        }
    }
}

impl Tries {
    /// How often it came to nothing.
    pub(super) fn setbacks(&self) -> u32 {
        self.voids + self.stalls + self.unheard + self.losses
    }

    fn is_suspect(&self) -> bool {
        self.losses >= SUSPECT_LOSSES
    }
}
