//! The outcome of work that somebody does once and many wait for.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often whoever waits says that they still do.
const BEAT: Duration = Duration::from_secs(1);

/// An outcome that is there, or will be.
pub(super) struct Promise<T> {
    outcome: Mutex<Option<T>>,
    kept: Condvar,
}

impl<T: Clone> Promise<T> {
    /// One that is not kept yet.
    pub(super) fn new() -> Promise<T> {
        Promise { outcome: Mutex::new(None), kept: Condvar::new() }
    }

    /// Keeps it. Only the first outcome counts.
    pub(super) fn keep(&self, outcome: T) {
        self.lock().get_or_insert(outcome);
        self.kept.notify_all();
    }

    /// The outcome, if it is there.
    pub(super) fn now(&self) -> Option<T> {
        self.lock().clone()
    }

    /// Waits for the outcome, and calls `still_waiting` every second meanwhile.
    pub(super) fn wait(&self, mut still_waiting: impl FnMut()) -> T {
        loop {
            let waited = self.kept.wait_timeout_while(self.lock(), BEAT, |outcome| outcome.is_none());
            if let Some(outcome) = &*waited.unwrap_or_else(PoisonError::into_inner).0 {
                return outcome.clone();
            }
            still_waiting();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_hears_the_first_outcome() {
        let promise = Promise::new();
        assert_eq!(promise.now(), None);
        std::thread::scope(|threads| {
            let waiting: Vec<_> = (0..3).map(|_| threads.spawn(|| promise.wait(|| ()))).collect();
            promise.keep(1);
            promise.keep(2);
            waiting.into_iter().for_each(|waiting| assert_eq!(waiting.join().unwrap(), 1));
        });
        assert_eq!(promise.wait(|| ()), 1);
    }

    #[test]
    fn whoever_waits_says_so() {
        let promise = Promise::new();
        let mut beats = 0;
        promise.wait(|| {
            beats += 1;
            promise.keep(());
        });
        assert_eq!(beats, 1);
    }
}
