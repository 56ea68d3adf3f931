//! Tries that come to nothing: another one, or none.

use terms::fault::HostFault;
use terms::{Attempt, BySeat, Digest, Outcome, SeatUsage, Verdict};

use super::answers::READY_MAX;
use super::matches::{Lease, Phase, Tries};
use super::player::Player;
use super::policy::{Policy, TRIES_MAX};
use super::{Command, Elapsed, Engine, Home, MatchNo, Setback, WorkerKey};

/// Tries that came to nothing in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setbacks {
    /// By what failed, in the order of [`HostFault::ALL`].
    by_fault: [u64; HostFault::ALL.len()],
    /// Leases that ended without a report.
    pub expired: u64,
}

impl Setbacks {
    /// Those of that kind.
    pub fn of(&self, fault: HostFault) -> u64 {
        let at = usize::from(fault.code()).saturating_sub(1);
        self.by_fault.get(at).copied().unwrap_or(0)
    }

    pub(super) fn note(&mut self, fault: HostFault) {
        let at = usize::from(fault.code()).saturating_sub(1);
        if let Some(count) = self.by_fault.get_mut(at) {
            *count += 1;
        }
    }

    fn note_try(&mut self, why: Setback, outcome: Option<&Outcome>) {
        self.expired += u64::from(why != Setback::Void);
        self.note(match (outcome.map(|outcome| outcome.verdict), why) {
            (Some(Verdict::Void(fault)), _) => fault,
            (_, Setback::Stalled | Setback::Unheard) => HostFault::Stalled,
            (_, Setback::Lost) => HostFault::WorkerLost,
            (_, Setback::Void) => HostFault::Protocol,
        });
    }
}

impl Engine {
    /// A try came to nothing. `outcome` is the void that the worker reported, if it did.
    pub(super) fn set_back(
        &mut self,
        now: Elapsed,
        no: MatchNo,
        (key, player): (WorkerKey, Player),
        why: Setback,
        outcome: Option<Box<Outcome>>,
        out: &mut Vec<Command>,
    ) {
        self.setbacks.note_try(why, outcome.as_deref());
        let attempt = self.matches.lease(no).map_or(Attempt::FIRST, |lease| lease.attempt);
        let tries = self.matches.tries_mut(no);
        match why {
            Setback::Lost => tries.losses += 1,
            Setback::Stalled => tries.stalls += 1,
            Setback::Unheard => tries.unheard += 1,
            Setback::Void => tries.voids += 1,
        }
        tries.avoid.push(player);
        let losses = tries.losses;
        if is_worth_another(&self.policy, tries, self.workers.homes().keys()) {
            self.matches.requeue(no);
            out.push(Command::Retried { no, worker: key, why });
        } else if self.inquiries.open(no).is_some() {
            self.abandon(now, no, out);
        } else {
            self.again.remove(&no);
            self.matches.move_on(no, Phase::GivenUp);
            let outcome = outcome.unwrap_or_else(|| Box::new(void_of(why, losses)));
            out.push(Command::GiveUp { no, worker: key, attempt, outcome });
        }
    }

    /// Forgets a worker; what it had goes to others.
    pub(super) fn lose(&mut self, now: Elapsed, key: WorkerKey, out: &mut Vec<Command>) {
        let Some(worker) = self.workers.remove(key) else { return };
        out.push(Command::Forget(key));
        for no in worker.held.into_values() {
            self.set_back(now, no, (key, worker.player), Setback::Lost, None, out);
        }
    }

    /// Puts those of a worker's matches back that `goes` back, at no cost: nothing went wrong.
    pub(super) fn requeue_of(&mut self, key: WorkerKey, goes: impl Fn(MatchNo, &Lease) -> bool) {
        let matches = &mut self.matches;
        self.workers.change(key, |worker| {
            worker.held.retain(|_, no| {
                let back = matches.lease(*no).is_none_or(|lease| goes(*no, lease));
                if back {
                    matches.requeue(*no);
                }
                !back
            });
        });
    }
}

/// Whether a match may be tried again after all that, if those are the homes of workers that get work.
fn is_worth_another<'a>(policy: &Policy, tries: &Tries, homes: impl Iterator<Item = &'a Home>) -> bool {
    let is_early = tries.voids < policy.attempts_max
        && tries.stalls < policy.stalls_max
        && tries.losses < policy.losses_max;
    // What only one or two homes had in vain may be their doing.
    let may_be_theirs = || {
        tries.avoid.homes() < policy.attempts_max as usize
            && homes.take(READY_MAX).any(|home| !tries.avoid.has_home(*home))
    };
    tries.setbacks() < TRIES_MAX && (is_early || may_be_theirs())
}

/// The outcome of a match of which nobody reported anything.
fn void_of(why: Setback, losses: u32) -> Outcome {
    match why {
        Setback::Void => void(HostFault::Protocol, "the worker gave no reason"),
        Setback::Stalled => void(HostFault::Stalled, "the worker holds the match, but it does not move"),
        Setback::Unheard => {
            void(HostFault::Stalled, "the worker calls, but never said that it holds the match")
        }
        Setback::Lost => {
            let message = format!(
                "{losses} workers were lost while they had the match, the last ones while they had no other: it may be \
                 what ends them"
            );
            void(HostFault::WorkerLost, &message)
        }
    }
}

/// A void outcome that no worker reported.
pub(super) fn void(fault: HostFault, message: &str) -> Outcome {
    Outcome {
        verdict: Verdict::Void(fault),
        faults: Vec::new(),
        ticks: 0,
        digest: Digest::NONE,
        fuel_digest: Digest::NONE,
        transcript: Digest::NONE,
        usage: BySeat::<SeatUsage>::default(),
        host_message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::{Called, Event, Finished, Stance, Voter};

    fn call(worker: u32, finished: Vec<Finished>) -> Event {
        let (stance, holding) = (Stance::Ready, Vec::new());
        Event::Called(Called {
            worker: WorkerKey(worker),
            voter: Voter(worker),
            home: Home(worker.into()),
            slots: 1,
            stance,
            holding,
            finished,
        })
    }

    #[test]
    fn every_try_that_comes_to_nothing_is_counted_once_by_what_failed() {
        let mut engine = Engine::new(Policy::for_limits(&terms::Limits::default()), 1, |_| false);
        let at = |seconds| Elapsed(Duration::from_secs(seconds));
        let died = |attempt| Finished {
            no: MatchNo(0),
            attempt: Attempt(attempt),
            outcome: Box::new(void(HostFault::ShimDied, "")),
            record: Vec::new(),
            wall: Duration::ZERO,
        };
        engine.handle(at(0), call(1, Vec::new()));
        engine.handle(at(1), call(1, vec![died(1)]));
        // Said again, it is the same one.
        engine.handle(at(1), call(1, vec![died(1)]));
        assert_eq!((engine.setbacks().of(HostFault::ShimDied), engine.setbacks().expired), (1, 0));
        engine.handle(at(2), call(2, Vec::new()));
        (3..60).for_each(|second| drop(engine.handle(at(second), Event::Tick)));
        assert_eq!((engine.setbacks().of(HostFault::WorkerLost), engine.setbacks().expired), (1, 1));
        assert_eq!(engine.setbacks().of(HostFault::ShimDied), 1);
    }
}
