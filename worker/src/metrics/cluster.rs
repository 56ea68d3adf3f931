//! What is recorded of the way to the coordinator.

use std::time::Duration;

use telemetry::{Counter, Gauge, Histogram};
use terms::Digest;

use super::table as row;

/// Handles of the loop that talks to the coordinator.
#[derive(Debug)]
pub(crate) struct Calls {
    duration: Histogram,
    errors: Counter,
    info: Option<(Digest, Gauge)>,
}

impl Calls {
    /// Handles of what records now.
    pub(crate) fn new() -> Calls {
        let (duration, errors) = (row::CALL_DURATION.as_histogram(), row::CALL_ERRORS.as_counter(&[]));
        Calls { duration, errors, info: None }
    }

    /// A call was answered, or was not.
    pub(crate) fn called(&self, took: Duration, is_answered: bool) {
        self.duration.record(took.as_secs_f64());
        if !is_answered {
            self.errors.increment(1);
        }
    }

    /// The worker of that name can play with that runtime from now on.
    pub(crate) fn plays_with(&mut self, name: &str, runtime: Digest) {
        if let Some((_, before)) = self.info.take_if(|(before, _)| *before != runtime) {
            before.set(0.0);
        }
        let show = || (runtime, row::INFO.as_gauge(&[name, &runtime.short()]));
        self.info.get_or_insert_with(show).1.set(1.0);
    }
}

/// Handles of the cache of bots and interpreters.
#[derive(Debug)]
pub(crate) struct BlobFetches {
    cached: Counter,
    fetched: Counter,
    failed: Counter,
}

impl BlobFetches {
    /// Handles of what records now.
    pub(crate) fn new() -> BlobFetches {
        let result = |name| row::BLOBS.as_counter(&[name]);
        BlobFetches { cached: result("cached"), fetched: result("fetched"), failed: result("failed") }
    }

    /// A blob was here already.
    pub(crate) fn cached(&self) {
        self.cached.increment(1);
    }

    /// A blob was asked for, and came or did not.
    pub(crate) fn asked<T, E>(&self, answer: &Result<T, E>) {
        if answer.is_ok() { self.fetched.increment(1) } else { self.failed.increment(1) }
    }
}
