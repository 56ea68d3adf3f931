//! How busy the slots are: workers with slots, matches with lengths, calls that take their time, on
//! a clock of its own. Nothing goes wrong here; the question is only who waits for what.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

use terms::{Attempt, Limits};

use super::super::event::Elapsed;
use super::super::{
    Called, Command, Engine, Event, Finished, Holding, Home, MatchNo, Policy, Stance, Voter, Wanted,
    WorkerKey,
};
use super::puppet::said;

/// From a worker to the coordinator, and back.
const WAY: u64 = 500;
/// Until a result is durable.
const WRITE: u64 = 3_000;
/// How often the engine's clock ticks.
const TICK: u64 = 500_000;

/// What happens next, at a time in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    /// A worker's slot finishes a match.
    Ends(u32, MatchNo, Attempt),
    /// A worker is due to call, unless it called since it planned to.
    Due(u32, u64),
    /// A worker's call arrives.
    Arrives(u32),
    /// So many results are durable.
    Durable,
    Tick,
}

/// One worker, as `worker/src/cluster` has it.
#[derive(Default)]
struct Member {
    waiting: VecDeque<(MatchNo, Attempt)>,
    /// With when they began.
    playing: BTreeMap<(MatchNo, Attempt), u64>,
    finished: Vec<Finished>,
    asked: Vec<(MatchNo, Attempt)>,
    is_calling: bool,
    wants_to_call: bool,
    plans: u64,
}

/// What came out.
#[derive(Debug)]
pub(super) struct Flow {
    /// From the first call to the last result, in seconds.
    pub(super) seconds: f64,
    /// Seconds that slots were playing.
    pub(super) busy: f64,
    /// Seconds that slots had nothing to do although a match had not begun anywhere.
    pub(super) idle: f64,
    /// Calls.
    pub(super) calls: u64,
    /// Matches that were played by two because they were taken back too late.
    pub(super) twice: u32,
}

/// A field of workers with `slots` slots each and a tournament of matches with those lengths.
pub(super) struct Field {
    engine: Engine,
    slots: usize,
    lengths: Vec<Duration>,
    members: Vec<Member>,
    queue: BinaryHeap<Reverse<(u64, Next)>>,
    now: u64,
    begun: Vec<bool>,
    not_begun: usize,
    playing: usize,
    writing: Vec<(MatchNo, WorkerKey)>,
    is_over: bool,
    flow: Flow,
}

impl Field {
    /// Before the first call.
    pub(super) fn new(workers: usize, slots: usize, lengths: Vec<Duration>) -> Field {
        let policy = Policy::for_limits(&Limits::default());
        Field {
            engine: Engine::new(policy, lengths.len() as u32, |_| false),
            slots,
            members: (0..workers).map(|_| Member::default()).collect(),
            queue: BinaryHeap::new(),
            now: 0,
            begun: vec![false; lengths.len()],
            not_begun: lengths.len(),
            playing: 0,
            lengths,
            writing: Vec::new(),
            is_over: false,
            flow: Flow { seconds: 0.0, busy: 0.0, idle: 0.0, calls: 0, twice: 0 },
        }
    }

    /// Plays it all.
    pub(super) fn run(mut self) -> Flow {
        self.plan(TICK, Next::Tick);
        for who in 0..self.members.len() as u32 {
            // They were not all started in the same moment.
            self.plan(u64::from(who) * 997 % 100_000, Next::Due(who, 0));
        }
        while !self.is_over
            && let Some(Reverse((at, next))) = self.queue.pop()
        {
            self.pass(at);
            match next {
                Next::Ends(who, no, attempt) => self.end(who, no, attempt),
                Next::Due(who, plan) if self.members[who as usize].plans == plan => self.call(who),
                Next::Due(..) => {}
                Next::Arrives(who) => self.arrive(who),
                Next::Durable => {
                    let written = std::mem::take(&mut self.writing);
                    self.handle(Event::Recorded(written));
                }
                Next::Tick => {
                    self.plan(TICK, Next::Tick);
                    self.handle(Event::Tick);
                }
            }
        }
        self.flow.seconds = self.now as f64 / 1e6;
        self.flow
    }

