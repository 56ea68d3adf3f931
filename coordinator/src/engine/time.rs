//! What the passing of time changes: silent workers, matches that do not move, the end of a drain.

use super::workers::Worker;
use super::{Command, Elapsed, Engine, MatchNo, Setback, WorkerKey};

impl Engine {
    pub(super) fn tick(&mut self, now: Elapsed, out: &mut Vec<Command>) {
        for key in self.silent(now) {
            self.lose(now, key, out);
        }
        for (no, key) in self.stalled(now) {
            if let Some(lease) = self.matches.lease(no).copied() {
                self.let_go(key, lease);
            }
            self.set_back(now, no, key, Setback::Stalled, None, out);
        }
        self.review(now, out);
    }

    fn silent(&self, now: Elapsed) -> Vec<WorkerKey> {
        // A worker whose call we have not answered yet waits for us, not we for it.
        let is_silent =
            |worker: &Worker| !worker.call_open && now.since(worker.seen_at) > self.policy.silence;
        self.workers.iter().filter(|(_, worker)| is_silent(worker)).map(|(key, _)| *key).collect()
    }

    fn stalled(&self, now: Elapsed) -> Vec<(MatchNo, WorkerKey)> {
        let stands = |moved_at: Elapsed| now.since(moved_at) > self.policy.stall;
        let leases = self.matches.leases().filter(|(_, lease)| stands(lease.moved_at));
        leases.map(|(no, lease)| (no, lease.worker)).collect()
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
