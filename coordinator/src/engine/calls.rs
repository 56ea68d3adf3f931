//! What a worker's call changes: results come in, leases are renewed, lost pictures are restored.

use std::collections::BTreeSet;

use terms::{Attempt, Verdict};

use super::command::Setback;
use super::matches::{Lease, Phase};
use super::player::Player;
use super::policy::{HOLD_MAX, SLOTS_MAX};
use super::{Called, Command, Elapsed, Engine, Finished, Holding, MatchNo, Stance, WorkerKey};

/// Highest attempt that is believed of a worker which brings a match we never gave it.
const ADOPTED_ATTEMPT_MAX: u32 = 1_000;

impl Engine {
    pub(super) fn called(&mut self, now: Elapsed, called: Called, out: &mut Vec<Command>) {
        let Called { worker: key, voter, home, slots, stance, mut holding, finished } = called;
        let player = Player { voter, home };
        holding.truncate(HOLD_MAX as usize);
        self.workers.enter(now, key, player, self.look_again_at(now, key));
        let is_quarantined = self.quarantined.contains(&voter);
        self.workers.change(key, |worker| {
            worker.is_quarantined |= is_quarantined;
            worker.player = player;
            worker.seen_at = now;
            worker.slots = slots.min(SLOTS_MAX);
            worker.stance = stance;
            worker.call_open = true;
        });
        for finished in finished {
            self.take_result(now, (key, player), finished, out);
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

    fn take_result(
        &mut self,
        now: Elapsed,
        (key, player): (WorkerKey, Player),
        finished: Finished,
        out: &mut Vec<Command>,
    ) {
        let no = finished.no;
        let void = matches!(finished.outcome.verdict, Verdict::Void(_));
        if self.workers.get(key).is_none_or(|worker| worker.is_quarantined) {
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
        let is_vote = self.inquiries.open(no).is_some();
        self.workers.change(key, |worker| {
            worker.busy_since = now;
            if let Some(lease) = lease {
                worker.moved(lease.serial, now);
            }
            if void {
                worker.voids_in_a_row = worker.voids_in_a_row.saturating_add(1);
            } else {
                worker.voids_in_a_row = 0;
                worker.pace.observe(finished.wall);
                worker.recording += u32::from(!is_vote);
            }
        });
        if void {
            return self.set_back(now, no, (key, player), Setback::Void, Some(finished.outcome), out);
        }
        if is_vote {
            return self.vote(now, key, finished, out);
        }
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
                current.then(|| {
                    self.take_from(key, no);
                    Some(lease)
                })
            }
            // What was said before an inquiry began is no vote.
            Phase::Fresh | Phase::Queued => (!void && self.inquiries.open(no).is_none()).then_some(None),
            Phase::Recording | Phase::Settled | Phase::GivenUp => None,
        }
    }

    /// Strikes a match off its worker's list. It keeps its lease.
    pub(super) fn take_from(&mut self, key: WorkerKey, no: MatchNo) {
        if let Some(serial) = self.matches.lease(no).map(|lease| lease.serial) {
            self.workers.change(key, |worker| worker.held.remove(&serial));
        }
    }

    fn renew(&mut self, now: Elapsed, key: WorkerKey, holding: Holding) {
        let Some(lease) = self.matches.lease_mut(holding.no) else {
            return self.adopt(now, key, holding);
        };
        if lease.worker != key || lease.attempt != holding.attempt {
            return;
        }
        lease.is_heard = true;
        let ticks = holding.ticks.min(self.policy.moves_max);
        if ticks <= lease.ticks {
            return;
        }
        (lease.ticks, lease.moved_at) = (ticks, now);
        let serial = lease.serial;
        self.workers.change(key, |worker| worker.moved(serial, now));
    }

    /// A worker plays a match that nobody has: we were restarted, or thought that it was gone.
    fn adopt(&mut self, now: Elapsed, key: WorkerKey, holding: Holding) {
        let Holding { no, attempt, ticks } = holding;
        let waiting = matches!(self.matches.phase(no), Some(Phase::Fresh | Phase::Queued));
        let believable = (1..=ADOPTED_ATTEMPT_MAX).contains(&attempt.0);
        let is_new = |Player { voter, home }| {
            let has_voted = self.inquiries.open(no).is_some_and(|inquiry| inquiry.has_voted(voter));
            !has_voted && !self.matches.is_avoided(no, home)
        };
        let is_welcome = self.workers.get(key).is_some_and(|worker| {
            // However often it calls: it has no more than it could have been given.
            !worker.is_quarantined && worker.held_count() < HOLD_MAX && is_new(worker.player)
        });
        if waiting && believable && self.drain_since.is_none() && is_welcome {
            self.matches.lease_to(now, no, key, attempt, ticks.min(self.policy.moves_max));
            self.note_lease(now, key, no);
        }
    }

    /// Takes back what a worker that gets no more work does not play any more.
    fn take_back(&mut self, key: WorkerKey, holding: &[Holding]) {
        let kept: BTreeSet<MatchNo> = holding.iter().map(|held| held.no).collect();
        self.requeue_of(key, |no, _| !kept.contains(&no));
    }
}
