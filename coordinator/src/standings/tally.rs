//! Counting: what each bot scored, and against whom.
//!
//! Whole numbers only (half points), so that no order of counting makes a difference. Void matches
//! count nowhere: they are no bot's doing.

use terms::{BySeat, FuelHistogram, Seat, Verdict};

use super::input::MatchResult;

/// What one bot did in all its scored matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Two for a win, one for a draw.
    pub(super) half_points: u64,
    /// Matches that were scored.
    pub(super) played: u64,
    pub(super) wins: u64,
    pub(super) draws: u64,
    pub(super) losses: u64,
    /// Matches in which the bot lost the right to play on.
    pub(super) forfeits: u64,
    /// Fuel of every turn.
    pub(super) turn_fuel: FuelHistogram,
    /// The largest linear memory of any match, in bytes.
    pub(super) memory_peak_bytes: u64,
}

/// The half points of each bot against each other: `between[row][column]` is what row took from
/// column.
pub(super) struct Crosstable(Vec<Vec<u64>>);

impl Crosstable {
    /// What `row` took from `column`, in half points.
    pub(super) fn half_points(&self, row: usize, column: usize) -> u64 {
        self.0.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0)
    }
}

/// Counts the matches of `bots` bots.
pub(super) fn count(bots: usize, matches: &[MatchResult]) -> (Vec<Tally>, Crosstable) {
    let mut tallies = vec![Tally::default(); bots];
    let mut crosstable = Crosstable(vec![vec![0; bots]; bots]);
    for result in matches {
        let Some(scores) = result.outcome.verdict.scores() else { continue };
        for (seat, half_points) in scores.half_points().iter() {
            let (own, other) = (result.bots[seat], result.bots[seat.other()]);
            if let Some(tally) = tallies.get_mut(own) {
                tally.add(result, seat, *half_points);
            }
            if let Some(cell) = crosstable.0.get_mut(own).and_then(|row| row.get_mut(other)) {
                *cell += u64::from(*half_points);
            }
        }
    }
    (tallies, crosstable)
}

impl Tally {
    fn add(&mut self, result: &MatchResult, seat: Seat, half_points: u8) {
        let usage = &result.outcome.usage[seat];
        self.half_points += u64::from(half_points);
        self.played += 1;
        self.wins += u64::from(half_points == 2);
        self.draws += u64::from(half_points == 1);
        self.losses += u64::from(half_points == 0);
        self.forfeits += u64::from(forfeited(&result.outcome.verdict)[seat]);
        self.turn_fuel.merge(&usage.turn_fuel);
        self.memory_peak_bytes = self.memory_peak_bytes.max(usage.memory_peak_bytes);
    }
}

/// Which seats lost the right to play on.
pub(super) fn forfeited(verdict: &Verdict) -> BySeat<bool> {
    match verdict {
        Verdict::Forfeit(seats) => *seats,
        Verdict::Played(_) | Verdict::Void(_) => BySeat([false, false]),
    }
}
