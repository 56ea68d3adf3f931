//! What the program records with: handles that are looked up once, and cheap to use.

use std::sync::Arc;
use std::time::Instant;

use telemetry::{Counter, Gauge, Histogram, Metric};
use terms::{FaultKind, HostFault, Outcome, Verdict};
use tonic::Code;

use super::state::{Glance, Phase, State};
use super::table as row;
use crate::engine::{AuditCounts, Setback, Setbacks};
use crate::schedule::Setting;
use crate::store::Written;

/// The names of gRPC's codes, by number.
pub(super) const CODES: [&str; 17] = [
    "ok",
    "cancelled",
    "unknown",
    "invalid_argument",
    "deadline_exceeded",
    "not_found",
    "already_exists",
    "permission_denied",
    "resource_exhausted",
    "failed_precondition",
    "aborted",
    "out_of_range",
    "unimplemented",
    "internal",
    "unavailable",
    "data_loss",
    "unauthenticated",
];

/// Records what happens. Handles that were made before a recorder was installed record nothing.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Handles>);

#[derive(Debug)]
struct Handles {
    state: State,
    played: Counter,
    forfeit: Counter,
    void: Counter,
    faults: Vec<Counter>,
    host_faults: Vec<Counter>,
    retried: [Counter; 4],
    leases_expired: Counter,
    left: Counter,
    lost: Counter,
    audits: [Counter; 5],
    distrusted: Counter,
    alarms: Counter,
    cache_hits: Counter,
    calls: [Counter; 17],
    call_duration: Histogram,
    write_duration: Histogram,
    rows: Counter,
    keep_duration: Histogram,
    transcript_bytes: Counter,
    last_result: Gauge,
    blob_bytes: Counter,
}

impl Default for Metrics {
    /// Handles of the recorder that is installed, if one is.
    fn default() -> Metrics {
        let results = |verdict| row::RESULTS.as_counter(&[verdict]);
        Metrics(Arc::new(Handles {
            state: State::default(),
            played: results("played"),
            forfeit: results("forfeit"),
            void: results("void"),
            faults: FaultKind::ALL.iter().map(|kind| row::FAULTS.as_counter(&[kind.name()])).collect(),
            host_faults: HostFault::ALL
                .iter()
                .map(|kind| row::HOST_FAULTS.as_counter(&[kind.name()]))
                .collect(),
            retried: each(&row::RETRIED, ["void", "stalled", "unheard", "lost"]),
            leases_expired: row::LEASES_EXPIRED.as_counter(&[]),
            left: row::WORKERS_GONE.as_counter(&["left"]),
            lost: row::WORKERS_GONE.as_counter(&["lost"]),
            audits: each(&row::AUDITS, ["equal", "upheld", "corrected", "undecided", "inconclusive"]),
            distrusted: row::DISTRUSTED.as_counter(&[]),
            alarms: row::ALARMS.as_counter(&[]),
            cache_hits: row::CACHE_HITS.as_counter(&[]),
            calls: each(&row::CALLS, CODES),
            call_duration: row::CALL_DURATION.as_histogram(),
            write_duration: row::WRITE_DURATION.as_histogram(),
            rows: row::ROWS.as_counter(&[]),
            keep_duration: row::KEEP_DURATION.as_histogram(),
            transcript_bytes: row::TRANSCRIPT_BYTES.as_counter(&[]),
            last_result: row::LAST_RESULT.as_gauge(&[]),
            blob_bytes: row::BLOB_BYTES.as_counter(&[]),
        }))
    }
}

