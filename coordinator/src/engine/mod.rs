//! Decides who plays what, when to try again, and when it is over.
//!
//! ```text
//!  worker calls ──► Called   ─┐                          ┌─► Record ──► store ──► Recorded
//!  store wrote  ──► Recorded ─┤                          ├─► Answer ──► worker
//!  process died ──► Gone     ─┼─► Engine::handle(now, ·) ┼─► GiveUp, Retried, Forget ──► people
//!  clock        ──► Tick     ─┤                          └─► Finish
//!  Ctrl-C       ──► Drain    ─┘
//!  store or verify ► Audit, Compared, Distrusted        ──► Compare, Audited, Quarantine ──► store
//!
//!                 hand out              result            durable
//!  Fresh ──┬────► Leased ────────────► Recording ───────► Settled
//!  Queued ─┘        │ void, stalled, unheard, lost        (or settled from the start: the store knew)
//!    ▲──────────────┤ tries left
//!                   └────────────────────────────────────► GivenUp
//! ```
//!
//! Pure: no clock, no I/O, no tokio, no wire types, no randomness. Time arrives as [`Elapsed`],
//! everything that happened as an [`Event`]. If you need to wait for something here, emit a
//! [`Command`].

mod answers;
#[cfg(test)]
mod audit_scripts;
mod audits;
mod calls;
mod clock;
mod command;
mod counts;
mod event;
mod finding;
mod fresh;
#[cfg(test)]
mod home_scripts;
mod inquiry;
#[cfg(test)]
mod lease_scripts;
mod matches;
mod moves;
mod pace;
mod player;
mod policy;
mod sample;
#[cfg(test)]
mod script;
mod setbacks;
#[cfg(test)]
mod sim;
mod time;
mod workers;

pub use command::{AuditEnd, Command, Ending, Misdeed, Setback, Wanted};
pub use counts::Counts;
pub use event::{
    Called, Doubt, Elapsed, Event, Finished, Holding, Home, MatchNo, Stance, Vote, Voter, WorkerKey,
};
pub use inquiry::AuditCounts;
pub use policy::{HOLD_MAX, Policy, SLOTS_MAX};
pub use sample::Sample;
pub use setbacks::Setbacks;

use std::collections::BTreeSet;

use clock::Clock;
use inquiry::Inquiries;
use matches::Matches;
use workers::{Worker, Workers};

/// The scheduler of one tournament.
#[derive(Debug)]
pub struct Engine {
    policy: Policy,
    clock: Clock,
    matches: Matches,
    workers: Workers,
    inquiries: Inquiries,
    /// Recorded once by a worker that is not believed any more, and not again since.
    again: BTreeSet<MatchNo>,
    /// Those that are not believed any more.
    quarantined: BTreeSet<Voter>,
    /// Of how many of them the results have not been set aside yet.
    sweeps: u32,
    /// Late reports that are being compared with what is recorded.
    comparing: u32,
    audits: AuditCounts,
    setbacks: Setbacks,
    /// When the user asked to stop, if so.
    drain_since: Option<Elapsed>,
    finished: bool,
}

impl Engine {
    /// A tournament of `count` matches, without those that `is_settled` by an earlier run.
    pub fn new(policy: Policy, count: u32, is_settled: impl Fn(MatchNo) -> bool) -> Engine {
        Engine {
            policy,
            clock: Clock::default(),
            matches: Matches::new(count, is_settled),
            workers: Workers::default(),
            inquiries: Inquiries::default(),
            again: BTreeSet::new(),
            quarantined: BTreeSet::new(),
            sweeps: 0,
            comparing: 0,
            audits: AuditCounts::default(),
            setbacks: Setbacks::default(),
            drain_since: None,
            finished: false,
        }
    }

    /// Takes one event in and returns what the driver must do about it, in order.
    pub fn handle(&mut self, now: Elapsed, event: Event) -> Vec<Command> {
        let now = self.clock.read(now);
        let mut out = Vec::new();
        match event {
            Event::Called(called) => self.called(now, called, &mut out),
            Event::Gone(worker) => self.lose(now, worker, &mut out),
            Event::Recorded(matches) => self.recorded(now, &matches, &mut out),
            Event::Tick => self.tick(now, &mut out),
            Event::Drain => self.drain(now, &mut out),
            Event::Audit(doubt) => self.audit(now, doubt, &mut out),
            Event::Compared => self.comparing = self.comparing.saturating_sub(1),
            Event::Distrusted(matches) => self.distrusted(matches),
        }
        self.finish_if_over(now, &mut out);
        out
    }

    /// How many matches are where.
    pub fn counts(&self) -> Counts {
        let (audits, again) = (self.inquiries.reopened(), self.again.len() as u32);
        Counts { audits, again, ..self.matches.counts() }
    }

    /// What audits found so far.
    pub fn audits(&self) -> AuditCounts {
        self.audits
    }

    /// Tries that came to nothing so far.
    pub fn setbacks(&self) -> Setbacks {
        self.setbacks
    }

    /// Workers that may get work, and their slots together.
    pub fn ready(&self) -> (usize, u64) {
        (self.workers.ready().len(), self.workers.sums().slots)
    }

    /// Whether a worker has nothing, waits for nothing, and never finished anything: nothing is lost
    /// with it.
    pub fn is_stranger(&self, key: WorkerKey) -> bool {
        self.workers.get(key).is_none_or(Worker::is_stranger)
    }

    fn recorded(&mut self, now: Elapsed, matches: &[(MatchNo, WorkerKey)], out: &mut Vec<Command>) {
        for &(no, key) in matches {
            self.settle(now, no);
            self.workers.change(key, |worker| worker.recording = worker.recording.saturating_sub(1));
            self.answer_if_due(now, key, out);
        }
    }

    fn finish_if_over(&mut self, now: Elapsed, out: &mut Vec<Command>) {
        let counts = self.matches.counts();
        let is_quiet = self.sweeps == 0 && self.comparing == 0;
        let ending = if counts.waiting == 0 && counts.in_flight() == 0 && is_quiet {
            Ending::Complete
        } else if self.is_drained(now) {
            Ending::Drained
        } else {
            return;
        };
        if !std::mem::replace(&mut self.finished, true) {
            out.push(Command::Finish(ending));
        }
    }
}
