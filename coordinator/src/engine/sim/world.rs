//! A world: an engine, its workers, a store. Steps go in, and what must be true is checked after
//! each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use terms::{Attempt, Limits};

use super::super::event::Elapsed;
use super::super::{
    AuditCounts, Called, Command, Ending, Engine, Event, Holding, Home, MatchNo, Policy, Sample, Stance,
    Voter, WorkerKey,
};
use super::check::{check, ensure};
use super::promises::Promises;
use super::puppet::{Nature, Puppet, said, truth};
use super::steps::{Step, WORKERS};
use super::store::Shelf;

/// How often the driver's clock ticks.
const TICK: Duration = Duration::from_millis(500);

/// What a world is made of.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// How many matches there are.
    pub(super) matches: u32,
    /// How many of a million results are checked.
    pub(super) audited: u32,
    /// A match that kills whoever begins it.
    pub(super) poison: Option<MatchNo>,
    /// What the workers are like; those that are not named are honest.
    pub(super) natures: Vec<Nature>,
}

impl Setup {
    /// What that worker is like.
    pub(super) fn nature(&self, who: u8) -> Nature {
        self.natures.get(usize::from(who)).copied().unwrap_or(Nature::Honest)
    }
}

/// A world and all that happened in it.
pub(super) struct World {
    pub(super) setup: Setup,
    pub(super) engine: Engine,
    pub(super) shelf: Shelf,
    pub(super) ending: Option<Ending>,
    pub(super) given_up: BTreeSet<MatchNo>,
    pub(super) undecided: u32,
    pub(super) quarantined: BTreeSet<u8>,
    /// Workers that the poison killed.
    pub(super) killed: u32,
    /// Events that the engine was given.
    pub(super) events: u64,
    /// Everything is counted again after so many events.
    pub(super) check_every: u64,
    now: Duration,
    puppets: BTreeMap<u8, Puppet>,
    keys: BTreeMap<WorkerKey, u8>,
    next_key: u32,
    promises: Promises,
}

fn engine(setup: &Setup, is_settled: impl Fn(MatchNo) -> bool) -> Engine {
    let sample = Sample::new([1; 32], setup.audited);
    let policy = Policy { sample, ..Policy::for_limits(&Limits::default()) };
    Engine::new(policy, setup.matches, is_settled)
}

/// Where a worker lives: two and two together.
pub(super) fn home_of(who: u8) -> Home {
    Home((who / 2).into())
}

impl World {
    /// A world before anything happened.
    pub(super) fn new(setup: Setup) -> World {
        World {
            engine: engine(&setup, |_| false),
            setup,
            shelf: Shelf::default(),
            ending: None,
            given_up: BTreeSet::new(),
            undecided: 0,
            quarantined: BTreeSet::new(),
            killed: 0,
            events: 0,
            check_every: 1,
            now: Duration::ZERO,
            puppets: BTreeMap::new(),
            keys: BTreeMap::new(),
            next_key: 0,
            promises: Promises::default(),
        }
    }

    /// What audits found.
    pub(super) fn audits(&self) -> AuditCounts {
        self.engine.audits()
    }

    /// Does a step. An error says what is not as it must be.
    pub(super) fn step(&mut self, step: Step) -> Result<(), String> {
        if self.ending.is_some() && !matches!(step, Step::Restart(_)) {
            return Ok(());
        }
        match step {
            Step::Pass(millis) => return self.pass(Duration::from_millis(millis.into())),
            Step::Tick => return self.handle(Event::Tick),
            Step::Store(count) => return self.store(count),
            Step::Stand(seconds) => self.now += Duration::from_secs(seconds.into()),
            Step::Restart(durable) => self.restart(durable),
            Step::Stop => return self.handle(Event::Drain),
            Step::Join { who, slots } => {
                self.puppets.entry(who).or_insert_with(|| Puppet::new(slots.into()));
            }
            Step::Play { who, ends } => return self.play(who, ends),
            Step::Break { who } => self.with(who, Puppet::break_one),
            Step::Hang { who } => self.with(who, |puppet| puppet.hangs = !puppet.hangs),
            Step::Leave { who } => self.with(who, |puppet| {
                puppet.stance = Stance::Draining;
                puppet.drop_waiting();
            }),
            Step::Die { who } => drop(self.puppets.remove(&who)),
            Step::Crash { who } => return self.crash(who),
            Step::Call { who } => return self.call(who, true, |_| {}),
            Step::CallInVain { who } => return self.call(who, false, |_| {}),
            Step::Repeat { who } => return self.repeat(who),
            Step::Prepare { who } => {
                self.with(who, Puppet::drop_waiting);
                return self.call(who, true, |called| called.stance = Stance::Idle);
            }
            Step::Claim { who, no, attempt } => {
                let (no, attempt) = (MatchNo(no.into()), Attempt(attempt.into()));
                return self.call(who, true, |called| called.holding.push(Holding { no, attempt, ticks: 3 }));
            }
            Step::Bring { who, no, attempt } => {
                let (no, attempt) = (MatchNo(no.into()), Attempt(attempt.into()));
                return self.call(who, true, |called| called.finished.push(said(no, attempt, truth(no))));
            }
        }
        Ok(())
    }

