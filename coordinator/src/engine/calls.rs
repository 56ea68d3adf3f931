//! What a worker's call changes: results come in, leases are renewed, lost pictures are restored.

use std::collections::BTreeSet;

use terms::{Attempt, Verdict};

use super::command::Setback;
use super::matches::{Lease, Phase};
use super::policy::{HOLD_MAX, SLOTS_MAX};
use super::workers::Worker;
use super::{Called, Command, Elapsed, Engine, Finished, Holding, MatchNo, Stance, WorkerKey};

/// Highest attempt that is believed of a worker which brings a match we never gave it.
const ADOPTED_ATTEMPT_MAX: u32 = 1_000;

impl Engine {
    pub(super) fn called(&mut self, now: Elapsed, called: Called, out: &mut Vec<Command>) {
        let Called { worker: key, voter, slots, stance, mut holding, finished } = called;
        holding.truncate(HOLD_MAX as usize);
        let worker = self.workers.entry(key).or_insert_with(|| Worker::new(now, voter));
        worker.is_quarantined |= self.quarantined.contains(&voter);
        worker.seen_at = now;
        worker.slots = slots.min(SLOTS_MAX);
        worker.stance = stance;
        worker.call_open = true;
        for finished in finished {
            self.take_result(now, key, finished, out);
        }
        for holding in &holding {
            self.renew(now, key, *holding);
        }
        if stance != Stance::Ready {
            self.take_back(key, &holding);
        }
        if self.drain_since.is_some() {
            // The worker drops what it has not begun when it is not wanted any more.
            self.requeue_of(key, |_, lease| lease.ticks == 0);
        }
        self.answer_if_due(now, key, out);
    }

    fn take_result(&mut self, now: Elapsed, key: WorkerKey, finished: Finished, out: &mut Vec<Command>) {
        let no = finished.no;
        let void = matches!(finished.outcome.verdict, Verdict::Void(_));
        if self.workers.get(&key).is_none_or(|worker| worker.is_quarantined) {
            return;
        }
        // A late report of an attempt that someone else has is dropped here, once, for everyone;
        // that of a match that is settled must at least say the same.
        let Some(lease) = self.claim(key, no, finished.attempt, void) else {
            if !void {
                self.compare(key, finished, out);
            }
            return;
        };
        if let Some(lease) = lease {
            self.moved(now, key, lease.serial);
        }
        let Some(worker) = self.workers.get_mut(&key) else { return };
        worker.voids_in_a_row = if void { worker.voids_in_a_row.saturating_add(1) } else { 0 };
        if void {
            return self.set_back(now, no, key, Setback::Void, Some(finished.outcome), out);
        }
        worker.pace.observe(finished.wall);
        if self.inquiries.open(no).is_some() {
            return self.vote(now, key, finished, out);
        }
        worker.recording += 1;
        self.sample(now, key, &finished);
        self.matches.move_on(no, Phase::Recording);
        out.push(Command::Record { worker: key, finished });
    }

    /// Whether this worker's report counts, and with which lease. A result of a match that nobody
    /// has counts as well: it depends on nothing but the match, and saves playing it again.
    fn claim(&mut self, key: WorkerKey, no: MatchNo, attempt: Attempt, void: bool) -> Option<Option<Lease>> {
        match self.matches.phase(no)? {
            Phase::Leased => {
                let lease = *self.matches.lease(no)?;
                let current = lease.worker == key && lease.attempt == attempt;
                current.then(|| Some(self.let_go(key, lease)))
            }
            // What was said before an inquiry began is no vote.
            Phase::Fresh | Phase::Queued => (!void && self.inquiries.open(no).is_none()).then_some(None),
            Phase::Recording | Phase::Settled | Phase::GivenUp => None,
        }
    }

    pub(super) fn let_go(&mut self, key: WorkerKey, lease: Lease) -> Lease {
        if let Some(worker) = self.workers.get_mut(&key) {
            worker.held.remove(&lease.serial);
        }
        lease
    }

    fn renew(&mut self, now: Elapsed, key: WorkerKey, holding: Holding) {
        let Some(lease) = self.matches.lease_mut(holding.no) else {
            return self.adopt(now, key, holding);
        };
        if lease.worker != key || lease.attempt != holding.attempt || holding.ticks <= lease.ticks {
            return;
        }
        lease.ticks = holding.ticks;
        let serial = lease.serial;
        self.moved(now, key, serial);
    }

    /// The match with that serial moved: it is alive, and so is what waits behind it. A match that
    /// waits in front of it should have been started first, and is not renewed.
    fn moved(&mut self, now: Elapsed, key: WorkerKey, serial: u64) {
        let Some(worker) = self.workers.get(&key) else { return };
        for (behind, no) in worker.held.range(serial..) {
            if let Some(lease) = self.matches.lease_mut(*no)
                && (lease.ticks == 0 || *behind == serial)
            {
                lease.moved_at = now;
            }
        }
    }

    /// A worker plays a match that nobody has: we were restarted, or thought that it was gone.
    fn adopt(&mut self, now: Elapsed, key: WorkerKey, holding: Holding) {
        let Holding { no, attempt, ticks } = holding;
        let waiting = matches!(self.matches.phase(no), Some(Phase::Fresh | Phase::Queued));
        let believable = (1..=ADOPTED_ATTEMPT_MAX).contains(&attempt.0);
        let worker = self.workers.get(&key).filter(|worker| !worker.is_quarantined);
        let is_new = |voter| self.inquiries.open(no).is_none_or(|inquiry| !inquiry.has_voted(voter));
        let is_welcome =
            worker.is_some_and(|worker| is_new(worker.voter)) && !self.matches.is_avoided(no, key);
        if waiting && believable && self.drain_since.is_none() && is_welcome {
            self.matches.lease_to(now, no, key, attempt, ticks);
            self.note_lease(key, no);
        }
    }

    /// Takes back what a worker that gets no more work does not play any more.
    fn take_back(&mut self, key: WorkerKey, holding: &[Holding]) {
        let kept: BTreeSet<MatchNo> = holding.iter().map(|held| held.no).collect();
        self.requeue_of(key, |no, _| !kept.contains(&no));
    }
}