/// The counters of a metric with one label.
fn each<const N: usize>(metric: &Metric, values: [&'static str; N]) -> [Counter; N] {
    values.map(|value| metric.as_counter(&[value]))
}

impl Metrics {
    /// What the process is about.
    pub fn enters(&self, phase: Phase) {
        self.0.state.enters(phase);
    }

    /// What is played: the tournament's id, its rules, and how many bots take part.
    pub fn plays(&self, tournament: &str, setting: &Setting, bots: usize) {
        self.0.state.plays(tournament, setting, bots);
    }

    /// So many matches are there, and the store knew so many results before.
    pub fn known(&self, matches: usize, known: usize) {
        self.0.cache_hits.absolute(known as u64);
        let (waiting, settled) = (matches.saturating_sub(known) as u32, known as u32);
        self.0.state.matches(&crate::engine::Counts { waiting, settled, ..Default::default() });
    }

    /// How it stands.
    pub fn shows(&self, glance: &Glance) {
        self.0.state.shows(glance);
    }

    /// What the engine counted since it began.
    pub fn counted(&self, audits: &AuditCounts, setbacks: &Setbacks) {
        let AuditCounts { equal, upheld, corrected, undecided, inconclusive, distrusted, .. } = *audits;
        let found = [equal, upheld, corrected, undecided, inconclusive];
        self.0.audits.iter().zip(found).for_each(|(counter, count)| counter.absolute(count.into()));
        self.0.distrusted.absolute(distrusted.into());
        self.0.leases_expired.absolute(setbacks.expired);
        for (counter, fault) in self.0.host_faults.iter().zip(HostFault::ALL) {
            counter.absolute(setbacks.of(*fault));
        }
    }

    /// A result is recorded; `now_ms` is the time in milliseconds since 1970.
    pub fn recorded(&self, outcome: &Outcome, now_ms: i64) {
        match outcome.verdict {
            Verdict::Played(_) => self.0.played.increment(1),
            Verdict::Forfeit(_) => self.0.forfeit.increment(1),
            Verdict::Void(_) => self.0.void.increment(1),
        }
        for fault in &outcome.faults {
            if let Some(counter) = self.0.faults.get(usize::from(fault.kind.code()).saturating_sub(1)) {
                counter.increment(1);
            }
        }
        self.0.last_result.set(now_ms as f64 / 1e3);
    }

    /// A match stays void.
    pub fn gave_up(&self) {
        self.0.void.increment(1);
    }

    /// A match goes to somebody else.
    pub fn retried(&self, why: Setback) {
        let [void, stalled, unheard, lost] = &self.0.retried;
        match why {
            Setback::Void => void.increment(1),
            Setback::Stalled => stalled.increment(1),
            Setback::Unheard => unheard.increment(1),
            Setback::Lost => lost.increment(1),
        }
    }

    /// A worker is not there any more.
    pub fn gone(&self, has_left: bool) {
        if has_left { self.0.left.increment(1) } else { self.0.lost.increment(1) }
    }

    /// Somebody should look at something.
    pub fn alarm(&self) {
        self.0.alarms.increment(1);
    }

    /// A worker's call was answered, or is not waited for any more.
    pub fn called(&self, code: Code) {
        if let Some(counter) = self.0.calls.get(code as usize) {
            counter.increment(1);
        }
    }

    /// A worker's call is complete; its answer is there when what is returned is dropped.
    pub fn answering(&self) -> Took<'_> {
        Took { began: now(), histogram: &self.0.call_duration }
    }

    /// The store begins to write; it is done when what is returned is dropped.
    pub fn writing(&self) -> Took<'_> {
        Took { began: now(), histogram: &self.0.write_duration }
    }

    /// Transcripts of a batch are written; they are kept when what is returned is dropped.
    pub fn keeping(&self) -> Took<'_> {
        Took { began: now(), histogram: &self.0.keep_duration }
    }

    /// That became of results in the store.
    pub fn wrote(&self, written: &[Written]) {
        self.0.rows.increment(written.iter().filter(|written| **written == Written::New).count() as u64);
    }

    /// A transcript of so many bytes is kept.
    pub fn kept(&self, bytes: usize) {
        self.0.transcript_bytes.increment(bytes as u64);
    }

    /// So many bytes of a blob go to a worker.
    pub fn sent(&self, bytes: usize) {
        self.0.blob_bytes.increment(bytes as u64);
    }
}

/// The time, if somebody wants to know how long it takes.
fn now() -> Option<Instant> {
    telemetry::is_recording().then(Instant::now)
}

/// Something that takes time, until it is dropped.
#[derive(Debug)]
pub struct Took<'a> {
    began: Option<Instant>,
    histogram: &'a Histogram,
}

impl Drop for Took<'_> {
    fn drop(&mut self) {
        if let Some(began) = self.began {
            self.histogram.record(began.elapsed().as_secs_f64());
        }
    }
}
