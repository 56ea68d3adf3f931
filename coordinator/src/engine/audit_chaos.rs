//! Audits in a world of honest, lying and flaky workers that come and go: who is right wins, and
//! nobody who is right is ever quarantined.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use terms::{Attempt, Limits};

use super::chaos::Dice;
use super::script::finished;
use super::*;

/// What a worker reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nature {
    /// What is true.
    Honest,
    /// For one match in so many, always the same lie, which is its own.
    Liar(u32),
    /// At random, now and then, something or other.
    Flaky,
}

struct Puppet {
    nature: Nature,
    holds: BTreeMap<MatchNo, Attempt>,
    done: Vec<Finished>,
}

/// What is recorded of a match.
struct Row {
    by: WorkerKey,
    says: u32,
    corroborated: BTreeSet<WorkerKey>,
}

/// Something on its way into the store.
enum Write {
    Record(WorkerKey, Finished),
    Compare(WorkerKey, Finished),
    Audited(MatchNo, WorkerKey, AuditEnd),
    Sweep(WorkerKey),
}

struct World {
    dice: Dice,
    engine: Engine,
    now: Duration,
    puppets: BTreeMap<WorkerKey, Puppet>,
    natures: BTreeMap<WorkerKey, Nature>,
    writes: Vec<Write>,
    rows: BTreeMap<MatchNo, Row>,
    quarantined: BTreeSet<WorkerKey>,
    undecided: u32,
    ending: Option<Ending>,
}

fn truth(no: MatchNo) -> u32 {
    no.0 % 50
}

fn says(finished: &Finished) -> u32 {
    finished.outcome.ticks
}

impl World {
    fn new(seed: u64, matches: u32, per_million: u32, natures: &[Nature]) -> World {
        let policy = Policy {
            sample: Sample::new([seed as u8; 32], per_million),
            ..Policy::for_limits(&Limits::default())
        };
        let mut world = World {
            dice: Dice(seed),
            engine: Engine::new(policy, matches, |_| false),
            now: Duration::ZERO,
            puppets: BTreeMap::new(),
            natures: BTreeMap::new(),
            writes: Vec::new(),
            rows: BTreeMap::new(),
            quarantined: BTreeSet::new(),
            undecided: 0,
            ending: None,
        };
        natures.iter().for_each(|nature| world.join(*nature));
        world
    }

    fn join(&mut self, nature: Nature) {
        let key = WorkerKey(self.natures.len() as u32);
        self.natures.insert(key, nature);
        self.puppets.insert(key, Puppet { nature, holds: BTreeMap::new(), done: Vec::new() });
    }

    fn run(&mut self, deaths: bool) {
        let mut steps = 0;
        while self.ending.is_none() {
            self.now += Duration::from_millis(self.dice.below(20));
            match self.dice.below(if deaths { 400 } else { 399 }) {
                0..20 => self.handle(Event::Tick),
                20..120 => self.write(),
                399 => self.replace(),
                _ => self.call(),
            }
            steps += 1;
            assert!(steps < 3_000_000, "does not end: {:?}", self.engine.counts());
        }
    }

    /// A worker dies, and another one of its kind comes.
    fn replace(&mut self) {
        let place = self.dice.below(self.puppets.len() as u64) as usize;
        let Some((key, nature)) = self.puppets.iter().nth(place).map(|(key, puppet)| (*key, puppet.nature))
        else {
            return;
        };
        self.puppets.remove(&key);
        self.join(nature);
        self.handle(Event::Gone(key));
    }

