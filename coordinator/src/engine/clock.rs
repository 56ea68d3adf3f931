//! The time that counts against workers.

use std::time::Duration;

use super::event::Elapsed;

/// A tick comes much more often than this, unless the coordinator itself stood still.
const STANDSTILL_MIN: Duration = Duration::from_secs(3);

/// A clock that stands still when the coordinator does: nobody can be heard by a process that is
/// stopped, and nobody shall be taken for lost by one that goes on.
#[derive(Debug, Default)]
pub(super) struct Clock {
    last: Elapsed,
    stood: Duration,
}

impl Clock {
    /// What it shows at that time, which something happened at.
    pub(super) fn read(&mut self, now: Elapsed) -> Elapsed {
        let pause = now.since(self.last);
        if pause > STANDSTILL_MIN {
            self.stood += pause;
        }
        self.last = self.last.max(now);
        Elapsed(self.last.0.saturating_sub(self.stood))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_still_when_nothing_happens_for_long_and_never_goes_back() {
        let mut clock = Clock::default();
        let mut read = |seconds| clock.read(Elapsed(Duration::from_secs(seconds))).0.as_secs();
        assert_eq!([1, 2, 62, 63, 60, 64].map(&mut read), [1, 2, 2, 3, 3, 4]);
    }
}
