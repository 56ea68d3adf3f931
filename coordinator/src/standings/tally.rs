//! Counting: what each bot scored, and against whom.
//!
//! Whole numbers only (half points), so that no order of counting makes a difference. Void matches
//! count nowhere: they are no bot's doing.

use terms::{BySeat, FuelHistogram, Outcome, Seat, Verdict};

use super::input::MatchResult;

/// What one bot did in all its scored matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Two for a win, one for a draw.
    pub(crate) half_points: u64,
    /// Matches that were scored.
    pub(crate) played: u64,
    pub(crate) wins: u64,
    pub(crate) draws: u64,
    pub(crate) losses: u64,
    /// Matches in which the bot lost the right to play on.
    pub(crate) forfeits: u64,
    /// Fuel of every turn.
    pub(crate) turn_fuel: FuelHistogram,
    /// The largest linear memory of any match, in bytes.
    pub(crate) memory_peak_bytes: u64,
}

/// The half points of each bot against each other: `between[row][column]` is what row took from
/// column.
#[derive(Debug)]
pub(crate) struct Crosstable(Vec<Vec<u64>>);

impl Crosstable {
    /// What `row` took from `column`, in half points.
    pub(super) fn half_points(&self, row: usize, column: usize) -> u64 {
        self.0.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0)
    }
}

/// What all bots did.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) tallies: Vec<Tally>,
    pub(crate) crosstable: Crosstable,
}

impl Sheet {
    /// Before the first match of so many bots.
    pub(crate) fn new(bots: usize) -> Sheet {
        Sheet { tallies: vec![Tally::default(); bots], crosstable: Crosstable(vec![vec![0; bots]; bots]) }
    }

    /// Counts a match between those bots.
    pub(crate) fn add(&mut self, bots: BySeat<usize>, outcome: &Outcome) {
        let Some(scores) = outcome.verdict.scores() else { return };
        for (seat, half_points) in scores.half_points().iter() {
            let (own, other) = (bots[seat], bots[seat.other()]);
            if let Some(tally) = self.tallies.get_mut(own) {
                tally.add(outcome, seat, *half_points);
            }
            if let Some(cell) = self.crosstable.0.get_mut(own).and_then(|row| row.get_mut(other)) {
                *cell += u64::from(*half_points);
            }
        }
    }
}

/// Counts the matches of `bots` bots.
pub(super) fn count(bots: usize, matches: &[MatchResult]) -> (Vec<Tally>, Crosstable) {
    let mut sheet = Sheet::new(bots);
    matches.iter().for_each(|result| sheet.add(result.bots, &result.outcome));
    (sheet.tallies, sheet.crosstable)
}

impl Tally {
    fn add(&mut self, outcome: &Outcome, seat: Seat, half_points: u8) {
        let usage = &outcome.usage[seat];
        self.half_points += u64::from(half_points);
        self.played += 1;
        self.wins += u64::from(half_points == 2);
        self.draws += u64::from(half_points == 1);
        self.losses += u64::from(half_points == 0);
        self.forfeits += u64::from(forfeited(&outcome.verdict)[seat]);
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
