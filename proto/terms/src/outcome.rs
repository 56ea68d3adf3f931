//! How a match ended, and what a worker reports of it.

use crate::{Attempt, BySeat, Digest, Fault, FuelHistogram, HostFault, MatchId, Seat};

/// What each seat scored, in half points: 2 for a win, 1 for a draw, 0 for a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scores(BySeat<u8>);

impl Scores {
    /// Equal.
    pub const DRAW: Scores = Scores(BySeat([1, 1]));

    /// A win of that seat.
    pub const fn win(seat: Seat) -> Scores {
        match seat {
            Seat::Zero => Scores(BySeat([2, 0])),
            Seat::One => Scores(BySeat([0, 2])),
        }
    }

    /// The scores of those half points, if a match can end with them.
    pub fn from_half_points(half_points: BySeat<u8>) -> Option<Scores> {
        matches!(half_points.0, [2, 0] | [1, 1] | [0, 2]).then_some(Scores(half_points))
    }

    /// 2, 1 or 0 for each seat.
    pub const fn half_points(self) -> BySeat<u8> {
        self.0
    }

    /// 1.0, 0.5 or 0.0 for each seat.
    pub fn points(self) -> BySeat<f64> {
        self.0.map(|half| f64::from(half) / 2.0)
    }

    /// The same result with the seats swapped.
    #[must_use]
    pub fn swapped(self) -> Scores {
        Scores(self.0.swapped())
    }
}

/// How a match ended, and therefore what happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// To the end by the rules of the game: scored.
    Played(Scores),
    /// The marked seats broke a limit or a rule: scored as a loss for them; both: a draw.
    Forfeit(BySeat<bool>),
    /// Not a bot's doing: not scored, not cached, played again.
    Void(HostFault),
}

impl Verdict {
    /// The scores that count, if any do.
    pub fn scores(&self) -> Option<Scores> {
        match *self {
            Verdict::Played(scores) => Some(scores),
            Verdict::Forfeit(BySeat([true, false])) => Some(Scores::win(Seat::One)),
            Verdict::Forfeit(BySeat([false, true])) => Some(Scores::win(Seat::Zero)),
            Verdict::Forfeit(_) => Some(Scores::DRAW),
            Verdict::Void(_) => None,
        }
    }

    /// `played`, `forfeit` or `void`: the name in JSON and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Verdict::Played(_) => "played",
            Verdict::Forfeit(_) => "forfeit",
            Verdict::Void(_) => "void",
        }
    }
}

/// What a bot used in one match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeatUsage {
    /// Fuel of the load.
    pub load_fuel: u64,
    /// Fuel of all turns together.
    pub turns_fuel: u64,
    /// How the fuel of the turns was spread.
    pub turn_fuel: FuelHistogram,
    /// Largest linear memory, in bytes.
    pub memory_peak_bytes: u64,
    /// Bytes of log that were dropped.
    pub log_dropped_bytes: u64,
}

impl SeatUsage {
    /// Fuel of the load and of all turns.
    pub fn fuel(&self) -> u64 {
        self.load_fuel.saturating_add(self.turns_fuel)
    }
}

/// The result of a match: a pure function of its spec, unless it is void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// Every fault, strikes included, in the order they happened. A void match may have some.
    pub faults: Vec<Fault>,
    /// Ticks played.
    pub ticks: u32,
    /// The digest of what was said: of the transcript without what was used.
    pub digest: Digest,
    /// The digest of the fuel of every load and turn.
    pub fuel_digest: Digest,
    /// The address of the transcript: what it is kept under.
    pub transcript: Digest,
    /// What each bot used.
    pub usage: BySeat<SeatUsage>,
    /// For a void match, what happened, for operators; otherwise empty.
    pub host_message: String,
}

/// What a worker reports: the outcome of one attempt at one match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which match.
    pub id: MatchId,
    /// Which try.
    pub attempt: Attempt,
    /// How it ended.
    pub outcome: Outcome,
    /// The transcript's record; empty if there is none.
    pub record: Vec<u8>,
    /// Wall clock from the first fork to the verdict, in microseconds. Sizes leases; decides nothing.
    pub wall_micros: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forfeit_is_a_loss_for_the_seat_and_a_draw_for_both() {
        let scores = |seats| Verdict::Forfeit(BySeat(seats)).scores();
        assert_eq!(scores([true, false]), Some(Scores::win(Seat::One)));
        assert_eq!(scores([false, true]), Some(Scores::win(Seat::Zero)));
        assert_eq!(scores([true, true]), Some(Scores::DRAW));
        assert_eq!(Verdict::Void(HostFault::Stalled).scores(), None);
    }

    #[test]
    fn scores_add_up_to_one_point_or_are_none() {
        assert_eq!(Scores::from_half_points(BySeat([2, 2])), None);
        assert_eq!(Scores::from_half_points(BySeat([0, 0])), None);
        for scores in [Scores::DRAW, Scores::win(Seat::Zero), Scores::win(Seat::One)] {
            assert_eq!(Scores::from_half_points(scores.half_points()), Some(scores));
            assert!((scores.points()[Seat::Zero] + scores.points()[Seat::One] - 1.0).abs() < 1e-12);
        }
    }
}