    fn call(&mut self) {
        let place = self.dice.below(self.puppets.len() as u64) as usize;
        let Some((key, puppet)) = self.puppets.iter_mut().nth(place) else { return };
        let key = *key;
        for (no, attempt) in std::mem::take(&mut puppet.holds) {
            match self.dice.below(20) {
                0 => puppet.done.push(Finished { no, attempt, ..finished("0/1", true) }),
                1..10 => puppet.done.push(puppet.nature.play(&mut self.dice, key, no, attempt)),
                _ => {
                    puppet.holds.insert(no, attempt);
                }
            }
        }
        let holding = puppet.holds.iter();
        let holding = holding.map(|(no, attempt)| Holding { no: *no, attempt: *attempt, ticks: 0 });
        let called = Called {
            worker: key,
            voter: Voter(key.0),
            slots: 2,
            stance: Stance::Ready,
            holding: holding.collect(),
            finished: puppet.done.clone(),
        };
        self.handle(Event::Called(called));
    }

    fn handle(&mut self, event: Event) {
        let before = self.engine.counts().done();
        for command in self.engine.handle(Elapsed(self.now), event) {
            self.obey(command);
        }
        assert!(self.engine.counts().done() >= before, "progress runs backwards");
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Record { worker, finished } => self.writes.push(Write::Record(worker, finished)),
            Command::Compare { worker, finished } => self.writes.push(Write::Compare(worker, finished)),
            Command::Audited { no, worker, end } => {
                self.undecided += u32::from(matches!(end, AuditEnd::Undecided { .. }));
                if end.is_written() {
                    self.writes.push(Write::Audited(no, worker, end));
                }
            }
            Command::Quarantine { voter, .. } => {
                let key = WorkerKey(voter.0);
                assert!(self.natures[&key] != Nature::Honest, "{key:?} was honest");
                assert!(self.quarantined.insert(key), "quarantined twice");
                self.writes.push(Write::Sweep(key));
            }
            Command::Answer { worker, wanted, .. } => {
                assert!(wanted.is_empty() || !self.quarantined.contains(&worker), "work for a liar");
                if let Some(puppet) = self.puppets.get_mut(&worker) {
                    // Now and then it does not hear the answer, and says the same again.
                    if self.dice.below(50) > 0 {
                        puppet.done.clear();
                    }
                    puppet.holds = wanted.iter().map(|wanted| (wanted.no, wanted.attempt)).collect();
                }
            }
            Command::Finish(ending) => assert!(self.ending.replace(ending).is_none()),
            Command::GiveUp { .. } | Command::Retried { .. } | Command::Forget(_) => {}
        }
    }

    /// The store does what it was told, in order, and says so.
    fn write(&mut self) {
        for write in std::mem::take(&mut self.writes) {
            match write {
                Write::Record(worker, finished) => self.record(worker, finished, false),
                Write::Compare(worker, finished) => self.record(worker, finished, true),
                Write::Audited(no, worker, end) => {
                    self.amend(no, end);
                    self.handle(Event::Recorded(vec![(no, worker)]));
                }
                Write::Sweep(worker) => {
                    let others = |row: &Row| row.corroborated.iter().any(|other| *other != worker);
                    let gone = self.rows.extract_if(.., |_, row| row.by == worker && !others(row));
                    let gone = gone.map(|(no, _)| no).collect();
                    for row in self.rows.values_mut() {
                        row.corroborated.remove(&worker);
                    }
                    self.handle(Event::Distrusted(gone));
                }
            }
        }
    }

    fn record(&mut self, worker: WorkerKey, finished: Finished, is_late: bool) {
        let no = finished.no;
        let new = || Row { by: worker, says: says(&finished), corroborated: BTreeSet::new() };
        let row = self.rows.entry(no).or_insert_with(new);
        if row.says != says(&finished) {
            let kept = Finished { no, ..said(row.says) };
            let kept = Vote { worker: row.by, voter: Voter(row.by.0), finished: kept };
            let other = Some(Vote { worker, voter: Voter(worker.0), finished });
            self.handle(Event::Audit(Doubt { kept, other }));
        }
        self.handle(if is_late { Event::Compared } else { Event::Recorded(vec![(no, worker)]) });
    }

    fn amend(&mut self, no: MatchNo, end: AuditEnd) {
        match end {
            AuditEnd::Upheld { by } => {
                let row = self.rows.get_mut(&no).expect("what is upheld is recorded");
                row.corroborated.extend(by);
            }
            AuditEnd::Corrected { right, by } => {
                let row = Row {
                    by: right.worker,
                    says: says(&right.finished),
                    corroborated: by.into_iter().collect(),
                };
                assert!(self.rows.insert(no, row).is_some(), "what is corrected was recorded");
            }
            AuditEnd::Undecided { .. } => drop(self.rows.remove(&no)),
            AuditEnd::Inconclusive => {}
        }
    }

    fn wrong(&self) -> usize {
        self.rows.iter().filter(|(no, row)| row.says != truth(**no)).count()
    }
}

