//! When what a worker holds last moved, without touching each match that waits.

use std::collections::VecDeque;

use super::event::Elapsed;

/// The moves of a worker's matches. A match that moves renews itself and what waits behind it, but
/// not what waits in front of it: that should have been started first.
///
/// A move makes an older one of a match further behind worthless, so that what is kept rises in
/// both columns.
#[derive(Debug, Default)]
pub(super) struct Moves(VecDeque<(u64, Elapsed)>);

impl Moves {
    /// The match with that serial moved. `first` is the lowest serial that the worker still holds.
    pub(super) fn note(&mut self, serial: u64, now: Elapsed, first: u64) {
        while self.0.back().is_some_and(|(behind, _)| *behind >= serial) {
            self.0.pop_back();
        }
        self.0.push_back((serial, now));
        // Of those in front of everything, the newest says it all.
        while self.0.get(1).is_some_and(|(next, _)| *next <= first) {
            self.0.pop_front();
        }
    }

    /// When the match with that serial, or one before it, last moved.
    pub(super) fn latest(&self, serial: u64) -> Option<Elapsed> {
        let before = self.0.partition_point(|(moved, _)| *moved <= serial);
        self.0.get(before.checked_sub(1)?).map(|(_, at)| *at)
    }

    /// How many are kept.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(seconds: u64) -> Elapsed {
        Elapsed(Duration::from_secs(seconds))
    }

    #[test]
    fn a_move_counts_for_itself_and_for_all_behind_it() {
        let mut moves = Moves::default();
        moves.note(5, at(1), 0);
        moves.note(8, at(2), 0);
        assert_eq!(
            [4, 5, 7, 8, 9].map(|serial| moves.latest(serial)),
            [None, Some(at(1)), Some(at(1)), Some(at(2)), Some(at(2))]
        );
        moves.note(6, at(3), 0);
        assert_eq!([5, 6, 9].map(|serial| moves.latest(serial)), [Some(at(1)), Some(at(3)), Some(at(3))]);
    }

    #[test]
    fn a_worker_that_plays_for_ever_costs_nothing() {
        let mut moves = Moves::default();
        for serial in 0..100_000 {
            moves.note(serial, at(serial), serial + 1);
            assert!(moves.count() <= 2);
        }
        assert_eq!(moves.latest(100_000), Some(at(99_999)));
    }
}
