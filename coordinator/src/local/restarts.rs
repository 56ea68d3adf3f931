//! Whether a local worker that ended is started again, and when: so that one which was killed comes
//! back, and one which always dies costs pauses and ends in a clear error. Pure: no clock.

use std::process::ExitStatus;
use std::time::Duration;

/// Deaths in a row after which a worker that is killed again and again is given up: more than the
/// engine lets one match cost, so that a match which kills its workers is set aside before.
const KILLS_MAX: u32 = 8;
/// Ends in a row after which a worker that says itself that it cannot work is given up.
const FAILURES_MAX: u32 = 3;
/// Whoever lived so long before he was killed was well.
const WELL_AFTER: Duration = Duration::from_secs(30);
/// Whoever lived so long before he gave up was well: compiling python.wasm takes a while.
const WELL_BEFORE_FAILURE: Duration = Duration::from_secs(600);
/// The first and the longest pause.
const PAUSE_MIN: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Exit codes of workers that were told to go: drained, with everything delivered or not, or at once.
const LEFT: [i32; 3] = [0, 3, 4];

/// The deaths of one local worker in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Restarts {
    deaths: u32,
}

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Somebody told it to go.
    Left,
    /// It could not go on, and said so.
    Failed,
    /// Somebody or something killed it.
    Killed,
}

impl End {
    /// The end that this status means; one that is not known is the worst.
    pub(super) fn of(status: Option<ExitStatus>) -> End {
        match status.map(|status| status.code()) {
            Some(Some(code)) if LEFT.contains(&code) => End::Left,
            Some(None) => End::Killed,
            Some(Some(_)) | None => End::Failed,
        }
    }
}

impl Restarts {
    /// A worker ended after it had lived so long. How long to wait before it is started again;
    /// nothing if it is not.
    pub(super) fn ended(&mut self, end: End, lived: Duration) -> Option<Duration> {
        let (well_after, deaths_max) = match end {
            End::Left => return None,
            End::Failed => (WELL_BEFORE_FAILURE, FAILURES_MAX),
            End::Killed => (WELL_AFTER, KILLS_MAX),
        };
        if lived >= well_after {
            self.deaths = 0;
        }
        self.deaths += 1;
        let pause = PAUSE_MIN.saturating_mul(1 << (self.deaths - 1).min(10)).min(PAUSE_MAX);
        (self.deaths < deaths_max).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Duration = Duration::from_secs(1);

    fn pauses(end: End, lived: Duration, times: usize) -> Vec<Option<u128>> {
        let mut restarts = Restarts::default();
        (0..times).map(|_| restarts.ended(end, lived).map(|pause| pause.as_millis())).collect()
    }

    #[test]
    fn whoever_is_killed_again_and_again_costs_pauses_and_is_given_up() {
        let expected =
            [Some(250), Some(500), Some(1_000), Some(2_000), Some(4_000), Some(5_000), Some(5_000), None];
        assert_eq!(pauses(End::Killed, FAST, 8), expected);
    }

    #[test]
    fn whoever_cannot_work_is_given_up_soon_however_long_it_took_to_find_out() {
        for lived in [Duration::ZERO, FAST, Duration::from_secs(120)] {
            assert_eq!(pauses(End::Failed, lived, 3), [Some(250), Some(500), None]);
        }
    }

    #[test]
    fn whoever_lived_long_is_started_again_for_ever() {
        assert_eq!(pauses(End::Killed, WELL_AFTER, 50), [Some(250); 50]);
        assert_eq!(pauses(End::Failed, WELL_BEFORE_FAILURE, 50), [Some(250); 50]);
    }

    #[test]
    fn whoever_was_told_to_go_stays_away() {
        assert_eq!(pauses(End::Left, FAST, 1), [None]);
    }

    #[test]
    fn a_long_life_forgives_and_a_short_one_does_not() {
        let mut restarts = Restarts::default();
        assert!((0..6).all(|_| restarts.ended(End::Killed, FAST).is_some()));
        assert_eq!(restarts.ended(End::Killed, WELL_AFTER), Some(PAUSE_MIN));
        assert_eq!(restarts.ended(End::Killed, FAST), Some(2 * PAUSE_MIN));
        assert_eq!(restarts.ended(End::Failed, FAST), None, "the third in a row, and it says it cannot work");
    }

    /// The engine gives a match up after so many workers were lost with it.
    #[test]
    fn a_match_that_kills_its_workers_is_set_aside_before_the_worker_is() {
        let losses_max = crate::engine::Policy::for_limits(&terms::Limits::default()).losses_max;
        assert!(losses_max < KILLS_MAX);
    }

    #[test]
    fn ends_are_told_apart_by_exit_status() {
        use std::os::unix::process::ExitStatusExt;
        for (raw, end) in [
            (0, End::Left),
            (3 << 8, End::Left),
            (4 << 8, End::Left),
            (1 << 8, End::Failed),
            (2 << 8, End::Failed),
            (101 << 8, End::Failed),
            (9, End::Killed),
            (11, End::Killed),
        ] {
            assert_eq!(End::of(Some(ExitStatus::from_raw(raw))), end, "{raw}");
        }
        assert_eq!(End::of(None), End::Failed);
    }
}
