//! What slots record: how matches end, and how long bots take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use telemetry::{Counter, Histogram};
use terms::{FaultKind, HostFault, Outcome, Verdict};

use super::table as row;

/// Handles of everything about matches.
#[derive(Debug)]
pub struct Matches {
    played: Counter,
    forfeit: Counter,
    void: Counter,
    returned: Counter,
    duration: Histogram,
    ticks: Counter,
    bot_faults: Vec<(FaultKind, Counter)>,
    host_faults: Vec<(HostFault, Counter)>,
    memory_peak: Histogram,
    turns: Option<Arc<Turns>>,
}

impl Matches {
    /// Handles of what records now.
    pub fn new() -> Matches {
        let outcome = |name| row::MATCHES.as_counter(&[name]);
        let bot_fault = |kind: &FaultKind| (*kind, row::BOT_FAULTS.as_counter(&[kind.name()]));
        let host_fault = |fault: &HostFault| (*fault, row::HOST_FAULTS.as_counter(&[fault.name()]));
        Matches {
            played: outcome("played"),
            forfeit: outcome("forfeit"),
            void: outcome("void"),
            returned: row::RETURNED.as_counter(&[]),
            duration: row::MATCH_DURATION.as_histogram(),
            ticks: row::TICKS.as_counter(&[]),
            bot_faults: FaultKind::ALL.iter().map(bot_fault).collect(),
            host_faults: HostFault::ALL.iter().map(host_fault).collect(),
            memory_peak: row::SANDBOX_MEMORY.as_histogram(),
            turns: Turns::new().map(Arc::new),
        }
    }

    /// A match came to an end.
    pub fn ended(&self, outcome: &Outcome, took: Duration) {
        match outcome.verdict {
            Verdict::Played(_) => self.played.increment(1),
            Verdict::Forfeit(_) => self.forfeit.increment(1),
            Verdict::Void(fault) => {
                self.void.increment(1);
                count(&self.host_faults, fault);
            }
        }
        self.duration.record(took.as_secs_f64());
        self.ticks.increment(outcome.ticks.into());
        outcome.faults.iter().for_each(|fault| count(&self.bot_faults, fault.kind));
        // A bot that never loaded had no memory.
        let peaks = outcome.usage.0.iter().map(|usage| usage.memory_peak_bytes).filter(|bytes| *bytes > 0);
        peaks.for_each(|bytes| self.memory_peak.record(bytes as f64));
    }

    /// A match goes back.
    pub(crate) fn returned(&self) {
        self.returned.increment(1);
    }

    /// What answers are recorded with; nothing if nobody records.
    pub fn turns(&self) -> Option<Arc<Turns>> {
        self.turns.clone()
    }
}

impl Default for Matches {
    fn default() -> Matches {
        Matches::new()
    }
}

fn count<K: PartialEq>(counters: &[(K, Counter)], kind: K) {
    if let Some((_, counter)) = counters.iter().find(|(of, _)| *of == kind) {
        counter.increment(1);
    }
}

/// Handles of everything about answers.
#[derive(Debug)]
pub struct Turns {
    turn_duration: Histogram,
    turn_fuel: Histogram,
    load_duration: Histogram,
    load_fuel: Histogram,
}

impl Turns {
    /// Handles of what records now; nothing if nobody does.
    pub fn new() -> Option<Turns> {
        telemetry::is_recording().then(|| Turns {
            turn_duration: row::TURN_DURATION.as_histogram(),
            turn_fuel: row::TURN_FUEL.as_histogram(),
            load_duration: row::LOAD_DURATION.as_histogram(),
            load_fuel: row::LOAD_FUEL.as_histogram(),
        })
    }
}

/// How many answers of one bot are kept until they are recorded.
const ANSWERS_MAX: usize = 512;

/// The answers of one bot. They are recorded in bulk: on a machine with many cores, slots that count every
/// turn in the same place would wait for each other.
#[derive(Debug)]
pub(super) struct Answers {
    to: Arc<Turns>,
    asked: Option<(Question, Instant)>,
    turns: Vec<(Duration, Option<u64>)>,
}

/// What a bot was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// To load.
    Load,
    /// For its turn.
    Turn,
}

impl Answers {
    /// Of a bot that was asked nothing yet.
    pub(super) fn new(to: Arc<Turns>) -> Answers {
        Answers { to, asked: None, turns: Vec::new() }
    }

    /// The bot is asked now.
    pub(super) fn asked(&mut self, question: Question) {
        self.asked = Some((question, Instant::now()));
    }

    /// It has answered and used that much fuel; or will never answer.
    pub(super) fn answered(&mut self, fuel: Option<u64>) {
        let Some((question, at)) = self.asked.take() else { return };
        let took = at.elapsed();
        if question == Question::Load {
            record(&self.to.load_duration, &self.to.load_fuel, took, fuel);
            return;
        }
        self.turns.push((took, fuel));
        if self.turns.len() >= ANSWERS_MAX {
            self.flush();
        }
    }

    fn flush(&mut self) {
        for (took, fuel) in self.turns.drain(..) {
            record(&self.to.turn_duration, &self.to.turn_fuel, took, fuel);
        }
    }
}

impl Drop for Answers {
    fn drop(&mut self) {
        self.flush();
    }
}

fn record(durations: &Histogram, fuels: &Histogram, took: Duration, fuel: Option<u64>) {
    durations.record(took.as_secs_f64());
    if let Some(fuel) = fuel {
        fuels.record(fuel as f64);
    }
}
