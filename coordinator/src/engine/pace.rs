//! How fast a worker is, and how much it should therefore hold.

use std::time::Duration;

use super::policy::{HOLD_MAX, Policy};

/// Share of a new measurement in the running mean.
const WEIGHT_OF_NEW: f64 = 0.2;
/// No match counts as shorter or longer than this: the figure comes from a worker.
const WALL_SECONDS_MIN: f64 = 0.000_1;
const WALL_SECONDS_MAX: f64 = 3_600.0;
/// The shortest time between two calls of a worker.
const CALL_AGAIN_MIN: Duration = Duration::from_millis(50);

/// The mean length of a worker's matches, newer ones weighing more.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace(Option<f64>);

impl Pace {
    /// Takes one finished match into account.
    pub(super) fn observe(&mut self, wall: Duration) {
        let new = wall.as_secs_f64().clamp(WALL_SECONDS_MIN, WALL_SECONDS_MAX);
        self.0 = Some(self.0.map_or(new, |mean| mean + WEIGHT_OF_NEW * (new - mean)));
    }

    /// How many matches the worker should hold: one for each slot, and enough behind them to last
    /// for the reserve. Twice its slots while nothing is known.
    pub(super) fn hold_target(&self, slots: u32, policy: &Policy) -> u32 {
        let ahead = match self.0 {
            None => slots,
            // The product is positive and finite: the mean is clamped.
            Some(mean) => (f64::from(slots) * policy.reserve.as_secs_f64() / mean).ceil() as u32,
        };
        slots.saturating_add(ahead.max(1)).min(HOLD_MAX)
    }

    /// When the worker should call again if it now holds `held` matches: when half of its reserve
    /// is gone, so that it is topped up before it runs dry.
    pub(super) fn call_again(&self, slots: u32, held: u32, policy: &Policy) -> Duration {
        let Some(mean) = self.0 else { return policy.call_again / 4 };
        let reserve = f64::from(held.saturating_sub(slots)) / f64::from(slots.max(1)) * mean;
        let latest = policy.call_again.max(CALL_AGAIN_MIN);
        Duration::from_secs_f64(reserve / 2.0).clamp(CALL_AGAIN_MIN, latest)
    }
}

/// The field as a whole, when a worker asks for more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Matches that nobody has.
    pub waiting: u32,
    /// Slots of all workers that get work.
    pub slots: u32,
}

/// How many more matches a worker gets that holds `held` and should hold `target`. Towards the end
/// each gets its share of half of what is left, and at last only what it can start at once, so
/// that nobody sits on the last ones while others have nothing.
pub(super) fn share(field: Field, slots: u32, held: u32, target: u32) -> u32 {
    let room = target.saturating_sub(held);
    if field.slots <= slots {
        return room.min(field.waiting);
    }
    let fair = u64::from(field.waiting) * u64::from(slots) / (2 * u64::from(field.slots));
    let idle = slots.saturating_sub(held);
    room.min(idle.max(fair.try_into().unwrap_or(u32::MAX))).min(field.waiting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::Limits;

    fn target(millis: u64, slots: u32) -> u32 {
        let mut pace = Pace::default();
        pace.observe(Duration::from_millis(millis));
        pace.hold_target(slots, &Policy::for_limits(&Limits::default()))
    }

    #[test]
    fn a_batch_is_about_a_second_and_a_half_of_work() {
        assert_eq!(target(10, 1), 1 + 150);
        assert_eq!(target(10, 2), 2 + 300);
        assert_eq!(target(1_500, 4), 4 + 4);
        assert_eq!(target(60_000, 4), 4 + 1);
        assert_eq!(target(0, 64), HOLD_MAX);
        assert_eq!(Pace::default().hold_target(3, &Policy::for_limits(&Limits::default())), 6);
    }

    #[test]
    fn shares_shrink_towards_the_end_but_never_leave_a_slot_idle() {
        let share_of = |waiting, held| share(Field { waiting, slots: 8 }, 2, held, 100);
        assert_eq!(share_of(10_000, 0), 100);
        assert_eq!(share_of(80, 2), 10);
        assert_eq!(share_of(7, 2), 0);
        assert_eq!(share_of(7, 1), 1);
        assert_eq!(share_of(1, 0), 1);
    }

    #[test]
    fn the_only_worker_gets_everything_it_has_room_for() {
        assert_eq!(share(Field { waiting: 7, slots: 2 }, 2, 2, 100), 7);
    }
}
