//! How fast a worker is, and how much it should therefore hold.

use std::time::Duration;

use super::policy::HOLD_MAX;

/// Share of a new measurement in the running means.
const WEIGHT_OF_NEW: f64 = 0.1;
/// No match counts as shorter or longer than this: the figure comes from a worker.
const WALL_SECONDS_MIN: f64 = 0.000_1;
const WALL_SECONDS_MAX: f64 = 3_600.0;
/// The shortest time between two calls of a worker.
const CALL_AGAIN_MIN: Duration = Duration::from_millis(50);
/// A few slow matches among many short ones may make a batch so many times as much work as it
/// would be without them.
const SLOW_FACTOR: f64 = 8.0;
/// A match that takes so many times as long as others is unusual, and none is before so long.
const UNUSUAL_FACTOR: u32 = 4;
const UNUSUAL_MIN: Duration = Duration::from_millis(250);

/// How long a worker's matches take, newer ones weighing more.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// Matches that were measured.
    seen: u32,
    /// The mean of the lengths' logarithms: what is typical, whatever a few slow bots do.
    log: f64,
    /// The mean length in seconds.
    mean: f64,
}

impl Pace {
    /// Takes one finished match into account.
    pub(super) fn observe(&mut self, wall: Duration) {
        let new = wall.as_secs_f64().clamp(WALL_SECONDS_MIN, WALL_SECONDS_MAX);
        self.seen = self.seen.saturating_add(1);
        // The first ones count alike.
        let weight = WEIGHT_OF_NEW.max(1.0 / f64::from(self.seen));
        self.log += weight * (new.ln() - self.log);
        self.mean += weight * (new - self.mean);
    }

    /// Whether any match was measured.
    pub(super) fn is_known(&self) -> bool {
        self.seen > 0
    }

    /// The length of a typical match in seconds, if any was measured.
    fn typical(&self) -> Option<f64> {
        (self.seen > 0).then(|| self.log.exp())
    }

    /// How many matches the worker should hold: one for each slot, and enough behind them to last
    /// for the reserve. Twice its slots while nothing is known, and not many more while little is.
    pub(super) fn hold_target(&self, slots: u32, reserve: Duration) -> u32 {
        let work = f64::from(slots) * reserve.as_secs_f64();
        let ahead = match self.typical() {
            None => slots,
            // The quotients are positive and finite: lengths are clamped.
            Some(typical) => (work / typical).min(SLOW_FACTOR * work / self.mean).ceil() as u32,
        };
        let known = slots.saturating_add(self.seen.saturating_mul(4));
        slots.saturating_add(ahead.min(known).max(1)).min(HOLD_MAX)
    }

    /// How many matches `slots` slots begin in that time; none if nothing is known.
    pub(super) fn begun_within(&self, slots: u32, time: Duration) -> u32 {
        self.typical().map_or(0, |typical| (f64::from(slots) * time.as_secs_f64() / typical) as u32)
    }

    /// A match that takes longer than this is a slow one.
    pub(super) fn unusual(&self) -> Duration {
        let typical = Duration::from_secs_f64(self.typical().unwrap_or_default());
        (typical * UNUSUAL_FACTOR).max(UNUSUAL_MIN)
    }

    /// When the worker should call again if `surplus` matches wait behind its slots: when half of
    /// them are begun, so that it is topped up before it runs dry.
    pub(super) fn call_again(&self, slots: u32, surplus: u32, latest: Duration) -> Duration {
        let Some(typical) = self.typical() else { return latest / 4 };
        let reserve = f64::from(surplus) / f64::from(slots.max(1)) * typical;
        let latest = latest.max(CALL_AGAIN_MIN);
        Duration::from_secs_f64(reserve / 2.0).clamp(CALL_AGAIN_MIN, latest)
    }
}

/// The field as a whole, when a worker asks for more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Matches that nobody has.
    pub(super) waiting: u32,
    /// Slots of all workers that get work.
    pub(super) slots: u64,
    /// Those of them that have nothing to do, other than the worker's own.
    pub(super) idle_elsewhere: u64,
}

