//! What audits find, put into effect: results corroborated, replaced and set aside, workers
//! refused, people told.

use std::collections::BTreeMap;

use terms::{Digest, MatchId, Outcome};

use super::writer::{Entry, Then};
use super::{Driver, DriverError, VoidMatch, now_ms};
use crate::engine::{AuditEnd, Doubt, Ending, Event, Finished, MatchNo, Misdeed, Vote, Voter, WorkerKey};
use crate::local;
use crate::standings::{Alarm, AlarmKind};
use crate::store::{Amendment, Store, StoredResult, mark};

/// Alarms that are listed one by one.
const ALARMS_MAX: usize = 1_000;

/// A worker that is not believed any more.
#[derive(Clone, Debug)]
pub struct Quarantined {
    /// Its name.
    pub name: String,
    /// The layers of its sandbox that were active.
    pub layers: Vec<String>,
    /// Why, and what to do.
    pub why: String,
}

/// What audits found, for people.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What somebody should look at.
    pub(super) alarms: Vec<Alarm>,
    /// Workers that are not believed any more.
    pub(super) quarantined: Vec<Quarantined>,
    /// What the results said that such workers had recorded.
    marks: BTreeMap<MatchNo, Digest>,
}

impl<S: Store> Driver<S> {
    fn alarm(&mut self, kind: AlarmKind, id: MatchId, workers: Vec<String>, text: String) {
        tracing::error!(kind = kind.name(), r#match = id.0.short(), ?workers, "{text}");
        self.view.metrics.alarm();
        if self.findings.alarms.len() < ALARMS_MAX {
            self.findings.alarms.push(Alarm { kind, id, workers, text });
        }
    }

    /// Only local workers can be waited for in vain: others may come.
    pub(super) fn check_that_somebody_is_believed(&self) -> Result<Option<Ending>, DriverError> {
        let is_local = |name: &str| (1..=self.locals).any(|number| local::name(number) == name);
        let all_are_there = self.roster.count() >= self.locals_alive as usize;
        if self.writer.is_idle() && all_are_there && self.roster.are_quarantined(is_local) {
            let last = self.findings.quarantined.last();
            let why = last.map(|last| format!("{}: {}", last.name, last.why)).unwrap_or_default();
            return Err(DriverError::NobodyBelieved { why });
        }
        Ok(None)
    }

    /// What the engine is told of a result that differs from the recorded one.
    pub(super) fn doubt(
        &mut self,
        no: MatchNo,
        worker: WorkerKey,
        kept: StoredResult,
        result: StoredResult,
    ) -> Doubt {
        let in_this_run = kept.recorded_at_ms >= self.began_ms;
        let (author, voter) = self.roster.author(&kept.worker, &kept.layers, in_this_run);
        let kept = Vote { worker: author, voter, finished: finished(no, kept) };
        let voter = self.roster.credit(worker).map(|credit| credit.voter);
        let other = voter.map(|voter| Vote { worker, voter, finished: finished(no, result) });
        Doubt { kept, other }
    }

    /// Asks for everything to be checked that this run is about checking.
    pub(super) fn doubt_recorded(&mut self) {
        // Whoever is not believed any more is not believed in any of its results.
        let mut authors = BTreeMap::new();
        for (no, kept) in self.to_check.clone().iter().cloned() {
            let author = || self.roster.author(&kept.worker, &kept.layers, false);
            let (worker, voter) = *authors.entry(kept.worker.clone()).or_insert_with(author);
            let kept = Vote { worker, voter, finished: finished(no, kept) };
            // Nothing is over before what was asked for is done.
            self.feed(Event::Audit(Doubt { kept, other: None }));
        }
    }

    /// A result was checked.
    pub(super) fn audited(&mut self, no: MatchNo, worker: WorkerKey, end: AuditEnd) {
        let Some(id) = self.id(no) else { return };
        self.leases.ended(no, None, "checked");
        let then = Then::Closed(no, worker);
        match end {
            AuditEnd::Upheld { by: None } => {}
            AuditEnd::Upheld { by: Some(by) } => {
                let worker = self.roster.name(by).to_owned();
                self.writer.amend(then, Amendment::Corroborate { id, worker });
            }
            AuditEnd::Corrected { right, by } => self.correct(id, then, *right, by),
            AuditEnd::Undecided { between, outcome } => self.leave_open(id, no, then, &between, *outcome),
            AuditEnd::Inconclusive => {
                tracing::warn!(
                    r#match = id.0.short(),
                    "a match could not be played again to check its result; the result stays"
                );
            }
        }
    }

    fn correct(&mut self, id: MatchId, then: Then, right: Vote, by: Option<WorkerKey>) {
        let (worker, no) = (right.worker, right.finished.no);
        let Some(result) = self.stored(worker, right.finished) else { return };
        let corroborated_by = by.map(|by| self.roster.name(by).to_owned());
        let workers: Vec<String> =
            std::iter::once(result.worker.clone()).chain(corroborated_by.clone()).collect();
        let text = format!(
            "match {} was recorded with a wrong result, which is corrected: {} came to another one",
            self.shown(no),
            listed(&workers)
        );
        let by = Box::new(result);
        self.writer.amend(then, Amendment::Replace { by, corroborated_by, reason: text.clone() });
        self.alarm(AlarmKind::Corrected, id, workers, text);
    }

    fn leave_open(&mut self, id: MatchId, no: MatchNo, then: Then, between: &[WorkerKey], outcome: Outcome) {
        let workers: Vec<String> = between.iter().map(|key| self.roster.name(*key).to_owned()).collect();
        let text = format!(
            "workers {} disagree on the result of match {}, and nobody else is there to decide: start a third \
             worker and run the same command again",
            listed(&workers),
            self.shown(no)
        );
        self.writer.amend(then, Amendment::SetAside { id, reason: text.clone() });
        let outcome = Outcome { host_message: text.clone(), ..outcome };
        let last = between.last().and_then(|key| self.roster.credit(*key));
        let (worker, layers) = last.map(|last| (last.name.clone(), last.layers.clone())).unwrap_or_default();
        let attempt = terms::Attempt::FIRST;
        self.view.metrics.gave_up();
        self.view.scores.gave_up(no);
        self.voids.insert(no, VoidMatch { outcome, worker, layers, attempt });
        self.alarm(AlarmKind::Undecided, id, workers, text);
    }

    /// A worker is not believed any more.
    pub(super) fn quarantine(&mut self, voter: Voter, no: MatchNo, why: &Misdeed) {
        let Some(id) = self.id(no) else { return };
        let what = match why {
            Misdeed::Contradiction => {
                format!("it reported two different results of match {}", self.shown(no))
            }
            Misdeed::Alone { against } => {
                let others: Vec<String> =
                    against.iter().map(|key| self.roster.name(*key).to_owned()).collect();
                format!("it reported another result of match {} than {}", self.shown(no), listed(&others))
            }
        };
        let why = format!(
            "the worker is quarantined: {what}; check that its machine's memory and processor are sound and that \
             its programs are unchanged, then start it again"
        );
        let (credit, keys) = self.roster.quarantine(voter, &why);
        for key in keys {
            if let Some(call) = self.open_calls.get_mut(&key) {
                call.refusal = Some(why.clone());
            }
        }
        let name = credit.name.clone();
        let reason = format!("worker {name} was quarantined: {what}");
        self.writer.amend(Then::Swept, Amendment::Distrust { worker: name.clone(), reason });
        let text = format!(
            "worker {name} is quarantined: {what}; what it alone vouches for is played again by others"
        );
        self.alarm(AlarmKind::Quarantined, id, vec![name.clone()], text);
        self.findings.quarantined.push(Quarantined { name, layers: credit.layers, why });
    }

    /// The results of a quarantined worker are set aside. Says which matches are played again:
    /// those that are not in this tournament are when they are needed.
    pub(super) fn swept(&mut self, gone: Vec<(MatchId, Digest)>) -> Vec<MatchNo> {
        let known = gone.into_iter().filter_map(|(id, mark)| Some((self.schedule.find(&id)?, mark)));
        let known: Vec<_> = known.collect();
        tracing::warn!(results = known.len(), "results of a quarantined worker were set aside");
        self.findings.marks.extend(known.iter().copied());
        known.into_iter().map(|(no, _)| no).collect()
    }

    /// A result is recorded: if one of a quarantined worker was before, was that right?
    pub(super) fn compare_with_set_aside(&mut self, no: MatchNo, result: &StoredResult) {
        let Some(before) = self.findings.marks.remove(&no) else { return };
        if before == mark(&result.outcome) {
            return;
        }
        let workers = vec![result.worker.clone()];
        let text = format!(
            "match {} was recorded with a wrong result by a quarantined worker, which is corrected: {} came to another one",
            self.shown(no),
            result.worker
        );
        self.alarm(AlarmKind::Corrected, result.id, workers, text);
    }

    /// A result as it is written.
    pub(super) fn stored(&self, worker: WorkerKey, finished: Finished) -> Option<StoredResult> {
        let spec = self.schedule.spec(finished.no)?;
        let credit = self.roster.credit(worker);
        let (name, layers) =
            credit.map(|credit| (credit.name.clone(), credit.layers.clone())).unwrap_or_default();
        let Finished { attempt, outcome, record, wall, .. } = finished;
        Some(StoredResult {
            id: spec.id(),
            seed: spec.seed,
            bots: spec.bots,
            outcome: *outcome,
            record,
            worker: name,
            layers,
            attempt,
            wall_micros: wall.as_micros().try_into().unwrap_or(u64::MAX),
            recorded_at_ms: now_ms(),
        })
    }

    /// Puts a result on its way into the store.
    pub(super) fn write(&mut self, worker: WorkerKey, finished: Finished, is_late: bool) {
        let no = finished.no;
        self.leases.reported(no, finished.attempt);
        if let Some(result) = self.stored(worker, finished) {
            self.writer.add(Entry { no, worker, is_late }, result);
        }
    }

    /// A match, for people.
    pub(super) fn shown(&self, no: MatchNo) -> String {
        self.schedule.id(no).map(|id| id.0.short()).unwrap_or_default()
    }

    fn id(&self, no: MatchNo) -> Option<MatchId> {
        self.schedule.id(no)
    }
}

fn finished(no: MatchNo, result: StoredResult) -> Finished {
    let StoredResult { attempt, outcome, record, wall_micros, .. } = result;
    let wall = std::time::Duration::from_micros(wall_micros);
    Finished { no, attempt, outcome: Box::new(outcome), record, wall }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}
