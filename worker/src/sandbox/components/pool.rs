//! What is known of components: those that are being made, the zygotes that live, the rejections.
//!
//! Bounded. What goes first is what was not used for longest; a zygote that a match uses stays.
//! Never here: making anything, waiting for anything.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use terms::Digest;

use super::Hosted;
use super::promise::Promise;
use crate::sandbox::HostTrouble;

/// Rejections and failures that are remembered.
const OTHERS_MAX: usize = 1_024;
/// How often one component is tried, if the failure is ours each time. After that it fails at once:
/// whoever found a way to make our compiler fail does not get its time again and again.
const FAILURES_MAX: u32 = 3;

/// What becomes of a component here.
pub(super) type Outcome = Result<Hosted, HostTrouble>;

/// Components by the key of their native code.
pub(super) struct Pool {
    entries: HashMap<Digest, Entry>,
    zygotes_max: usize,
    zygote_matches: u32,
    /// Counts uses: the clock that tells what was used last.
    uses: u64,
}

/// One component.
pub(super) struct Entry {
    promise: Arc<Promise<Outcome>>,
    used_at: u64,
    /// Matches that its zygote was asked for.
    matches: u32,
    failures: u32,
}

impl Pool {
    /// One that keeps so many zygotes, each for so many matches.
    pub(super) fn new(zygotes_max: usize, zygote_matches: NonZeroU32) -> Pool {
        Pool { entries: HashMap::new(), zygotes_max, zygote_matches: zygote_matches.get(), uses: 0 }
    }

    /// The promise of a component, and whether it is new: then the caller sees to it that it is kept.
    pub(super) fn promise(&mut self, key: Digest) -> (Arc<Promise<Outcome>>, bool) {
        self.uses += 1;
        let (used_at, zygote_matches) = (self.uses, self.zygote_matches);
        let entry = self.entries.entry(key).or_insert_with(|| Entry::new(0));
        entry.used_at = used_at;
        let is_new = entry.matches == 0;
        if is_new || entry.is_good(zygote_matches) {
            entry.matches += 1;
            return (entry.promise.clone(), is_new);
        }
        let failures = entry.failures + u32::from(matches!(entry.promise.now(), Some(Err(_))));
        *entry = Entry { used_at, matches: 1, ..Entry::new(failures) };
        (entry.promise.clone(), true)
    }

    /// Takes out what there is too much of. Dropping it ends processes.
    pub(super) fn take_surplus(&mut self) -> Vec<Entry> {
        let (zygotes, others): (Vec<_>, Vec<_>) = self
            .entries
            .iter()
            .filter_map(|(key, entry)| Some((entry.promise.now()?, entry.used_at, *key)))
            .partition(|(outcome, ..)| matches!(outcome, Ok(Hosted::Zygote(_))));
        let too_many = zygotes.len().saturating_sub(self.zygotes_max);
        // Besides the pool, its promise, this list and nobody else.
        let is_idle = |outcome: &Outcome| match outcome {
            Ok(Hosted::Zygote(zygote)) => Arc::strong_count(zygote) <= 2,
            _ => true,
        };
        let idle = oldest(zygotes.iter().filter(|(outcome, ..)| is_idle(outcome)), too_many);
        let forgotten = oldest(others.iter(), others.len().saturating_sub(OTHERS_MAX));
        idle.into_iter().chain(forgotten).filter_map(|key| self.entries.remove(&key)).collect()
    }

    /// Keeps every promise that is open with that trouble.
    pub(super) fn break_promises(&self, trouble: &HostTrouble) {
        self.entries.values().for_each(|entry| entry.promise.keep(Err(trouble.clone())));
    }
}

impl Entry {
    fn new(failures: u32) -> Entry {
        Entry { promise: Arc::new(Promise::new()), used_at: 0, matches: 0, failures }
    }

    /// Whether its promise is worth waiting for, or its outcome worth having.
    fn is_good(&self, zygote_matches: u32) -> bool {
        match self.promise.now() {
            None | Some(Ok(Hosted::Rejected(_))) => true,
            Some(Ok(Hosted::Zygote(zygote))) => !zygote.is_dead() && self.matches < zygote_matches,
            Some(Err(_)) => self.failures + 1 >= FAILURES_MAX,
        }
    }
}

/// The keys of those that were not used for longest.
fn oldest<'a>(entries: impl Iterator<Item = &'a (Outcome, u64, Digest)>, count: usize) -> Vec<Digest> {
    let mut by_age: Vec<(u64, Digest)> = entries.map(|(_, used_at, key)| (*used_at, *key)).collect();
    by_age.sort_unstable();
    by_age.truncate(count);
    by_age.into_iter().map(|(_, key)| key).collect()
}

#[cfg(test)]
mod tests {
    use terms::HostFault;

    use super::*;

    fn pool() -> Pool {
        Pool::new(2, NonZeroU32::MIN)
    }

    fn key(number: usize) -> Digest {
        Digest::of(&number.to_le_bytes())
    }

    fn rejected() -> Outcome {
        Ok(Hosted::Rejected("it is odd".into()))
    }

    fn failed() -> Outcome {
        Err(HostTrouble::new(HostFault::SpawnFailed, "ouch"))
    }

    #[test]
    fn one_promise_is_enough_for_all_who_wait_and_for_all_who_come_later() {
        let mut pool = pool();
        let (promise, is_new) = pool.promise(key(1));
        let (same, is_new_again) = pool.promise(key(1));
        assert!(is_new && !is_new_again && Arc::ptr_eq(&promise, &same));
        promise.keep(rejected());
        assert!(!pool.promise(key(1)).1);
        assert!(pool.promise(key(2)).1);
    }

    #[test]
    fn a_failure_of_ours_is_tried_again_but_not_for_ever() {
        let mut pool = pool();
        let tries = (0..10).filter(|_| {
            let (promise, is_new) = pool.promise(key(1));
            promise.keep(failed());
            is_new
        });
        assert_eq!(tries.count(), FAILURES_MAX as usize);
    }

    #[test]
    fn rejections_are_remembered_within_bounds() {
        let mut pool = pool();
        for number in 0..OTHERS_MAX + 3 {
            pool.promise(key(number)).0.keep(rejected());
        }
        // What is being made is no surplus, however old it is.
        pool.promise(key(0));
        let (open, _) = pool.promise(key(usize::MAX));
        assert_eq!(pool.take_surplus().len(), 3);
        assert!(!pool.promise(key(0)).1, "it was used just now");
        assert!(pool.promise(key(1)).1, "it was the oldest");
        assert!(open.now().is_none());
    }

    #[test]
    fn nobody_waits_for_a_worker_that_stops() {
        let mut pool = pool();
        let (promise, _) = pool.promise(key(1));
        pool.break_promises(&HostTrouble::new(HostFault::SpawnFailed, "stopping"));
        assert!(matches!(promise.wait(|| ()), Err(trouble) if trouble.message == "stopping"));
    }
}
