//! Which of several coordinators is called next, and after how long. Pure: no clock, no luck.

use std::ops::RangeInclusive;
use std::time::Duration;

/// The pause before another address is tried, and the first one after all were tried in vain.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// The longest pause after calls that failed.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// The pauses while the join token is not accepted: somebody has to do something about it, and until
/// then there is no sense in knocking.
const PAUSE_DENIED: RangeInclusive<Duration> = Duration::from_secs(5)..=Duration::from_secs(20);
/// The pause that a busy coordinator gets if it does not say how long.
const PAUSE_BUSY: Duration = Duration::from_millis(500);
/// The bounds of what it may say.
const BUSY_MIN: Duration = Duration::from_millis(20);
const BUSY_MAX: Duration = Duration::from_secs(30);

/// What came of a call that was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    /// Nobody is there, or whoever is there cannot help now.
    Unavailable,
    /// The coordinator is fine, but has too much to do; it may have said for how long.
    Busy(Option<Duration>),
    /// The join token is not accepted.
    Denied,
}

/// Goes round the addresses and stays where somebody answers.
#[derive(Debug)]
pub(super) struct Rota {
    count: u32,
    current: u32,
    failures: u32,
}

impl Rota {
    /// Begins with the first of `count` addresses.
    pub(super) fn new(count: usize) -> Rota {
        Rota { count: u32::try_from(count).unwrap_or(u32::MAX).max(1), current: 0, failures: 0 }
    }

    /// The address to call.
    pub(super) fn current(&self) -> usize {
        self.current as usize
    }

    /// Calls in a row that nobody answered, at whatever address.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// Somebody answered: this is the address from now on. Says whether calls had failed before.
    pub(super) fn answered(&mut self) -> bool {
        std::mem::take(&mut self.failures) > 0
    }

    /// Nobody answered. Says between which two times the pause before the next call should be drawn:
    /// with luck, so that workers that failed together do not come back together.
    pub(super) fn failed(&mut self, setback: Setback) -> RangeInclusive<Duration> {
        if let Setback::Busy(asked) = setback {
            let pause = asked.unwrap_or(PAUSE_BUSY).clamp(BUSY_MIN, BUSY_MAX);
            return pause..=pause * 2;
        }
        self.failures = self.failures.saturating_add(1);
        self.current = (self.current + 1) % self.count;
        let rounds = self.failures / self.count;
        if !self.failures.is_multiple_of(self.count) {
            return PAUSE_MIN / 2..=PAUSE_MIN;
        }
        if setback == Setback::Denied {
            return PAUSE_DENIED;
        }
        PAUSE_MIN / 2..=PAUSE_MIN.saturating_mul(1 << rounds.min(10)).min(PAUSE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_tried_before_there_is_a_long_pause() {
        let mut rota = Rota::new(3);
        let mut seen = Vec::new();
        let mut longest = Vec::new();
        for _ in 0..7 {
            seen.push(rota.current());
            longest.push(rota.failed(Setback::Unavailable).end().as_millis());
        }
        assert_eq!(seen, [0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(longest, [100, 100, 200, 100, 100, 400, 100]);
    }

    #[test]
    fn whoever_answers_is_called_again() {
        let mut rota = Rota::new(2);
        assert!(!rota.answered());
        rota.failed(Setback::Unavailable);
        assert_eq!(rota.current(), 1);
        assert!(rota.answered());
        assert_eq!((rota.current(), rota.failures()), (1, 0));
    }

    #[test]
    fn pauses_are_bounded_however_long_nobody_answers() {
        let mut rota = Rota::new(1);
        for _ in 0..1_000 {
            let pause = rota.failed(Setback::Unavailable);
            assert!(*pause.start() <= *pause.end() && *pause.end() <= PAUSE_MAX, "{pause:?}");
        }
        rota.failures = u32::MAX;
        rota.failed(Setback::Unavailable);
    }

    #[test]
    fn a_busy_coordinator_is_no_failure_and_is_called_again_when_it_says() {
        let mut rota = Rota::new(2);
        let asked = Duration::from_secs(2);
        assert_eq!(rota.failed(Setback::Busy(Some(asked))), asked..=asked * 2);
        assert_eq!((rota.current(), rota.failures()), (0, 0));
        assert_eq!(*rota.failed(Setback::Busy(Some(Duration::from_secs(9_999)))).start(), BUSY_MAX);
        assert_eq!(*rota.failed(Setback::Busy(None)).start(), PAUSE_BUSY);
    }

    #[test]
    fn who_is_not_let_in_knocks_slowly_but_tries_every_door() {
        let mut rota = Rota::new(2);
        assert_eq!(*rota.failed(Setback::Denied).end(), PAUSE_MIN);
        assert_eq!(rota.failed(Setback::Denied), PAUSE_DENIED);
    }
}
