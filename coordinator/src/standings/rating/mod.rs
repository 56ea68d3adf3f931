//! Ratings on the Elo scale with honest intervals.
//!
//! ```text
//! games ─► evidence (counts) ─► fit (the likeliest strengths) ─► spread (how sure) ─► Elo
//! ```
//!
//! The model is Bradley and Terry's (1952) with Davidson's ties (1970), an advantage of seat 0 and
//! a weak prior: see `model.rs`. Fitting is Newton's method on a strictly convex function, so it has
//! one answer and finds it from anywhere. Perfect and zero scores, bots without games and groups
//! that never met all have finite ratings.
//!
//! Pure, and independent of order bit for bit: games are counted in whole numbers first, and sums
//! over floating point numbers run over sorted keys.

mod evidence;
mod fit;
mod groups;
mod matrix;
mod model;
mod spread;

use terms::{BySeat, Scores, Seed};

/// A scored match, as far as ratings are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Game {
    /// Who sat where: two different numbers below the number of bots.
    pub bots: BySeat<usize>,
    /// Games of the same two bots with one seed count as one observation of how sure we are.
    pub seed: Seed,
    /// How it ended.
    pub scores: Scores,
}

/// A bot's rating in Elo, around 1500.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rating {
    /// The likeliest value.
    pub elo: f64,
    /// Half the width of the 95 % interval.
    pub margin: f64,
}

/// The ratings of all bots.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    /// By bot.
    pub bots: Vec<Rating>,
    /// How many Elo seat 0 is worth.
    pub seat_advantage: f64,
    /// The bots in groups that are linked by games; more than one group means that ratings cannot
    /// be compared across groups. Each ascending, and in ascending order of their first bot.
    pub groups: Vec<Vec<usize>>,
}

/// The mean of all ratings, in Elo.
const CENTRE: f64 = 1500.0;
/// Elo per unit of log-odds: 400 / ln 10.
const ELO_PER_LOGIT: f64 = 400.0 / std::f64::consts::LN_10;
/// The 97.5 % quantile of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// Rates `bots` bots by their games. Games of bots that do not exist, or of one bot with itself,
/// are left out.
pub fn rate(bots: usize, games: impl IntoIterator<Item = Game>) -> Ratings {
    let evidence = evidence::Evidence::of(bots, games);
    let fit = fit::fit(&evidence);
    let variances = spread::variances(&evidence, &fit);
    let ratings = fit.strengths().iter().zip(variances).map(|(strength, variance)| Rating {
        elo: CENTRE + strength * ELO_PER_LOGIT,
        margin: Z_95 * variance.max(0.0).sqrt() * ELO_PER_LOGIT,
    });
    Ratings {
        bots: ratings.collect(),
        seat_advantage: fit.seat_advantage() * ELO_PER_LOGIT,
        groups: groups::linked(bots, evidence.pairings()),
    }
}

#[cfg(test)]
mod tests;
