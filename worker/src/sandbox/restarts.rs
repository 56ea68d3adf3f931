//! How long to wait before another zygote is started, so that one which always dies costs pauses
//! and a clear error instead of a hot loop. Pure: no clock.

use std::time::Duration;

/// Setbacks in a row that cost nothing: somebody killed a process, or memory was short once.
const FREE_SETBACKS: u32 = 2;
/// The first and the longest pause.
const PAUSE_MIN: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// A zygote that was asked for that many matches has shown that it works.
const PROVEN_MATCHES: u32 = 50;

/// Setbacks in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Restarts(u32);

impl Restarts {
    /// A zygote died that had been asked for so many matches.
    pub(super) fn died_after(&mut self, matches: u32) {
        if matches >= PROVEN_MATCHES {
            *self = Restarts::default();
        }
        self.failed();
    }

    /// A zygote did not start.
    pub(super) fn failed(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    /// A zygote reached its age and has a successor.
    pub(super) fn succeeded(&mut self) {
        *self = Restarts::default();
    }

    /// How long to wait before the next start.
    pub(super) fn pause(self) -> Duration {
        match self.0.checked_sub(FREE_SETBACKS + 1) {
            None => Duration::ZERO,
            Some(doublings) => PAUSE_MIN.saturating_mul(1 << doublings.min(16)).min(PAUSE_MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_and_end_with_a_zygote_that_works() {
        let mut restarts = Restarts::default();
        let mut pause_after_death = |matches| {
            restarts.died_after(matches);
            restarts.pause().as_millis()
        };
        let pauses: Vec<u128> = (0..11).map(|_| pause_after_death(0)).collect();
        assert_eq!(pauses, [0, 0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(pause_after_death(PROVEN_MATCHES), 0);
        (0..1_000).for_each(|_| restarts.failed());
        assert_eq!(restarts.pause(), PAUSE_MAX);
        restarts.succeeded();
        assert_eq!(restarts, Restarts::default());
    }
}
