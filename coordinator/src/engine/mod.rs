//! Decides who plays what, when to try again, and when it is over.
//!
//! ```text
//!  worker calls ──► Called   ─┐                          ┌─► Record ──► store ──► Recorded
//!  store wrote  ──► Recorded ─┤                          ├─► Answer ──► worker
//!  process died ──► Gone     ─┼─► Engine::handle(now, ·) ┼─► GiveUp, Retried, Forget ──► people
//!  clock        ──► Tick     ─┤                          └─► Finish
//!  Ctrl-C       ──► Drain    ─┘
//!
//!                 hand out              result            durable
//!  Fresh ──┬────► Leased ────────────► Recording ───────► Settled
//!  Queued ─┘        │ void, stalled, lost                 (or settled from the start: the store knew)
//!    ▲──────────────┤ tries left
//!                   └────────────────────────────────────► GivenUp
//! ```
//!
//! Pure: no clock, no I/O, no tokio, no wire types, no randomness. Time arrives as [`Elapsed`],
//! everything that happened as an [`Event`]. If you need to wait for something here, emit a
//! [`Command`].

mod answers;
mod calls;
#[cfg(test)]
mod chaos;
mod command;
mod event;
mod matches;
mod pace;
mod policy;
#[cfg(test)]
mod script;
mod setbacks;
mod time;
mod workers;

pub use command::{Command, Ending, Setback, Wanted};
pub use event::{Called, Elapsed, Event, Finished, Holding, MatchNo, Stance, WorkerKey};
pub use matches::Counts;
pub use policy::{HOLD_MAX, Policy, SLOTS_MAX};

use matches::{Matches, Phase};
use workers::Workers;

/// The scheduler of one tournament.
#[derive(Debug)]
pub struct Engine {
    policy: Policy,
    matches: Matches,
    workers: Workers,
    /// When the user asked to stop, if so.
    drain_since: Option<Elapsed>,
    finished: bool,
}

impl Engine {
    /// A tournament of `count` matches, without those that `is_settled` by an earlier run.
    pub fn new(policy: Policy, count: u32, is_settled: impl Fn(MatchNo) -> bool) -> Engine {
        Engine {
            policy,
            matches: Matches::new(count, is_settled),
            workers: Workers::new(),
            drain_since: None,
            finished: false,
        }
    }

    /// Takes one event in and returns what the driver must do about it, in order.
    pub fn handle(&mut self, now: Elapsed, event: Event) -> Vec<Command> {
        let mut out = Vec::new();
        match event {
            Event::Called(called) => self.called(now, called, &mut out),
            Event::Gone(worker) => self.lose(worker, &mut out),
            Event::Recorded(matches) => self.recorded(now, &matches, &mut out),
            Event::Tick => self.tick(now, &mut out),
            Event::Drain => self.drain(now),
        }
        self.finish_if_over(now, &mut out);
        out
    }

    /// How many matches are where.
    pub fn counts(&self) -> Counts {
        self.matches.counts()
    }

    /// Workers that may get work, and their slots together.
    pub fn ready(&self) -> (usize, u32) {
        let ready = self.workers.values().filter(|worker| worker.is_ready()).count();
        (ready, workers::slots_ready(&self.workers))
    }

    fn recorded(&mut self, now: Elapsed, matches: &[(MatchNo, WorkerKey)], out: &mut Vec<Command>) {
        for &(no, key) in matches {
            self.matches.move_on(no, Phase::Settled);
            if let Some(worker) = self.workers.get_mut(&key) {
                worker.recording = worker.recording.saturating_sub(1);
            }
            self.answer_if_due(now, key, out);
        }
    }

    fn finish_if_over(&mut self, now: Elapsed, out: &mut Vec<Command>) {
        let counts = self.matches.counts();
        let ending = if counts.waiting == 0 && counts.in_flight() == 0 {
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
