//! Traces of matches that are handed out, from the lease to the record. Decides nothing: without a
//! tracer the run is the same.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Instant;

use telemetry::traces::{Attribute, Kind, Open, Step, Tracer, attribute};
use terms::{Attempt, Digest, Outcome, Seat, Verdict};

use super::Driver;
use crate::call::Assignment;
use crate::engine::{MatchNo, Wanted, WorkerKey};
use crate::store::{Store, StoredResult};

/// Most leases that are traced at a time.
const OPEN_MAX: usize = 8_192;

impl<S: Store> Driver<S> {
    /// The same, but matches are traced, with the names of those bots.
    #[must_use]
    pub fn tracing(self, tracer: Tracer, bots: &[(String, Digest)]) -> Driver<S> {
        let names = bots.iter().map(|(name, digest)| (*digest, name.clone())).collect();
        Driver { leases: Leases { tracer, names, open: BTreeMap::new() }, ..self }
    }

    /// What a worker is told of a match that it shall hold.
    pub(super) fn told(&mut self, worker: WorkerKey, wanted: Wanted) -> Option<Assignment> {
        let mut told = self.schedule.assignment(wanted.no, wanted.attempt)?;
        told.traceparent = self.leases.told(wanted.no, &told, (worker, self.roster.name(worker)));
        Some(told)
    }

    /// A result is durable, or was compared with what is.
    pub(super) fn recorded(&mut self, no: MatchNo, result: &StoredResult) {
        let StoredResult { id, outcome, worker, attempt, .. } = result;
        if tracing::enabled!(tracing::Level::DEBUG) {
            let (id, attempt) = (id.0.short(), attempt.0);
            let verdict = name_of(&outcome.verdict);
            tracing::debug!(
                worker,
                r#match = id,
                attempt,
                outcome = verdict,
                ticks = outcome.ticks,
                "recorded"
            );
            for seat in Seat::BOTH {
                let Some(fault) = outcome.faults.iter().find(|fault| fault.seat == seat) else { continue };
                let (bot, kind, seat) =
                    (self.leases.name(&result.bots[seat]), fault.kind.name(), seat.index());
                tracing::debug!(worker, r#match = id, attempt, bot, seat, kind, tick = fault.tick, "failed");
            }
        }
        self.leases.recorded(no, *attempt, outcome);
    }
}

/// A match in a worker's hands.
#[derive(Debug)]
struct Lease {
    span: Open,
    traceparent: Box<str>,
    worker: WorkerKey,
    /// When its result came.
    reported: Option<Instant>,
}

/// The leases that are traced.
#[derive(Debug, Default)]
pub(super) struct Leases {
    tracer: Tracer,
    /// By digest; of bots with the same contents, one.
    names: BTreeMap<Digest, String>,
    open: BTreeMap<(MatchNo, Attempt), Lease>,
}

impl Leases {
    /// A worker is told to hold that match, for the first time or again. Says what its spans belong to,
    /// if it is traced.
    pub(super) fn told(
        &mut self,
        no: MatchNo,
        told: &Assignment,
        (worker, name): (WorkerKey, &str),
    ) -> Option<Box<str>> {
        if !self.tracer.takes(&told.id) {
            return None;
        }
        let key = (no, told.attempt);
        if let Some(lease) = self.open.get(&key) {
            return Some(lease.traceparent.clone());
        }
        self.moved(no, told.attempt);
        if self.open.len() >= OPEN_MAX {
            return None;
        }
        let span = self.tracer.begin("lease", self.attributes(told, name))?;
        let traceparent: Box<str> = span.parent().traceparent().into();
        self.open.insert(key, Lease { span, traceparent: traceparent.clone(), worker, reported: None });
        Some(traceparent)
    }

    fn name(&self, bot: &Digest) -> String {
        self.names.get(bot).cloned().unwrap_or_else(|| bot.short())
    }

    fn attributes(&self, told: &Assignment, worker: &str) -> Vec<Attribute> {
        let bot = |seat: Seat| self.name(&told.bots[seat]);
        vec![
            attribute("arena.match", told.id.0.to_string()),
            attribute("arena.attempt", i64::from(told.attempt.0)),
            attribute("arena.worker", worker.to_owned()),
            attribute("arena.bot.zero", bot(Seat::Zero)),
            attribute("arena.bot.one", bot(Seat::One)),
        ]
    }

    /// An earlier try at the match that nobody waits for any more.
    fn moved(&mut self, no: MatchNo, attempt: Attempt) {
        while let Some((key, _)) = self.open.range((no, Attempt(0))..(no, attempt)).next() {
            let key = *key;
            self.close(key, "moved");
        }
    }

    /// A result came.
    pub(super) fn reported(&mut self, no: MatchNo, attempt: Attempt) {
        if let Some(lease) = self.open.get_mut(&(no, attempt)) {
            lease.reported.get_or_insert_with(Instant::now);
        }
    }

    /// The result is durable.
    pub(super) fn recorded(&mut self, no: MatchNo, attempt: Attempt, outcome: &Outcome) {
        let Some(Lease { span, reported, .. }) = self.open.remove(&(no, attempt)) else { return };
        let now = Instant::now();
        let record = Step::new("record", (reported.unwrap_or(now), now), Vec::new());
        self.tracer.record(Some(&span.parent()), Kind::Internal, record, Vec::new());
        let attributes = vec![
            attribute("arena.outcome", name_of(&outcome.verdict)),
            attribute("arena.ticks", i64::from(outcome.ticks)),
        ];
        span.end(attributes, None);
    }

    /// What that worker had of the match came to nothing, or is nobody's concern any more.
    pub(super) fn ended(&mut self, no: MatchNo, worker: Option<WorkerKey>, how: &'static str) {
        let of_match = self.open.range((no, Attempt(0))..=(no, Attempt(u32::MAX)));
        let ended = of_match.filter(|(_, lease)| worker.is_none_or(|worker| lease.worker == worker));
        let keys: Vec<_> = ended.map(|(key, _)| *key).collect();
        keys.into_iter().for_each(|key| self.close(key, how));
    }

    /// A worker is gone, and with it all that it had.
    pub(super) fn forget(&mut self, worker: WorkerKey) {
        let gone = self.open.iter().filter(|(_, lease)| lease.worker == worker);
        let keys: Vec<_> = gone.map(|(key, _)| *key).collect();
        keys.into_iter().for_each(|key| self.close(key, "lost"));
    }

    fn close(&mut self, key: (MatchNo, Attempt), how: &'static str) {
        let Some(lease) = self.open.remove(&key) else { return };
        // Whoever had too much and gives some of it to others did nothing wrong.
        let error = (!matches!(how, "moved" | "checked")).then_some(Cow::Borrowed(how));
        lease.span.end(vec![attribute("arena.outcome", how)], error);
    }
}

/// A verdict in one word.
fn name_of(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Played(_) => "played",
        Verdict::Forfeit(_) => "forfeit",
        Verdict::Void(_) => "void",
    }
}
