//! How much is said about workers that come and go: a crowd of them must not fill the log.

use std::time::{Duration, Instant};

/// Lines in one window.
const LINES_MAX: u32 = 200;
/// How long a window is.
const WINDOW: Duration = Duration::from_secs(10);

/// Counts lines.
#[derive(Debug, Default)]
pub(super) struct Chatter {
    since: Option<Instant>,
    said: u32,
    unsaid: u32,
}

impl Chatter {
    /// Whether another line may be said at that time. What was left out is told when a new window
    /// begins.
    pub(super) fn may_say(&mut self, now: Instant) -> bool {
        if self.since.is_none_or(|since| now.saturating_duration_since(since) >= WINDOW) {
            if self.unsaid > 0 {
                tracing::warn!(lines = self.unsaid, "more was to be said about workers that came and went");
            }
            *self = Chatter { since: Some(now), said: 0, unsaid: 0 };
        }
        if self.said < LINES_MAX {
            self.said += 1;
            return true;
        }
        self.unsaid = self.unsaid.saturating_add(1);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_does_not_fill_the_log_and_who_comes_later_is_announced() {
        let (mut chatter, began) = (Chatter::default(), Instant::now());
        assert_eq!((0..10_000).filter(|_| chatter.may_say(began)).count(), 200);
        assert!(!chatter.may_say(began + WINDOW / 2));
        assert!(chatter.may_say(began + WINDOW));
    }
}