impl Nature {
    fn play(self, dice: &mut Dice, key: WorkerKey, no: MatchNo, attempt: Attempt) -> Finished {
        let says = match self {
            Nature::Liar(one_in) if no.0.is_multiple_of(one_in) => 1_000 + key.0,
            Nature::Flaky if dice.below(10) == 0 => 100_000 + dice.below(1_000_000) as u32,
            Nature::Honest | Nature::Liar(_) | Nature::Flaky => truth(no),
        };
        Finished { no, attempt, ..said(says) }
    }
}

fn said(says: u32) -> Finished {
    let mut finished = finished("0/1", false);
    finished.outcome.ticks = says;
    finished
}

#[test]
fn ten_thousand_audited_matches_of_honest_workers_quarantine_nobody() {
    let mut world = World::new(1, 10_000, 1_000_000, &[Nature::Honest; 4]);
    world.run(true);
    let audits = world.engine.audits();
    assert!(audits.equal > 9_900 && audits.total() >= 9_990, "{audits:?}");
    assert_eq!((audits.quarantined, audits.corrected, audits.undecided), (0, 0, 0), "{audits:?}");
    assert!(world.quarantined.is_empty());
    assert_eq!(world.wrong(), 0);
}

#[test]
fn liars_and_flaky_workers_are_found_and_every_result_is_true_where_honest_ones_are_more() {
    use Nature::{Flaky, Honest, Liar};
    for (seed, natures) in (0..).zip([
        [Honest, Honest, Honest, Liar(3), Flaky],
        [Honest, Honest, Honest, Flaky, Flaky],
        [Liar(1), Liar(7), Honest, Honest, Honest],
        [Flaky, Honest, Honest, Liar(2), Honest],
    ]) {
        for deaths in [false, true] {
            for round in 0..10 {
                let mut world = World::new(seed * 100 + round, 150, 1_000_000, &natures);
                world.run(deaths);
                assert_eq!(world.ending, Some(Ending::Complete));
                assert_eq!(world.wrong(), 0, "{natures:?}, deaths {deaths}, round {round}");
                assert_eq!(world.undecided, 0, "{natures:?}, deaths {deaths}, round {round}");
                assert!(deaths || world.quarantined.len() == 2, "{natures:?}: {:?}", world.quarantined);
            }
        }
    }
}

#[test]
fn a_small_sample_finds_a_worker_that_often_lies() {
    let natures = [Nature::Honest, Nature::Honest, Nature::Liar(2)];
    let mut world = World::new(5, 5_000, 10_000, &natures);
    world.run(false);
    assert_eq!(world.quarantined.len(), 1);
    assert_eq!(world.wrong(), 0, "all that it alone vouched for was played again");
}

#[test]
fn two_that_disagree_are_both_kept_and_the_match_is_not() {
    let mut world = World::new(9, 100, 1_000_000, &[Nature::Honest, Nature::Liar(10)]);
    world.run(false);
    assert_eq!(world.undecided, 10);
    assert!(world.quarantined.is_empty(), "nobody can tell who lies");
    assert_eq!((world.rows.len(), world.wrong()), (90, 0));
}
