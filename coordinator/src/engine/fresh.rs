//! In which order matches are handed out that nobody had yet: as they are scheduled, but for those that
//! somebody may still have whom an earlier coordinator gave them to.

use super::event::MatchNo;
use super::matches::Phase;

/// Least number of matches behind the last one with a result that workers may have.
const AHEAD_MIN: u32 = 64;

/// Where to look for the next one.
#[derive(Debug)]
pub(super) struct Fresh {
    /// What is left to look at now.
    here: std::ops::Range<u32>,
    /// What is looked at after that.
    later: std::ops::Range<u32>,
}

impl Fresh {
    /// Everything that is fresh in a tournament that begins, or goes on.
    ///
    /// If it goes on, workers still have some of the gaps between results and about as many matches behind
    /// the last of them. They will say so when they call; until then others get what nobody can have.
    pub(super) fn of(phases: &[Phase]) -> Fresh {
        // Bounded by the number of matches, which is a u32.
        let count = phases.len() as u32;
        let last = phases.iter().rposition(|phase| *phase == Phase::Settled);
        let begin = last.map_or(0, |last| {
            let gaps = phases.iter().take(last).filter(|phase| **phase == Phase::Fresh).count();
            (last as u32 + 1).saturating_add(AHEAD_MIN.max(gaps as u32)).min(count)
        });
        Fresh { here: begin..count, later: 0..begin }
    }

    /// The next fresh match. Each is found once.
    pub(super) fn next(&mut self, phases: &[Phase]) -> Option<MatchNo> {
        let is_fresh = |no: &u32| phases.get(*no as usize) == Some(&Phase::Fresh);
        let found = self.here.find(is_fresh).or_else(|| {
            self.here = std::mem::take(&mut self.later);
            self.here.find(is_fresh)
        });
        found.map(MatchNo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(phases: &[Phase]) -> Vec<u32> {
        let mut fresh = Fresh::of(phases);
        std::iter::from_fn(|| fresh.next(phases)).map(|no| no.0).collect()
    }

    fn phases(count: u32, is_settled: impl Fn(u32) -> bool) -> Vec<Phase> {
        (0..count).map(|no| if is_settled(no) { Phase::Settled } else { Phase::Fresh }).collect()
    }

    #[test]
    fn a_tournament_that_begins_is_handed_out_as_it_is_scheduled() {
        assert_eq!(order(&phases(5, |_| false)), [0, 1, 2, 3, 4]);
        assert!(order(&phases(5, |_| true)).is_empty() && order(&[]).is_empty());
    }

    #[test]
    fn one_that_goes_on_begins_behind_what_workers_may_have_and_leaves_nothing_out() {
        let order = order(&phases(300, |no| no < 100 && no % 10 != 3));
        assert_eq!(order.first(), Some(&(100 + AHEAD_MIN)));
        let gaps = (0..100).filter(|no| no % 10 == 3);
        let expected: Vec<u32> = (164..300).chain(gaps).chain(100..164).collect();
        assert_eq!(order, expected);
    }

    #[test]
    fn where_nothing_is_left_behind_them_the_gaps_are_played_at_once() {
        assert_eq!(order(&phases(10, |no| no == 7)), [0, 1, 2, 3, 4, 5, 6, 8, 9]);
    }
}
