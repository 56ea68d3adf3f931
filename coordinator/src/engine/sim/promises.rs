//! What the engine promises about its orders, checked order by order.

use std::collections::{BTreeMap, BTreeSet};

use terms::Attempt;

use super::super::{Called, Command, MatchNo, Setback, Stance, Wanted, WorkerKey};
use super::check::ensure;

/// Setbacks after which a match is given up.
const VOIDS_MAX: u32 = 3;
const LOSSES_MAX: u32 = 5;

/// What was ordered since the coordinator started.
#[derive(Default)]
pub(super) struct Promises {
    /// Who was told to hold which try.
    given: BTreeSet<(WorkerKey, MatchNo, Attempt)>,
    /// The highest try that anybody was told of.
    highest: BTreeMap<MatchNo, Attempt>,
    /// What each worker said of itself in its last call, and what it claims to hold.
    stances: BTreeMap<WorkerKey, Stance>,
    claimed: BTreeSet<(WorkerKey, MatchNo, Attempt)>,
    out: BTreeSet<WorkerKey>,
    voids: BTreeMap<MatchNo, u32>,
    losses: BTreeMap<MatchNo, u32>,
    all: u32,
}

impl Promises {
    /// A worker calls.
    pub(super) fn heard(&mut self, called: &Called) {
        let key = called.worker;
        self.stances.insert(key, called.stance);
        self.claimed.extend(called.holding.iter().map(|held| (key, held.no, held.attempt)));
    }

    /// Whether that order may be given.
    pub(super) fn check(&mut self, command: &Command) -> Result<(), String> {
        match command {
            Command::Answer { worker, wanted, .. } => {
                let numbers: BTreeSet<MatchNo> = wanted.iter().map(|wanted| wanted.no).collect();
                ensure!(numbers.len() == wanted.len(), "w{} shall hold a match twice", worker.0);
                ensure!(
                    wanted.is_empty() || !self.out.contains(worker),
                    "w{} is gone and shall play {wanted:?}",
                    worker.0
                );
                wanted.iter().try_for_each(|wanted| self.give(*worker, *wanted))
            }
            Command::Forget(worker) => {
                self.out.insert(*worker);
                Ok(())
            }
            Command::Retried { no, why, .. } => {
                self.count(*no, *why);
                let (voids, losses) = self.setbacks(*no);
                ensure!(
                    voids < VOIDS_MAX && losses < LOSSES_MAX,
                    "m{} is tried again after {voids} voids and {losses} losses",
                    no.0
                );
                Ok(())
            }
            Command::GiveUp { no, .. } => {
                let (voids, losses) = self.setbacks(*no);
                ensure!(
                    voids + 1 >= VOIDS_MAX || losses + 1 >= LOSSES_MAX,
                    "m{} is given up after {voids} voids and {losses} losses and another setback",
                    no.0
                );
                Ok(())
            }
            Command::Audited { no, .. } => {
                // A new story begins.
                self.voids.remove(no);
                self.losses.remove(no);
                Ok(())
            }
            Command::Record { finished, .. } => {
                self.voids.remove(&finished.no);
                self.losses.remove(&finished.no);
                Ok(())
            }
            Command::Compare { .. } | Command::Quarantine { .. } | Command::Finish(_) => Ok(()),
        }
    }

    /// Tries that came to nothing.
    pub(super) fn setbacks_in_all(&self) -> u32 {
        self.all
    }

    /// A try is somebody's for ever, unless somebody else claims that it is playing it.
    fn give(&mut self, worker: WorkerKey, wanted: Wanted) -> Result<(), String> {
        let Wanted { no, attempt } = wanted;
        let entry = (worker, no, attempt);
        if self.given.contains(&entry) || self.claimed.contains(&entry) {
            self.highest.entry(no).and_modify(|highest| *highest = attempt.max(*highest)).or_insert(attempt);
            self.given.insert(entry);
            return Ok(());
        }
        let highest = self.highest.insert(no, attempt).unwrap_or(Attempt(0));
        ensure!(attempt > highest, "w{} gets m{}/{} after try {}", worker.0, no.0, attempt.0, highest.0);
        let stance = self.stances.get(&worker);
        ensure!(stance == Some(&Stance::Ready), "w{} is {stance:?} and gets m{}", worker.0, no.0);
        self.given.insert(entry);
        Ok(())
    }

    fn count(&mut self, no: MatchNo, why: Setback) {
        let counts = if why == Setback::Lost { &mut self.losses } else { &mut self.voids };
        *counts.entry(no).or_default() += 1;
        self.all += 1;
    }

    fn setbacks(&self, no: MatchNo) -> (u32, u32) {
        let of = |counts: &BTreeMap<MatchNo, u32>| counts.get(&no).copied().unwrap_or(0);
        (of(&self.voids), of(&self.losses))
    }
}
