//! The engine under a seeded storm: workers that come, go, lie, stall and repeat themselves. After
//! every step the invariants hold, and when the storm is over the tournament ends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use terms::{Attempt, Digester, Limits};

use super::script::outcome;
use super::*;

/// A small deterministic source of numbers.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, sides: u64) -> u64 {
        let digest = Digester::new("dice").number(self.0).finish();
        self.0 = u64::from_le_bytes(digest.0[..8].try_into().unwrap());
        self.0 % sides
    }
}

/// What one simulated worker believes.
#[derive(Default)]
struct Puppet {
    slots: u32,
    holds: BTreeMap<MatchNo, (Attempt, u32)>,
    done: Vec<Finished>,
}

struct Storm {
    dice: Dice,
    engine: Engine,
    now: Duration,
    puppets: BTreeMap<WorkerKey, Puppet>,
    next_key: u32,
    /// Results on their way into the store.
    writing: Vec<(MatchNo, WorkerKey)>,
    /// Late reports that are being looked up.
    comparing: usize,
    recorded: BTreeSet<MatchNo>,
    given_up: BTreeSet<MatchNo>,
    ending: Option<Ending>,
}

/// One storm in two has audits.
fn policy(seed: u64) -> Policy {
    let sample = Sample::new([1; 32], if seed.is_multiple_of(2) { 0 } else { 300_000 });
    Policy { sample, ..Policy::for_limits(&Limits::default()) }
}

impl Storm {
    fn new(seed: u64, matches: u32) -> Storm {
        Storm {
            dice: Dice(seed),
            engine: Engine::new(policy(seed), matches, |_| false),
            now: Duration::ZERO,
            puppets: BTreeMap::new(),
            next_key: 0,
            writing: Vec::new(),
            comparing: 0,
            recorded: BTreeSet::new(),
            given_up: BTreeSet::new(),
            ending: None,
        }
    }

    fn handle(&mut self, event: Event) {
        for command in self.engine.handle(Elapsed(self.now), event) {
            self.obey(command);
        }
        self.check();
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Record { worker, finished } => {
                assert!(!self.recorded.contains(&finished.no), "recorded twice");
                assert!(self.writing.iter().all(|(no, _)| *no != finished.no), "written twice");
                self.writing.push((finished.no, worker));
            }
            Command::GiveUp { no, .. } => assert!(self.given_up.insert(no), "given up twice"),
            Command::Answer { worker, wanted, call_again } => {
                assert!(call_again >= Duration::from_millis(50) && call_again <= Duration::from_secs(1));
                if let Some(puppet) = self.puppets.get_mut(&worker) {
                    puppet.done.clear();
                    puppet.take(&wanted);
                }
            }
            Command::Finish(ending) => assert!(self.ending.replace(ending).is_none(), "finished twice"),
            Command::Retried { .. } | Command::Forget(_) => {}
            Command::Compare { .. } => self.comparing += 1,
            Command::Audited { no, worker, end } => {
                assert!(self.recorded.contains(&no), "audited before it was recorded");
                if end.is_written() {
                    self.writing.push((no, worker));
                }
            }
            Command::Quarantine { .. } => panic!("nobody lies"),
        }
    }

    fn check(&self) {
        let counts = self.engine.counts();
        assert_eq!(counts.total() as usize, self.engine.matches.leases().count() + counts.not_leased());
        assert_eq!((counts.settled + counts.audits) as usize, self.recorded.len());
        assert!(counts.done() as usize == self.recorded.len() + self.given_up.len(), "progress is honest");
        assert_eq!(counts.recording as usize, self.writing.len());
        assert_eq!(counts.given_up as usize, self.given_up.len());
        let held: u32 = self.engine.workers.values().map(|worker| worker.held_count()).sum();
        assert_eq!(held, counts.leased, "every lease is in exactly one worker's list");
        for worker in self.engine.workers.values() {
            assert!(worker.held_count() <= HOLD_MAX);
        }
    }

    fn step(&mut self, calm: bool) {
        self.now += Duration::from_millis(self.dice.below(if calm { 300 } else { 3_000 }));
        match self.dice.below(10) {
            0 if !calm => self.join(),
            1 if !calm => self.kill(),
            2 => self.handle(Event::Tick),
            3 | 4 => self.store(),
            _ => self.call(calm),
        }
    }

    fn join(&mut self) {
        self.next_key += 1;
        let slots = 1 + self.dice.below(4) as u32;
        self.puppets.insert(WorkerKey(self.next_key), Puppet { slots, ..Puppet::default() });
    }

    fn kill(&mut self) {
        let Some(key) = self.someone() else { return };
        self.puppets.remove(&key);
        if self.dice.below(2) == 0 {
            self.handle(Event::Gone(key));
        }
    }

    fn store(&mut self) {
        let written = self.dice.below(4) as usize;
        let rest = self.writing.split_off(written.min(self.writing.len()));
        let written = std::mem::replace(&mut self.writing, rest);
        self.recorded.extend(written.iter().map(|(no, _)| *no));
        self.handle(Event::Recorded(written));
        (0..std::mem::take(&mut self.comparing)).for_each(|_| self.handle(Event::Compared));
    }

    fn someone(&mut self) -> Option<WorkerKey> {
        let place = self.dice.below(self.puppets.len().max(1) as u64) as usize;
        self.puppets.keys().nth(place).copied()
    }

    fn call(&mut self, calm: bool) {
        let Some(key) = self.someone() else { return };
        let Some(puppet) = self.puppets.get_mut(&key) else { return };
        puppet.play(&mut self.dice, calm);
        let stance = if !calm && self.dice.below(20) == 0 { Stance::Idle } else { Stance::Ready };
        let called = Called {
            worker: key,
            voter: Voter(key.0),
            slots: puppet.slots,
            stance,
            holding: puppet.holding(&mut self.dice, calm),
            finished: puppet.done.clone(),
        };
        self.handle(Event::Called(called));
    }
}

