//! Becoming ready to play what a coordinator asks for, beside the conversation with it, and trying
//! again when python.wasm cannot be fetched. Never here: a match, or a call.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use terms::printable::clean;
use tokio::task::JoinHandle;

use super::{BlobError, Blobs, Preparation, PrepareError, Programs, Ready, Upkeep, prepare};

/// The longest pause that a coordinator can ask for, and the longest before python.wasm is fetched again.
pub(super) const CALL_AGAIN_MAX: Duration = Duration::from_secs(30);
/// The first pause after python.wasm could not be fetched.
const PAUSE_MIN: Duration = Duration::from_millis(500);

/// What is being prepared, if anything is.
pub(super) struct Preparing {
    programs: Programs,
    upkeep: Upkeep,
    blobs: Arc<Blobs>,
    note: Arc<Mutex<String>>,
    underway: Option<(Preparation, JoinHandle<Result<Ready, PrepareError>>)>,
    /// How often in a row it failed for a reason that may pass, and when it did.
    failures: Option<(u32, Instant)>,
}

impl Preparing {
    /// Nothing is being prepared.
    pub(super) fn new(programs: Programs, upkeep: Upkeep, blobs: Arc<Blobs>) -> Preparing {
        let note = Arc::new(Mutex::new("starting".into()));
        Preparing { programs, upkeep, blobs, note, underway: None, failures: None }
    }

    /// What the worker is doing, for people.
    pub(super) fn note(&self) -> String {
        self.note.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Prepares for that, and for nothing else any more, unless it failed a moment ago. Says whether that is
    /// news: what was prepared before is not what is wanted.
    pub(super) fn start(&mut self, preparation: Preparation) -> bool {
        if self.underway.as_ref().is_some_and(|(underway, _)| *underway == preparation) {
            return false;
        }
        if self.failures.is_some_and(|(failures, at)| at.elapsed() < pause(failures)) {
            return true;
        }
        let (programs, upkeep) = (self.programs.clone(), self.upkeep.clone());
        let (blobs, note) = (self.blobs.clone(), self.note.clone());
        let task = tokio::spawn(async move {
            let set_note = |text: &str| {
                tracing::info!("{text}");
                *note.lock().unwrap_or_else(PoisonError::into_inner) = text.to_owned();
            };
            prepare(programs, upkeep, preparation, &blobs, set_note).await
        });
        if let Some((_, superseded)) = self.underway.replace((preparation, task)) {
            superseded.abort();
        }
        true
    }

    /// What came of it, if that is anything to play with; waits for ever if nothing is being prepared. Safe
    /// to cancel.
    ///
    /// # Errors
    /// This worker cannot be made ready to play, and trying again is in vain.
    pub(super) async fn prepared(&mut self) -> Result<Option<Ready>, PrepareError> {
        let Some((_, task)) = &mut self.underway else { return std::future::pending().await };
        let prepared = task.await;
        self.underway = None;
        match prepared.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic())) {
            Err(PrepareError::Blob(error)) if !matches!(error, BlobError::Store { .. }) => {
                self.failed(&error);
                Ok(None)
            }
            prepared => {
                let ready = prepared?;
                self.failures = None;
                self.set_note("ready");
                Ok(Some(ready))
            }
        }
    }

    fn failed(&mut self, error: &BlobError) {
        let failures = self.failures.map_or(0, |(failures, _)| failures).saturating_add(1);
        if failures == 1 {
            tracing::warn!("python.wasm cannot be fetched, trying again: {}", clean(&error.to_string()));
        }
        self.failures = Some((failures, Instant::now()));
        self.set_note("python.wasm cannot be fetched, trying again");
    }

    /// Ends what is being prepared. Its compiler ends with it, and not some time after this process.
    pub(super) async fn stop(&mut self) {
        if let Some((_, preparing)) = self.underway.take() {
            preparing.abort();
            let _ = preparing.await;
        }
    }

    fn set_note(&self, text: &str) {
        text.clone_into(&mut self.note.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// How long nothing is fetched after so many failures in a row.
fn pause(failures: u32) -> Duration {
    PAUSE_MIN.saturating_mul(1 << failures.min(10)).min(CALL_AGAIN_MAX)
}
