//! Whose votes the results of a worker are. A name is only a convention, so it decides as little as
//! possible: a worker that comes back under a name which nobody else has is no second opinion.

use std::collections::HashMap;

use crate::engine::{Voter, WorkerKey};

/// Names that are remembered.
const NAMES_MAX: usize = 40_000;

/// The names of this run.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_name: HashMap<String, Name>,
    next: u32,
}

#[derive(Debug)]
struct Name {
    voter: Voter,
    key: WorkerKey,
    /// Workers that have it now.
    alive: u32,
    /// Whether several had it at the same time, or one after another was not believed any more.
    is_shared: bool,
    is_retired: bool,
}

impl Names {
    /// A worker of that name comes. Says whose votes its results are.
    pub(super) fn enter(&mut self, name: &str, key: WorkerKey) -> Voter {
        if self.by_name.len() >= NAMES_MAX {
            self.by_name.retain(|_, name| name.alive > 0);
        }
        let fresh = self.new_voter();
        let known = self.by_name.entry(name.to_owned()).or_insert(Name {
            voter: fresh,
            key,
            alive: 0,
            is_shared: false,
            is_retired: false,
        });
        if known.alive > 0 || known.is_retired {
            known.is_shared = true;
            known.is_retired = false;
            known.voter = fresh;
        }
        known.alive += 1;
        known.key = key;
        known.voter
    }

    /// A worker of that name is gone.
    pub(super) fn leave(&mut self, name: &str) {
        if let Some(known) = self.by_name.get_mut(name) {
            known.alive = known.alive.saturating_sub(1);
        }
    }

    /// Who that is, if only one in this run ever had the name.
    pub(super) fn known(&self, name: &str) -> Option<(WorkerKey, Voter)> {
        self.by_name.get(name).filter(|known| !known.is_shared).map(|known| (known.key, known.voter))
    }

    /// A voter is not believed any more: who comes under its name is somebody else.
    pub(super) fn retire(&mut self, name: &str, voter: Voter) {
        if let Some(known) = self.by_name.get_mut(name).filter(|known| known.voter == voter) {
            known.is_retired = true;
        }
    }

    /// Somebody who has no name here.
    pub(super) fn new_voter(&mut self) -> Voter {
        let voter = Voter(self.next);
        self.next = self.next.wrapping_add(1);
        voter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_back_is_no_second_opinion_and_who_takes_a_name_is_not_its_owner() {
        let mut names = Names::default();
        let first = names.enter("w", WorkerKey(1));
        names.leave("w");
        assert_eq!(names.enter("w", WorkerKey(2)), first);
        assert_eq!(names.known("w"), Some((WorkerKey(2), first)));
        let impostor = names.enter("w", WorkerKey(3));
        assert_ne!(impostor, first);
        assert_eq!(names.known("w"), None, "it is not clear any more who that is");
    }

    #[test]
    fn who_comes_under_the_name_of_one_that_is_not_believed_starts_anew() {
        let mut names = Names::default();
        let first = names.enter("w", WorkerKey(1));
        names.retire("w", first);
        names.leave("w");
        let second = names.enter("w", WorkerKey(2));
        assert_ne!(second, first);
        names.leave("w");
        assert_eq!(names.enter("w", WorkerKey(3)), second);
    }
}
