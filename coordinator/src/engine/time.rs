//! What the passing of time changes: silent workers, matches that do not move, the end of a drain.

use std::time::Duration;

use super::workers::Worker;
use super::{Command, Elapsed, Engine, MatchNo, Setback, WorkerKey};

/// A worker may miss so many of the calls that it is asked for.
const CALLS_MISSED_MAX: u32 = 3;

impl Engine {
    pub(super) fn tick(&mut self, now: Elapsed, out: &mut Vec<Command>) {
        for key in self.workers.due(now) {
            self.look_after(now, key, out);
        }
        self.review(now, out);
    }

    /// Looks whether a worker fell silent or stands still, and when to look again.
    fn look_after(&mut self, now: Elapsed, key: WorkerKey, out: &mut Vec<Command>) {
        let Some(worker) = self.workers.get(key) else { return };
        let player = worker.player;
        // A worker whose call we have not answered yet waits for us, not we for it.
        if !worker.call_open && now.since(worker.seen_at) > self.silence() {
            return self.lose(now, key, out);
        }
        for no in self.stalled(now, worker) {
            let is_heard = self.matches.lease(no).is_some_and(|lease| lease.is_heard);
            let why = if is_heard { Setback::Stalled } else { Setback::Unheard };
            self.take_from(key, no);
            self.set_back(now, no, (key, player), why, None, out);
        }
        self.workers.watch(key, self.look_again_at(now, key));
    }

    /// How long a worker may say nothing.
    fn silence(&self) -> Duration {
        self.policy.silence.max(self.workers.call_again_min() * CALLS_MISSED_MAX)
    }

    fn stalled(&self, now: Elapsed, worker: &Worker) -> Vec<MatchNo> {
        let stands = |no: &MatchNo| {
            self.moved_at(worker, *no).is_some_and(|moved_at| now.since(moved_at) > self.policy.stall)
        };
        worker.held.values().filter(|no| stands(no)).copied().collect()
    }

    /// When a match that a worker holds last moved, by itself or, as long as it has not begun, by
    /// one that it waits for.
    fn moved_at(&self, worker: &Worker, no: MatchNo) -> Option<Elapsed> {
        let lease = self.matches.lease(no)?;
        let moved = worker.moves.latest(lease.serial).filter(|_| lease.ticks == 0);
        Some(moved.map_or(lease.moved_at, |moved| moved.max(lease.moved_at)))
    }

    /// When something could be overdue of a worker. What it gets or says from now on is not before
    /// the end of a whole period.
    pub(super) fn look_again_at(&self, now: Elapsed, key: WorkerKey) -> Elapsed {
        let after = |at: Elapsed, wait: Duration| Elapsed(at.0.saturating_add(wait));
        let period = after(now, self.policy.stall.min(self.policy.silence));
        let Some(worker) = self.workers.get(key) else { return period };
        let silent = Some(after(worker.seen_at, self.silence())).filter(|_| !worker.call_open);
        let moved = worker.held.values().filter_map(|no| self.moved_at(worker, *no)).min();
        let stalled = moved.map(|at| after(at, self.policy.stall));
        [silent, stalled].into_iter().flatten().fold(period, Ord::min)
    }

    /// Stops handing out. What has not begun is taken back when its worker calls next: by then it
    /// may have begun, or be finished.
    pub(super) fn drain(&mut self, now: Elapsed, out: &mut Vec<Command>) {
        if self.drain_since.is_none() {
            self.drain_since = Some(now);
            self.drop_audits(now, out);
        }
    }

    /// Whether the user asked to stop, and nothing is in play any more or it takes too long.
    pub(super) fn is_drained(&self, now: Elapsed) -> bool {
        self.drain_since.is_some_and(|since| {
            self.matches.counts().in_flight() == 0 && self.sweeps == 0 || now.since(since) > self.policy.drain
        })
    }
}