/// How many more matches a worker gets that holds `held` and should hold `target`. Towards the end
/// each gets its share of half of what idle slots leave, and at last only what it can start at
/// once, so that nobody sits on the last ones while others have nothing.
pub(super) fn share(field: Field, slots: u32, held: u32, target: u32) -> u32 {
    let room = target.saturating_sub(held);
    if field.slots <= u64::from(slots) {
        return room.min(field.waiting);
    }
    let left = u64::from(field.waiting).saturating_sub(field.idle_elsewhere);
    let fair = left * u64::from(slots) / (2 * field.slots);
    let idle = slots.saturating_sub(held);
    room.min(idle.max(fair.try_into().unwrap_or(u32::MAX))).min(field.waiting)
}

/// How many of the `surplus` matches that wait behind a worker's slots, and that it does not begin
/// soon, should go to the `idle` slots of others, for which there are only `waiting` matches: what
/// makes all slots wait alike.
pub(super) fn excess(surplus: u32, slots: u32, idle: u64, waiting: u32) -> u32 {
    let hungry = idle.saturating_sub(waiting.into());
    let fair = (u64::from(surplus) * hungry).div_ceil((hungry + u64::from(slots)).max(1));
    // No more than the surplus, which is a u32.
    fair as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESERVE: Duration = Duration::from_millis(1_500);

    fn pace(millis: &[u64]) -> Pace {
        let mut pace = Pace::default();
        for _ in 0..100 {
            millis.iter().for_each(|millis| pace.observe(Duration::from_millis(*millis)));
        }
        pace
    }

    #[test]
    fn a_batch_is_about_a_second_and_a_half_of_work() {
        let target = |millis, slots| pace(&[millis]).hold_target(slots, RESERVE);
        // Rounded up, and the logarithm is not exact.
        assert!((1 + 150..=1 + 151).contains(&target(10, 1)));
        assert!((2 + 300..=2 + 301).contains(&target(10, 2)));
        assert!((4 + 4..=4 + 5).contains(&target(1_500, 4)));
        assert_eq!(target(60_000, 4), 4 + 1);
        assert_eq!(Pace::default().hold_target(3, RESERVE), 6);
    }

    #[test]
    fn what_is_claimed_is_believed_little_by_little_and_never_beyond_bounds() {
        let mut pace = Pace::default();
        pace.observe(Duration::ZERO);
        assert_eq!(pace.hold_target(2, RESERVE), 2 + 2 + 4);
        (0..100_000).for_each(|_| pace.observe(Duration::ZERO));
        assert_eq!(pace.hold_target(64, RESERVE), HOLD_MAX);
        (0..100).for_each(|_| pace.observe(Duration::MAX));
        assert_eq!(pace.hold_target(64, RESERVE), 65);
    }

    #[test]
    fn a_slow_bot_among_many_makes_batches_neither_tiny_nor_endless() {
        let mut lengths = vec![10; 19];
        lengths.push(10_000);
        let target = pace(&lengths).hold_target(1, RESERVE);
        assert!((10..=100).contains(&target), "{target}");
    }

    #[test]
    fn shares_shrink_towards_the_end_but_never_leave_a_slot_idle() {
        let share_of = |waiting, held| share(Field { waiting, slots: 8, idle_elsewhere: 0 }, 2, held, 100);
        assert_eq!(share_of(10_000, 0), 100);
        assert_eq!(share_of(80, 2), 10);
        assert_eq!(share_of(7, 2), 0);
        assert_eq!(share_of(7, 1), 1);
        assert_eq!(share_of(1, 0), 1);
        assert_eq!(share(Field { waiting: 80, slots: 8, idle_elsewhere: 6 }, 2, 2, 100), 9);
    }

    #[test]
    fn the_only_worker_gets_everything_it_has_room_for() {
        assert_eq!(share(Field { waiting: 7, slots: 2, idle_elsewhere: 0 }, 2, 2, 100), 7);
    }

    #[test]
    fn what_waits_is_shared_with_those_that_have_nothing() {
        // 74 behind one slot, nine slots idle: each of the ten should have about seven.
        assert_eq!(excess(74, 1, 9, 0), 67);
        assert_eq!(excess(1, 1, 1, 0), 1);
        assert_eq!(excess(74, 1, 9, 9), 0);
        assert_eq!(excess(0, 1, 9, 0), 0);
    }
}
