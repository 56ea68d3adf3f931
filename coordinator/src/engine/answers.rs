//! What a worker is told: the matches it shall hold, and when to call again.

use std::time::Duration;

use super::event::Voter;
use super::finding::VOTES_MAX;
use super::pace::{Field, share};
use super::workers::{Worker, slots_ready};
use super::{Command, Elapsed, Engine, MatchNo, Wanted, WorkerKey};

/// Calls per second that all workers together should not exceed.
const CALLS_PER_SECOND_MAX: u32 = 2_000;
/// More workers than can have voted on a match and made it void.
const READY_MAX: usize = VOTES_MAX + 8;

impl Engine {
    /// Answers the worker's call, if it has one open and all results in it are durable.
    pub(super) fn answer_if_due(&mut self, now: Elapsed, key: WorkerKey, out: &mut Vec<Command>) {
        let due = |worker: &mut Worker| worker.recording == 0 && std::mem::take(&mut worker.call_open);
        if !self.workers.get_mut(&key).is_some_and(due) {
            return;
        }
        self.top_up(now, key);
        let wanted = self.wanted(key);
        let call_again = self.call_again(key);
        out.push(Command::Answer { worker: key, wanted, call_again });
        if self.workers.get(&key).is_some_and(Worker::has_left) {
            self.lose(now, key, out);
        }
    }

    fn top_up(&mut self, now: Elapsed, key: WorkerKey) {
        let Some(voter) = self.workers.get(&key).map(|worker| worker.voter) else { return };
        let ready = self.some_ready();
        for _ in 0..self.room(key) {
            let inquiries = &self.inquiries;
            let next = self.matches.lease_next(now, key, |matches, no| {
                let inquiry = inquiries.open(no);
                let is_second_choice = |(key, voter): &(WorkerKey, Voter)| {
                    matches.is_avoided(no, *key) || inquiry.is_some_and(|inquiry| inquiry.has_voted(*voter))
                };
                // Who made a match void, or has voted on it, gets it again only if that is true of
                // everyone, or if it waits for too long.
                inquiry.is_none_or(|inquiry| !inquiry.has_had_its_say(voter))
                    && (!is_second_choice(&(key, voter))
                        || inquiry.is_some_and(|inquiry| inquiry.is_impatient(now))
                        || ready.iter().all(is_second_choice))
            });
            let Some(no) = next else { return };
            self.note_lease(key, no);
        }
    }

    /// Workers that get work: all of them, or more than can have had one and the same match.
    pub(super) fn some_ready(&self) -> Vec<(WorkerKey, Voter)> {
        let ready = self.workers.iter().filter(|(_, worker)| worker.is_ready());
        ready.map(|(key, worker)| (*key, worker.voter)).take(READY_MAX).collect()
    }

    /// How many more matches the worker gets now.
    fn room(&self, key: WorkerKey) -> u32 {
        let Some(worker) = self.workers.get(&key).filter(|worker| worker.is_ready()) else { return 0 };
        if self.drain_since.is_some() {
            return 0;
        }
        let target =
            if worker.is_suspect() { 1 } else { worker.pace.hold_target(worker.slots, &self.policy) };
        let field = Field { waiting: self.matches.counts().waiting, slots: slots_ready(&self.workers) };
        share(field, worker.slots, worker.held_count(), target)
    }

    /// Enters a new lease into its worker's list.
    pub(super) fn note_lease(&mut self, key: WorkerKey, no: MatchNo) {
        if let (Some(worker), Some(lease)) = (self.workers.get_mut(&key), self.matches.lease(no)) {
            worker.held.insert(lease.serial, no);
        }
    }

    fn wanted(&self, key: WorkerKey) -> Vec<Wanted> {
        let Some(worker) = self.workers.get(&key) else { return Vec::new() };
        let leased = |no: &MatchNo| self.matches.lease(*no).map(|lease| (*no, lease.attempt));
        worker.held.values().filter_map(leased).map(|(no, attempt)| Wanted { no, attempt }).collect()
    }

    fn call_again(&self, key: WorkerKey) -> Duration {
        let busy = Duration::from_secs(1) * self.workers.len() as u32 / CALLS_PER_SECOND_MAX;
        let due = match self.workers.get(&key) {
            Some(worker) if worker.is_ready() && !self.finished => {
                worker.pace.call_again(worker.slots, worker.held_count(), &self.policy)
            }
            _ => self.policy.call_again,
        };
        due.max(busy)
    }
}
