//! A simulated worker. It behaves as `worker/src/cluster/board.rs` does.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use terms::Attempt;

use super::super::script::outcome;
use super::super::{Called, Finished, Holding, Home, MatchNo, Stance, Voter, Wanted, WorkerKey};

/// What a worker reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nature {
    /// What is true.
    Honest,
    /// For one match in so many, always the same lie, which is its own.
    Liar(u32),
    /// Now and then something or other.
    Flaky,
}

/// One process of a worker.
#[derive(Clone, Debug)]
pub(super) struct Puppet {
    pub(super) slots: u32,
    pub(super) stance: Stance,
    pub(super) hangs: bool,
    pub(super) waiting: VecDeque<(MatchNo, Attempt)>,
    pub(super) playing: BTreeMap<(MatchNo, Attempt), u32>,
    pub(super) finished: Vec<Finished>,
    /// What it said the last time.
    pub(super) said: Option<(Vec<Holding>, Vec<Finished>)>,
    /// The results in the call whose answer it waits for, if it does.
    pub(super) asked: Option<Vec<(MatchNo, Attempt)>>,
    plays: u32,
}

/// What a match is in truth.
pub(super) fn truth(no: MatchNo) -> u32 {
    no.0 % 50
}

/// How long a match takes: that of a slow bot many moves, others one.
pub(super) fn moves_needed(no: MatchNo) -> u32 {
    if no.0 % 10 == 3 { 12 } else { 1 }
}

/// What a result says.
pub(super) fn says(finished: &Finished) -> u32 {
    finished.outcome.ticks
}

/// A result that says so.
pub(super) fn said(no: MatchNo, attempt: Attempt, says: u32) -> Finished {
    let mut outcome = Box::new(outcome(false));
    outcome.ticks = says;
    Finished { no, attempt, outcome, record: Vec::new(), wall: Duration::from_millis(u64::from(says) * 20) }
}

impl Puppet {
    /// A worker that just started.
    pub(super) fn new(slots: u32) -> Puppet {
        Puppet {
            slots,
            stance: Stance::Ready,
            hangs: false,
            waiting: VecDeque::new(),
            playing: BTreeMap::new(),
            finished: Vec::new(),
            said: None,
            asked: None,
            plays: 0,
        }
    }

    /// Begins what it can; then every match moves, and up to `ends` that are at their end are
    /// finished. Says whether it survived.
    pub(super) fn play(&mut self, (who, nature): (u8, Nature), ends: u8, poison: Option<MatchNo>) -> bool {
        while self.playing.len() < self.slots as usize
            && let Some(next) = self.waiting.pop_front()
        {
            if Some(next.0) == poison {
                return false;
            }
            self.playing.insert(next, 0);
        }
        if self.hangs {
            return true;
        }
        self.playing.values_mut().for_each(|moves| *moves += 1);
        let over = self.playing.iter().filter(|((no, _), moves)| **moves >= moves_needed(*no));
        let over: Vec<_> = over.map(|(key, _)| *key).take(ends.into()).collect();
        for (no, attempt) in over {
            self.playing.remove(&(no, attempt));
            self.plays += 1;
            let says = match nature {
                Nature::Liar(one_in) if no.0.is_multiple_of(one_in) => 1_000 + u32::from(who),
                Nature::Flaky if self.plays % 10 == 7 => 100_000 + self.plays,
                Nature::Honest | Nature::Liar(_) | Nature::Flaky => truth(no),
            };
            self.finished.push(said(no, attempt, says));
        }
        true
    }

    /// Its first match comes to nothing.
    pub(super) fn break_one(&mut self) {
        if let Some(((no, attempt), _)) = self.playing.pop_first() {
            let outcome = Box::new(outcome(true));
            let wall = Duration::ZERO;
            self.finished.push(Finished { no, attempt, outcome, record: Vec::new(), wall });
        }
    }

    /// Gives back what only waits.
    pub(super) fn drop_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Says everything it knows.
    pub(super) fn call(&mut self, worker: WorkerKey, voter: Voter, home: Home) -> Called {
        let playing = self.playing.iter().map(|((no, attempt), ticks)| (*no, *attempt, *ticks));
        let waiting = self.waiting.iter().map(|(no, attempt)| (*no, *attempt, 0));
        let holding = playing.chain(waiting).map(|(no, attempt, ticks)| Holding { no, attempt, ticks });
        let holding: Vec<Holding> = holding.collect();
        self.said = Some((holding.clone(), self.finished.clone()));
        let (slots, stance, finished) = (self.slots, self.stance, self.finished.clone());
        Called { worker, voter, home, slots, stance, holding, finished }
    }

    /// Takes over what is wanted.
    pub(super) fn hear(&mut self, wanted: &[Wanted], settled: &[(MatchNo, Attempt)]) {
        let key = |finished: &Finished| (finished.no, finished.attempt);
        self.finished.retain(|finished| !settled.contains(&key(finished)));
        self.waiting.clear();
        if self.stance == Stance::Ready {
            let wanted = wanted.iter().map(|wanted| (wanted.no, wanted.attempt));
            let is_new = |next: &(MatchNo, Attempt)| {
                !self.playing.contains_key(next)
                    && self.finished.iter().all(|finished| key(finished) != *next)
            };
            self.waiting = wanted.filter(is_new).collect();
        }
    }

    /// Whether it was leaving and has delivered everything.
    pub(super) fn has_left(&self) -> bool {
        self.stance == Stance::Draining && self.playing.is_empty() && self.finished.is_empty()
    }
}