    /// A fleet of workers with so many slots each.
    pub(super) fn join_all(&mut self, count: u8, slots: u8) {
        (0..count).for_each(|who| drop(self.puppets.insert(who, Puppet::new(slots.into()))));
    }

    /// Workers that are alive.
    pub(super) fn alive(&self) -> usize {
        self.puppets.len()
    }

    /// Tries that came to nothing.
    pub(super) fn setbacks(&self) -> u32 {
        self.promises.setbacks_in_all()
    }

    /// From here on nothing goes wrong any more: everybody plays on, and it must come to an end.
    pub(super) fn settle_down(&mut self) -> Result<(), String> {
        for _ in 0..2_000 {
            if self.ending.is_some() {
                return self.check_end();
            }
            for who in 0..WORKERS {
                // Somebody starts workers again that died or left.
                if who < 3 && self.puppets.get(&who).is_none_or(Puppet::has_left) {
                    self.puppets.insert(who, Puppet::new(2));
                }
                self.with(who, |puppet| puppet.hangs = false);
                self.step(Step::Play { who, ends: u8::MAX })?;
                self.step(Step::Call { who })?;
            }
            self.step(Step::Store(u8::MAX))?;
            self.step(Step::Pass(500))?;
        }
        Err(format!("it does not end: {:?}", self.engine.counts()))
    }

    fn check_end(&self) -> Result<(), String> {
        if self.ending != Some(Ending::Complete) {
            return Ok(());
        }
        let (recorded, given_up) = (self.shelf.rows.len() as u32, self.given_up.len() as u32);
        let (all, undecided) = (self.setup.matches, self.undecided);
        ensure!(
            recorded + given_up + undecided == all,
            "of {all} matches {recorded} are recorded, {given_up} given up, {undecided} undecided"
        );
        let is_honest = self.setup.natures.iter().all(|nature| *nature == Nature::Honest);
        ensure!(!is_honest || self.shelf.wrong() == 0, "{} results are wrong", self.shelf.wrong());
        Ok(())
    }

    fn with(&mut self, who: u8, change: impl FnOnce(&mut Puppet)) {
        if let Some(puppet) = self.puppets.get_mut(&who) {
            change(puppet);
        }
    }

    /// Time passes, and the clock ticks as it does for the driver.
    fn pass(&mut self, wait: Duration) -> Result<(), String> {
        let then = self.now + wait;
        while self.ending.is_none() {
            let next = TICK * (self.now.as_millis() / TICK.as_millis() + 1) as u32;
            if next > then {
                break;
            }
            self.now = next;
            self.handle(Event::Tick)?;
        }
        self.now = then;
        Ok(())
    }

    fn play(&mut self, who: u8, ends: u8) -> Result<(), String> {
        let nature = self.setup.nature(who);
        let Some(puppet) = self.puppets.get_mut(&who) else { return Ok(()) };
        if !puppet.play((who, nature), ends, self.setup.poison) {
            self.killed += 1;
            self.puppets.remove(&who);
        }
        Ok(())
    }

    fn crash(&mut self, who: u8) -> Result<(), String> {
        self.puppets.remove(&who);
        match self.key_of(who) {
            Some(key) => self.handle(Event::Gone(key)),
            None => Ok(()),
        }
    }

    fn key_of(&self, who: u8) -> Option<WorkerKey> {
        self.keys.iter().rev().find(|(_, of)| **of == who).map(|(key, _)| *key)
    }

    fn call(&mut self, who: u8, hears: bool, spoil: impl FnOnce(&mut Called)) -> Result<(), String> {
        let key = self.meet(who);
        let Some(puppet) = self.puppets.get_mut(&who) else { return Ok(()) };
        let mut called = puppet.call(key, Voter(who.into()), home_of(who));
        spoil(&mut called);
        let asked = called.finished.iter().map(|finished| (finished.no, finished.attempt));
        puppet.asked = hears.then(|| asked.collect());
        let has_left = puppet.has_left() && hears;
        self.handle_call(called)?;
        if has_left {
            self.puppets.remove(&who);
        }
        Ok(())
    }

