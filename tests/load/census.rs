//! What all workers heard, in one place.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use terms::{Attempt, MatchId};
use tonic::{Code, Status};

use super::options::Kind;

/// Errors and violations that are told one by one.
const EXAMPLES_MAX: usize = 8;
/// Errors that are kept.
const ERRORS_MAX: usize = 100_000;
/// When the coordinator ends, connections break: what fails so shortly before we hear of it, or before the
/// last answer that anybody got, may be that.
const END: Duration = Duration::from_secs(1);

/// Collects.
#[derive(Debug, Default)]
pub(crate) struct Census(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    calls: BTreeMap<Kind, u64>,
    /// Of calls of honest workers, in microseconds.
    latencies: Vec<u32>,
    errors: Vec<(Kind, Instant, Code, String)>,
    errors_dropped: u64,
    violations: Vec<String>,
    violation_count: u64,
    last_answer: Option<Instant>,
    /// When the coordinator said that everything has been played; in a short run it says nothing.
    over: Option<Instant>,
    /// Who has, or had, which try at a match.
    tries: HashMap<(MatchId, Attempt), u64>,
    reports: u64,
    deaths: u64,
    /// What the coordinator answered to babble.
    babble: BTreeMap<(&'static str, String), u64>,
}

/// What they heard altogether.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) calls: BTreeMap<Kind, u64>,
    /// Of calls of honest workers, ascending.
    pub(crate) latencies: Vec<Duration>,
    /// By kind of worker and code, how many, with an example.
    pub(crate) errors: BTreeMap<(Kind, String), (u64, String)>,
    /// Things that must not be.
    pub(crate) violations: Vec<String>,
    pub(crate) violation_count: u64,
    pub(crate) tries: u64,
    pub(crate) reports: u64,
    pub(crate) deaths: u64,
    pub(crate) babble: BTreeMap<(&'static str, String), u64>,
}

impl Census {
    /// A call was answered.
    pub(crate) fn answered(&self, kind: Kind, took: Duration, reports: usize) {
        let mut counts = self.lock();
        *counts.calls.entry(kind).or_default() += 1;
        if kind == Kind::Honest {
            counts.latencies.push(took.as_micros().try_into().unwrap_or(u32::MAX));
        }
        counts.reports += reports as u64;
        counts.last_answer = Some(Instant::now());
    }

    /// A call failed.
    pub(crate) fn failed(&self, kind: Kind, status: &Status) {
        let mut counts = self.lock();
        if counts.over.is_some() {
            return;
        }
        if counts.errors.len() >= ERRORS_MAX {
            counts.errors_dropped += 1;
            return;
        }
        counts.errors.push((kind, Instant::now(), status.code(), status.message().to_owned()));
    }

    /// The coordinator did what it must not do.
    pub(crate) fn violation(&self, what: String) {
        let mut counts = self.lock();
        counts.violation_count += 1;
        if counts.violations.len() < EXAMPLES_MAX {
            counts.violations.push(what);
        }
    }

    /// A worker was given a try at a match. Nobody else may be given the same.
    pub(crate) fn given(&self, (id, attempt): (MatchId, Attempt), instance: u64) {
        let before = self.lock().tries.insert((id, attempt), instance);
        if before.is_some_and(|before| before != instance) {
            let Attempt(number) = attempt;
            self.violation(format!("try {number} at match {id} was given to two workers"));
        }
    }

    /// Everything has been played: from now on nobody is owed an answer.
    pub(crate) fn is_over(&self) {
        self.lock().over.get_or_insert_with(Instant::now);
    }

    /// A worker vanished.
    pub(crate) fn died(&self) {
        self.lock().deaths += 1;
    }

    /// Babble was answered in this way, which may be one that must not be.
    pub(crate) fn babbled(&self, what: &'static str, answer: String, is_fine: bool) {
        if !is_fine {
            self.failed(Kind::Babbling, &Status::unknown(format!("{what} was answered with {answer}")));
        }
        *self.lock().babble.entry((what, answer)).or_default() += 1;
    }

    /// Calls answered and reports delivered so far.
    pub(crate) fn progress(&self) -> (u64, u64) {
        let counts = self.lock();
        (counts.calls.values().sum(), counts.reports)
    }

    /// What they heard altogether.
    pub(crate) fn summary(&self) -> Summary {
        let mut counts = std::mem::take(&mut *self.lock());
        counts.latencies.sort_unstable();
        let end = counts.over.or(counts.last_answer).and_then(|end| end.checked_sub(END));
        let mut errors = BTreeMap::<_, (u64, String)>::new();
        for (kind, at, code, message) in counts.errors {
            if end.is_some_and(|end| at < end) {
                errors.entry((kind, format!("{code:?}"))).or_insert((0, message)).0 += 1;
            }
        }
        if counts.errors_dropped > 0 {
            errors.insert((Kind::Honest, "more".to_owned()), (counts.errors_dropped, String::new()));
        }
        Summary {
            calls: counts.calls,
            latencies: counts
                .latencies
                .iter()
                .map(|micros| Duration::from_micros((*micros).into()))
                .collect(),
            errors,
            violations: counts.violations,
            violation_count: counts.violation_count,
            tries: counts.tries.len() as u64,
            reports: counts.reports,
            deaths: counts.deaths,
            babble: counts.babble,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
