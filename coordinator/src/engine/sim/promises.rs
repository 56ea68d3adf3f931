//! What the engine promises about its orders, checked order by order.

use std::collections::{BTreeMap, BTreeSet};

use terms::Attempt;

use super::super::{Called, Command, Home, MatchNo, Setback, Stance, Wanted, WorkerKey};
use super::check::ensure;

/// Setbacks after which a match is given up.
const VOIDS_MAX: u32 = 3;
const STALLS_MAX: u32 = 5;
const LOSSES_MAX: u32 = 5;

/// What is in vain in so many homes is given up, and what is tried so often.
const HOMES_MAX: usize = 3;
const TRIES_MAX: u32 = 12;

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
    homes: BTreeMap<WorkerKey, Home>,
    setbacks: BTreeMap<MatchNo, Setbacks>,
    all: u32,
}

/// How often a match came to nothing, and in which homes.
#[derive(Debug, Default)]
struct Setbacks {
    voids: u32,
    stalls: u32,
    unheard: u32,
    losses: u32,
    homes: BTreeSet<Home>,
}

impl Setbacks {
    fn all(&self) -> u32 {
        self.voids + self.stalls + self.unheard + self.losses
    }
}

impl Promises {
    /// A worker calls.
    pub(super) fn heard(&mut self, called: &Called) {
        let key = called.worker;
        self.stances.insert(key, called.stance);
        self.homes.insert(key, called.home);
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
            Command::Retried { no, worker, why } => {
                let setbacks = self.count(*no, *worker, *why);
                let Setbacks { voids, stalls, losses, homes, .. } = setbacks;
                let is_early = *voids < VOIDS_MAX && *stalls < STALLS_MAX && *losses < LOSSES_MAX;
                let is_one_sided = homes.len() < HOMES_MAX;
                ensure!(
                    (is_early || is_one_sided) && setbacks.all() < TRIES_MAX,
                    "m{} is tried again after {setbacks:?}",
                    no.0
                );
                Ok(())
            }
            Command::GiveUp { no, .. } => {
                let setbacks = self.setbacks.remove(no).unwrap_or_default();
                ensure!(
                    setbacks.voids + 1 >= VOIDS_MAX
                        || setbacks.stalls + 1 >= STALLS_MAX
                        || setbacks.losses + 1 >= LOSSES_MAX
                        || setbacks.all() + 1 >= TRIES_MAX,
                    "m{} is given up after {setbacks:?} and another setback",
                    no.0
                );
                Ok(())
            }
            Command::Audited { no, .. } => {
                // A new story begins.
                self.setbacks.remove(no);
                Ok(())
            }
            Command::Record { finished, .. } => {
                self.setbacks.remove(&finished.no);
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

    fn count(&mut self, no: MatchNo, worker: WorkerKey, why: Setback) -> &Setbacks {
        self.all += 1;
        let setbacks = self.setbacks.entry(no).or_default();
        setbacks.losses += u32::from(why == Setback::Lost);
        setbacks.voids += u32::from(why == Setback::Void);
        setbacks.stalls += u32::from(why == Setback::Stalled);
        setbacks.unheard += u32::from(why == Setback::Unheard);
        setbacks.homes.extend(self.homes.get(&worker));
        setbacks
    }
}
