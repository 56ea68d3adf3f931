//! What a worker is told: the matches it shall hold, and when to call again.

use std::cell::OnceCell;
use std::time::Duration;

use super::finding::VOTES_MAX;
use super::pace::{Field, excess, share};
use super::player::{Player, Suits};
use super::policy::TRIES_MAX;
use super::workers::Worker;
use super::{Command, Elapsed, Engine, MatchNo, Wanted, WorkerKey};

/// More workers, and more homes, than can have voted on a match and had it in vain.
pub(super) const READY_MAX: usize = VOTES_MAX + TRIES_MAX as usize + 1;
/// When a worker should call again that has nothing to do, or that has what others could do.
const CALL_AGAIN_SOON: Duration = Duration::from_millis(200);

impl Engine {
    /// Answers the worker's call, if it has one open and all results in it are durable.
    pub(super) fn answer_if_due(&mut self, now: Elapsed, key: WorkerKey, out: &mut Vec<Command>) {
        let due = |worker: &mut Worker| {
            let is_due = worker.recording == 0 && std::mem::take(&mut worker.call_open);
            // From here on it is for the worker to call.
            worker.seen_at = if is_due { now } else { worker.seen_at };
            is_due
        };
        if self.workers.change(key, due) != Some(true) {
            return;
        }
        if !self.share_out(now, key) {
            self.top_up(now, key);
        }
        let wanted = self.wanted(key);
        let call_again = self.call_again(key);
        out.push(Command::Answer { worker: key, wanted, call_again });
        if self.workers.get(key).is_some_and(Worker::has_left) {
            self.lose(now, key, out);
        }
    }

    /// Takes back what waits behind the worker's slots while others have nothing to do. Says whether
    /// it did.
    ///
    /// The worker drops what is not wanted any more unless it began it while our answer was on its
    /// way, which is why the last ones are taken. If it did, nothing is lost but the work: its
    /// result counts as long as nobody else has the match, and is stale afterwards.
    fn share_out(&mut self, now: Elapsed, key: WorkerKey) -> bool {
        let Some(worker) = self.workers.get(key).filter(|worker| worker.is_ready()) else { return false };
        let soon = worker.pace.begun_within(worker.slots, 2 * CALL_AGAIN_SOON);
        let soon = if worker.is_stuck(now) { 0 } else { soon };
        let idle = self.workers.sums().idle;
        let surplus = worker.surplus().saturating_sub(soon);
        let count = excess(surplus, worker.slots, idle, self.matches.plain_waiting());
        let not_begun = |no: &MatchNo| self.matches.lease(*no).is_some_and(|lease| lease.ticks == 0);
        let last = worker.held.values().rev().filter(|no| not_begun(no)).take(count as usize);
        let last: Vec<MatchNo> = last.copied().collect();
        // As they were: what was to come first still does.
        for no in last.iter().rev() {
            self.take_from(key, *no);
            self.matches.requeue(*no);
        }
        !last.is_empty()
    }

    fn top_up(&mut self, now: Elapsed, key: WorkerKey) {
        let Some(worker) = self.workers.get(key) else { return };
        let (player, is_free) = (worker.player, worker.held.is_empty());
        let room = (self.room(now, worker), is_free);
        // Few matches ask for it.
        let ready = OnceCell::new();
        let (inquiries, workers) = (&self.inquiries, &self.workers);
        let leased = self.matches.lease_next(now, key, room, |matches, no| {
            let inquiry = inquiries.open(no);
            let suits = |player: Player| match inquiry {
                Some(inquiry) if inquiry.has_voted(player.voter) => Suits::NotAgain,
                _ => matches.suits(no, player),
            };
            // In whose home it came to nothing, or who has voted on it, gets it only if it suits
            // nobody better, or if it waits for too long.
            let own = suits(player);
            inquiry.is_none_or(|inquiry| !inquiry.has_had_its_say(player.voter))
                && (own == Suits::Well
                    || inquiry.is_some_and(|inquiry| inquiry.is_impatient(now))
                    || ready.get_or_init(|| workers.some_ready()).iter().all(|other| suits(*other) >= own))
        });
        leased.into_iter().for_each(|no| self.note_lease(now, key, no));
    }

    /// How many more matches the worker gets now.
    fn room(&self, now: Elapsed, worker: &Worker) -> u32 {
        let first = worker.held.values().next();
        let is_on_trial = first.is_some_and(|no| self.matches.is_suspect(*no));
        if !worker.is_ready() || self.drain_since.is_some() || is_on_trial {
            return 0;
        }
        // Where there are so many workers that each may only call now and then, it needs more.
        let reserve = self.policy.reserve.max(self.workers.call_again_min() * 3 / 2);
        let target = match () {
            () if worker.is_suspect() => 1,
            () if worker.is_stuck(now) => worker.slots,
            () => worker.pace.hold_target(worker.slots, reserve),
        };
        let (waiting, sums) = (self.matches.plain_waiting(), self.workers.sums());
        let idle_elsewhere = sums.idle.saturating_sub(worker.idle().into());
        let room = share(
            Field { waiting, slots: sums.slots, idle_elsewhere },
            worker.slots,
            worker.held_count(),
            target,
        );
        // A suspect may be all that waits.
        if waiting == 0 && worker.held.is_empty() { 1 } else { room }
    }

    /// Enters a new lease into its worker's list.
    pub(super) fn note_lease(&mut self, now: Elapsed, key: WorkerKey, no: MatchNo) {
        let Some(serial) = self.matches.lease(no).map(|lease| lease.serial) else { return };
        self.workers.change(key, |worker| {
            if worker.held.is_empty() {
                worker.busy_since = now;
            }
            worker.held.insert(serial, no);
        });
    }

    fn wanted(&self, key: WorkerKey) -> Vec<Wanted> {
        let Some(worker) = self.workers.get(key) else { return Vec::new() };
        let leased = |no: &MatchNo| self.matches.lease(*no).map(|lease| (*no, lease.attempt));
        worker.held.values().filter_map(leased).map(|(no, attempt)| Wanted { no, attempt }).collect()
    }

    fn call_again(&self, key: WorkerKey) -> Duration {
        let due = match self.workers.get(key).filter(|worker| worker.is_ready() && !self.finished) {
            None => self.policy.call_again,
            Some(worker) if worker.idle() > 0 => CALL_AGAIN_SOON,
            // It calls by itself when one of its slots has nothing to do any more.
            Some(worker) if worker.surplus() == 0 => self.policy.call_again,
            Some(worker) => {
                let due = worker.pace.call_again(worker.slots, worker.surplus(), self.policy.call_again);
                // Others have nothing, or will not before long: what it has may be theirs.
                let slots = u32::try_from(self.workers.sums().slots).unwrap_or(u32::MAX);
                let soon = worker.pace.begun_within(slots, self.policy.call_again);
                let needed = self.workers.sums().idle.max(soon.into());
                let is_short = needed > self.matches.plain_waiting().into();
                if is_short { due.min(CALL_AGAIN_SOON) } else { due }
            }
        };
        due.max(self.workers.call_again_min())
    }
}