    fn plan(&mut self, after: u64, next: Next) {
        self.queue.push(Reverse((self.now + after, next)));
    }

    fn pass(&mut self, at: u64) {
        let idle = self.members.len() * self.slots - self.playing;
        let seconds = (at - self.now) as f64 / 1e6;
        self.flow.busy += seconds * self.playing as f64;
        self.flow.idle += seconds * idle.min(self.not_begun) as f64;
        self.now = at;
    }

    fn begin(&mut self, who: u32) {
        let member = &mut self.members[who as usize];
        while member.playing.len() < self.slots
            && let Some((no, attempt)) = member.waiting.pop_front()
        {
            member.playing.insert((no, attempt), self.now);
            self.playing += 1;
            let length = self.lengths[no.index()].as_micros() as u64;
            self.queue.push(Reverse((self.now + length, Next::Ends(who, no, attempt))));
            if std::mem::replace(&mut self.begun[no.index()], true) {
                self.flow.twice += 1;
            } else {
                self.not_begun -= 1;
            }
        }
    }

    fn end(&mut self, who: u32, no: MatchNo, attempt: Attempt) {
        let member = &mut self.members[who as usize];
        member.playing.remove(&(no, attempt));
        self.playing -= 1;
        member.finished.push(Finished { wall: self.lengths[no.index()], ..said(no, attempt, 1) });
        let runs_dry = member.waiting.len() <= self.slots;
        self.begin(who);
        if runs_dry {
            self.call(who);
        }
    }

    fn call(&mut self, who: u32) {
        let member = &mut self.members[who as usize];
        if std::mem::replace(&mut member.is_calling, true) {
            member.wants_to_call = true;
        } else {
            member.plans += 1;
            self.plan(WAY, Next::Arrives(who));
        }
    }

    fn arrive(&mut self, who: u32) {
        let member = &mut self.members[who as usize];
        member.asked = member.finished.iter().map(|finished| (finished.no, finished.attempt)).collect();
        let ticks = |began: u64| 1 + ((self.now - began) / 10_000) as u32;
        let playing = member.playing.iter().map(|((no, attempt), began)| (*no, *attempt, ticks(*began)));
        let waiting = member.waiting.iter().map(|(no, attempt)| (*no, *attempt, 0));
        let holding = playing.chain(waiting).map(|(no, attempt, ticks)| Holding { no, attempt, ticks });
        let called = Called {
            worker: WorkerKey(who),
            voter: Voter(who),
            home: Home(who.into()),
            slots: self.slots as u32,
            stance: Stance::Ready,
            holding: holding.collect(),
            finished: member.finished.clone(),
        };
        self.flow.calls += 1;
        self.handle(Event::Called(called));
    }

    fn handle(&mut self, event: Event) {
        for command in self.engine.handle(Elapsed(Duration::from_micros(self.now)), event) {
            match command {
                Command::Record { worker, finished } => {
                    if self.writing.is_empty() {
                        self.plan(WRITE, Next::Durable);
                    }
                    self.writing.push((finished.no, worker));
                }
                Command::Answer { worker, wanted, call_again } => self.hear(worker.0, &wanted, call_again),
                Command::Finish(_) => self.is_over = true,
                other => panic!("nothing goes wrong here: {other:?}"),
            }
        }
    }

    /// The way back takes no time here: that of the next call is longer by it.
    fn hear(&mut self, who: u32, wanted: &[Wanted], call_again: Duration) {
        let member = &mut self.members[who as usize];
        let asked = std::mem::take(&mut member.asked);
        member.finished.retain(|finished| !asked.contains(&(finished.no, finished.attempt)));
        let known = |next: &(MatchNo, Attempt)| {
            member.playing.contains_key(next)
                || member.finished.iter().any(|finished| (finished.no, finished.attempt) == *next)
        };
        let wanted = wanted.iter().map(|wanted| (wanted.no, wanted.attempt));
        member.waiting = wanted.filter(|next| !known(next)).collect();
        member.is_calling = false;
        let calls_now = std::mem::take(&mut member.wants_to_call);
        let plan = member.plans;
        self.begin(who);
        if calls_now {
            self.call(who);
        } else {
            self.plan(call_again.as_micros() as u64 + WAY, Next::Due(who, plan));
        }
    }
}
