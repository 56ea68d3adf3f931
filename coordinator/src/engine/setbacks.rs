//! Tries that come to nothing: another one, or none.

use terms::fault::HostFault;
use terms::{Attempt, BySeat, Digest, Outcome, SeatUsage, Verdict};

use super::matches::{Lease, Phase};
use super::{Command, Elapsed, Engine, MatchNo, Setback, Voter, WorkerKey};

impl Engine {
    /// A try came to nothing. `outcome` is the void that the worker reported, if it did.
    pub(super) fn set_back(
        &mut self,
        now: Elapsed,
        no: MatchNo,
        (key, voter): (WorkerKey, Voter),
        why: Setback,
        outcome: Option<Box<Outcome>>,
        out: &mut Vec<Command>,
    ) {
        let attempt = self.matches.lease(no).map_or(Attempt::FIRST, |lease| lease.attempt);
        let tries = self.matches.tries_mut(no);
        match why {
            Setback::Lost => tries.losses += 1,
            Setback::Void | Setback::Stalled => tries.voids += 1,
        }
        tries.avoid.push(voter);
        let losses = tries.losses;
        if tries.voids < self.policy.attempts_max && losses < self.policy.losses_max {
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
            self.set_back(now, no, (key, worker.voter), Setback::Lost, None, out);
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

/// The outcome of a match of which nobody reported anything.
fn void_of(why: Setback, losses: u32) -> Outcome {
    match why {
        Setback::Void => void(HostFault::Protocol, "the worker gave no reason"),
        Setback::Stalled => void(HostFault::Stalled, "the worker holds the match, but it does not move"),
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
