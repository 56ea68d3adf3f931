//! Writes results beside the loop: one transaction at a time, each with everything that came in
//! during the last one. What waits here is bounded by the calls that are open, because none of
//! them is answered before its results are durable.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use terms::{Digest, MatchSpec};
use tokio::task::JoinHandle;

use super::DriverError;
use crate::archive::Archive;
use crate::engine::{Finished, MatchNo, WorkerKey};
use crate::store::{Store, StoreError, StoredResult, Written};

/// Results that are written together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Which matches of which workers.
    pub(super) keys: Vec<(MatchNo, WorkerKey)>,
    /// The results, in the same order.
    pub(super) results: Vec<StoredResult>,
}

type Writing = JoinHandle<(Batch, Result<Vec<Written>, DriverError>)>;

/// The only writer of a run.
pub(super) struct Writer<S: Store> {
    store: Arc<S>,
    archive: Archive,
    setting: Digest,
    waiting: Batch,
    writing: Option<Writing>,
}

impl<S: Store> Writer<S> {
    pub(super) fn new(store: Arc<S>, archive: Archive, setting: Digest) -> Writer<S> {
        Writer { store, archive, setting, waiting: Batch::default(), writing: None }
    }

    /// Takes a result that a worker of that name and those layers reported.
    pub(super) fn add(
        &mut self,
        worker: WorkerKey,
        name: String,
        layers: Vec<String>,
        spec: &MatchSpec,
        finished: Finished,
    ) {
        let Finished { no, attempt, outcome, record, wall } = finished;
        self.waiting.keys.push((no, worker));
        self.waiting.results.push(StoredResult {
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
        });
    }

    /// Waits for a batch to be written; for ever if there is nothing to write. Safe to cancel.
    pub(super) async fn written(&mut self) -> (Batch, Result<Vec<Written>, DriverError>) {
        if self.writing.is_none() && !self.waiting.results.is_empty() {
            self.writing = Some(self.start());
        }
        let Some(writing) = &mut self.writing else { return std::future::pending().await };
        let joined = writing.await;
        self.writing = None;
        match joined {
            Ok(done) => done,
            // The task neither panics nor is cancelled: if it did, no result may be lost silently.
            Err(error) => (Batch::default(), Err(StoreError::Interrupted(error.to_string()).into())),
        }
    }

    fn start(&mut self) -> Writing {
        let mut batch = std::mem::take(&mut self.waiting);
        let (store, archive, setting) = (self.store.clone(), self.archive.clone(), self.setting);
        tokio::spawn(async move {
            let written = write(store.as_ref(), &archive, setting, &mut batch.results).await;
            (batch, written)
        })
    }
}

/// Transcripts first: whoever finds a result finds its transcript.
async fn write<S: Store>(
    store: &S,
    archive: &Archive,
    setting: Digest,
    results: &mut [StoredResult],
) -> Result<Vec<Written>, DriverError> {
    archive.keep(results.iter_mut()).await?;
    Ok(store.record(setting, results).await?)
}

/// Milliseconds since 1970. For people who read the store; nothing depends on it.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis().try_into().unwrap_or(i64::MAX)
}