impl Puppet {
    /// Starts what is wanted and drops what is not, unless it is being played.
    fn take(&mut self, wanted: &[Wanted]) {
        self.holds.retain(|no, held| held.1 > 0 || wanted.iter().any(|wanted| wanted.no == *no));
        for wanted in wanted {
            self.holds.entry(wanted.no).or_insert((wanted.attempt, 0)).0 = wanted.attempt;
        }
    }

    /// Moves each match that it holds: on, to an end, to a void, or not at all.
    fn play(&mut self, dice: &mut Dice, calm: bool) {
        for no in self.holds.keys().copied().collect::<Vec<_>>() {
            let Some((attempt, ticks)) = self.holds.get_mut(&no) else { continue };
            match dice.below(6) {
                0 if !calm => {}
                1 | 2 => *ticks += 1,
                roll => {
                    let void = !calm && roll == 3;
                    let finished = Finished {
                        no,
                        attempt: *attempt,
                        outcome: Box::new(outcome(void)),
                        record: Vec::new(),
                        wall: Duration::from_millis(dice.below(5_000)),
                    };
                    self.done.push(finished);
                    self.holds.remove(&no);
                }
            }
        }
    }

    /// What it says that it holds: now and then it lies.
    fn holding(&self, dice: &mut Dice, calm: bool) -> Vec<Holding> {
        let mut holding: Vec<Holding> = self
            .holds
            .iter()
            .map(|(no, (attempt, ticks))| Holding { no: *no, attempt: *attempt, ticks: *ticks })
            .collect();
        if !calm && dice.below(5) == 0 {
            let no = MatchNo(dice.below(200) as u32);
            holding.push(Holding { no, attempt: Attempt(dice.below(5) as u32), ticks: 3 });
        }
        holding
    }
}

impl Counts {
    fn not_leased(&self) -> usize {
        (self.waiting + self.recording + self.settled + self.given_up) as usize
    }
}

#[test]
fn invariants_hold_in_any_storm_and_every_tournament_ends() {
    for seed in 0..200 {
        let mut storm = Storm::new(seed, 150);
        for _ in 0..400 {
            storm.step(false);
        }
        storm.join();
        let mut steps = 0;
        while storm.ending.is_none() {
            storm.step(true);
            steps += 1;
            assert!(steps < 100_000, "seed {seed}: does not end: {:?}", storm.engine.counts());
        }
        assert_eq!(storm.ending, Some(Ending::Complete));
        assert_eq!(storm.recorded.len() + storm.given_up.len(), 150, "seed {seed}");
    }
}

#[test]
fn a_drain_ends_in_any_storm() {
    for seed in 0..100 {
        let mut storm = Storm::new(seed, 5_000);
        for _ in 0..100 {
            storm.step(false);
        }
        storm.handle(Event::Drain);
        let mut steps = 0;
        while storm.ending.is_none() {
            storm.step(false);
            steps += 1;
            assert!(steps < 10_000, "seed {seed}: does not end: {:?}", storm.engine.counts());
        }
    }
}