    fn repeat(&mut self, who: u8) -> Result<(), String> {
        let key = self.meet(who);
        let Some(puppet) = self.puppets.get_mut(&who) else { return Ok(()) };
        let Some((holding, finished)) = puppet.said.clone() else { return Ok(()) };
        let (voter, home, slots, stance) = (Voter(who.into()), home_of(who), puppet.slots, puppet.stance);
        puppet.asked = None;
        self.handle_call(Called { worker: key, voter, home, slots, stance, holding, finished })
    }

    fn handle_call(&mut self, called: Called) -> Result<(), String> {
        self.promises.heard(&called);
        self.handle(Event::Called(called))
    }

    /// The key of a worker's process: that of the one before it if nobody noticed that it ended.
    fn meet(&mut self, who: u8) -> WorkerKey {
        let is_new = self.puppets.get(&who).is_some_and(|puppet| puppet.said.is_none());
        if let Some(key) = self.key_of(who).filter(|_| !is_new) {
            return key;
        }
        self.next_key += 1;
        self.keys.insert(WorkerKey(self.next_key), who);
        self.shelf.voters.insert(WorkerKey(self.next_key), Voter(who.into()));
        WorkerKey(self.next_key)
    }

    fn restart(&mut self, durable: u8) {
        self.shelf.crash(durable);
        let rows = &self.shelf.rows;
        self.engine = engine(&self.setup, |no| rows.contains_key(&no));
        (self.ending, self.now) = (None, Duration::ZERO);
        self.given_up.clear();
        self.undecided = 0;
        self.quarantined.clear();
        self.keys.clear();
        self.promises = Promises::default();
        self.puppets.values_mut().for_each(|puppet| puppet.asked = None);
    }

    fn store(&mut self, count: u8) -> Result<(), String> {
        for _ in 0..count {
            let Some(events) = self.shelf.write() else { break };
            events.into_iter().try_for_each(|event| self.handle(event))?;
        }
        Ok(())
    }

    fn handle(&mut self, event: Event) -> Result<(), String> {
        self.events += 1;
        let before = self.engine.counts().done();
        for command in self.engine.handle(Elapsed(self.now), event) {
            self.obey(command)?;
        }
        ensure!(self.engine.counts().done() >= before, "progress runs backwards");
        if self.events.is_multiple_of(self.check_every) {
            check(&self.engine)?;
            self.shelf.check(self.engine.counts(), self.given_up.len())?;
        }
        Ok(())
    }

    fn obey(&mut self, command: Command) -> Result<(), String> {
        self.promises.check(&command)?;
        match command {
            Command::Record { worker, finished } => self.shelf.record(worker, finished)?,
            Command::Compare { worker, finished } => self.shelf.compare(worker, finished),
            Command::Audited { no, worker, end } => self.undecided += self.shelf.audited(no, worker, end),
            Command::Quarantine { voter, no, why } => self.quarantine(voter, no, &format!("{why:?}"))?,
            Command::GiveUp { no, .. } => {
                ensure!(self.given_up.insert(no), "m{} is given up twice", no.0);
            }
            Command::Answer { worker, wanted, call_again } => {
                let bounds = Duration::from_millis(50)..=Duration::from_secs(1);
                ensure!(bounds.contains(&call_again), "call again after {call_again:?}");
                let who = self.keys.get(&worker).copied().unwrap_or(u8::MAX);
                self.with(who, |puppet| {
                    if let Some(asked) = puppet.asked.take() {
                        puppet.hear(&wanted, &asked);
                    }
                });
            }
            Command::Forget(key) => drop(self.keys.remove(&key)),
            Command::Finish(ending) => {
                ensure!(self.ending.replace(ending).is_none(), "it ends twice");
            }
            Command::Retried { .. } => {}
        }
        Ok(())
    }

    fn quarantine(&mut self, voter: Voter, no: MatchNo, why: &str) -> Result<(), String> {
        let who = voter.0 as u8;
        ensure!(self.setup.nature(who) != Nature::Honest, "w{who} is quarantined for m{}: {why}", no.0);
        ensure!(self.quarantined.insert(who), "w{who} is quarantined twice");
        self.shelf.sweep(voter);
        Ok(())
    }
}
