//! Writes results beside the loop: one batch at a time, each with everything that came in during the
//! last one, in the order in which it came. What waits here is bounded by the calls that are open,
//! because none of them is answered before its results are durable.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use terms::Digest;
use tokio::task::JoinHandle;

use super::DriverError;
use crate::archive::Archive;
use crate::engine::{MatchNo, WorkerKey};
use crate::http::View;
use crate::metrics::Metrics;
use crate::scores::Scores;
use crate::store::{Amended, Amendment, Store, StoreError, StoredResult, Written};

/// A result on its way into the store.
#[derive(Debug)]
pub(super) struct Entry {
    /// Which match.
    pub(super) no: MatchNo,
    /// Who played it.
    pub(super) worker: WorkerKey,
    /// Whether it came too late to be recorded and is only compared.
    pub(super) is_late: bool,
}

/// What an amendment is followed by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Then {
    /// An inquiry is closed; the worker voted last.
    Closed(MatchNo, WorkerKey),
    /// The results of a quarantined worker are set aside.
    Swept,
}

/// Something that was written.
#[derive(Debug)]
pub(super) enum Done {
    /// A result.
    Result(Entry, Box<StoredResult>, Written),
    /// An amendment.
    Amendment(Then, Amended),
}

/// Changes of one kind that follow each other: one transaction.
#[derive(Debug)]
enum Job {
    Results(Vec<Entry>, Vec<StoredResult>),
    Amendments(Vec<Then>, Vec<Amendment>),
}

type Writing = JoinHandle<Result<Vec<Done>, DriverError>>;

/// The only writer of a run.
pub(super) struct Writer<S: Store> {
    store: Arc<S>,
    archive: Archive,
    setting: Digest,
    metrics: Metrics,
    scores: Scores,
    waiting: Vec<Job>,
    writing: Option<Writing>,
}

impl<S: Store> Writer<S> {
    pub(super) fn new(store: Arc<S>, archive: Archive, setting: Digest) -> Writer<S> {
        let (metrics, scores) = (Metrics::default(), Scores::default());
        Writer { store, archive, setting, metrics, scores, waiting: Vec::new(), writing: None }
    }

    /// The same, but whoever looks from outside sees what is written.
    pub(super) fn seen_in(self, view: &View) -> Writer<S> {
        let View { metrics, scores, .. } = view.clone();
        Writer { archive: self.archive.measured_by(metrics.clone()), metrics, scores, ..self }
    }

    /// Takes a result.
    pub(super) fn add(&mut self, entry: Entry, result: StoredResult) {
        if let Some(Job::Results(entries, results)) = self.waiting.last_mut() {
            entries.push(entry);
            results.push(result);
        } else {
            self.waiting.push(Job::Results(vec![entry], vec![result]));
        }
    }

    /// Takes an amendment.
    pub(super) fn amend(&mut self, then: Then, amendment: Amendment) {
        if let Some(Job::Amendments(thens, amendments)) = self.waiting.last_mut() {
            thens.push(then);
            amendments.push(amendment);
        } else {
            self.waiting.push(Job::Amendments(vec![then], vec![amendment]));
        }
    }

    /// Whether there is nothing to write.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.writing.is_none()
    }

    /// Waits for a batch to be written; for ever if there is nothing to write. Safe to cancel.
    pub(super) async fn written(&mut self) -> Result<Vec<Done>, DriverError> {
        if self.writing.is_none() && (!self.waiting.is_empty() || self.scores.is_waiting(Instant::now())) {
            self.writing = Some(self.start());
        }
        let Some(writing) = &mut self.writing else { return std::future::pending().await };
        let joined = writing.await;
        self.writing = None;
        // The task neither panics nor is cancelled: if it did, no result may be lost silently.
        joined.unwrap_or_else(|error| Err(StoreError::Interrupted(error.to_string()).into()))
    }

    fn start(&mut self) -> Writing {
        let jobs = std::mem::take(&mut self.waiting);
        let (store, archive, setting) = (self.store.clone(), self.archive.clone(), self.setting);
        let (metrics, scores) = (self.metrics.clone(), self.scores.clone());
        tokio::spawn(async move {
            let mut done = Vec::new();
            for job in jobs {
                write((store.as_ref(), &archive), (&metrics, &scores), setting, job, &mut done).await?;
            }
            scores.count(store.as_ref()).await;
            Ok(done)
        })
    }
}

/// Transcripts first: whoever finds a result finds its transcript.
async fn write<S: Store>(
    (store, archive): (&S, &Archive),
    (metrics, scores): (&Metrics, &Scores),
    setting: Digest,
    job: Job,
    done: &mut Vec<Done>,
) -> Result<(), DriverError> {
    match job {
        Job::Results(entries, mut results) => {
            archive.keep(results.iter_mut()).await?;
            let writing = metrics.writing();
            let written = store.record(setting, &results).await?;
            drop(writing);
            metrics.wrote(&written);
            scores.wrote(results.iter().zip(&written).zip(entries.iter().map(|entry| entry.is_late)));
            let results = results.into_iter().map(Box::new);
            let rows = entries.into_iter().zip(results).zip(written);
            done.extend(rows.map(|((entry, result), written)| Done::Result(entry, result, written)));
        }
        Job::Amendments(thens, mut amendments) => {
            archive.keep(amendments.iter_mut().filter_map(Amendment::new_result)).await?;
            let writing = metrics.writing();
            let amended = store.amend(setting, &amendments, now_ms()).await?;
            drop(writing);
            scores.amended(&amendments);
            done.extend(thens.into_iter().zip(amended).map(|(then, amended)| Done::Amendment(then, amended)));
        }
    }
    Ok(())
}

/// Milliseconds since 1970. For people who read the store; nothing depends on it.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(i64::MAX)
}
