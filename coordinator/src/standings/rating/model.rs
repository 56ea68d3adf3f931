//! The model: how likely each end of a game is, and the prior.
//!
//! With θ the strengths in log-odds, η the advantage of seat 0, λ the logarithm of Davidson's
//! parameter for ties, and d = θ₀ + η − θ₁:
//!
//! ```text
//! P(seat 0 wins) = e^{d/2} / D     P(draw) = e^λ / D     P(seat 1 wins) = e^{−d/2} / D
//! ```
//!
//! Bradley and Terry, Biometrika 39 (1952); Davidson, JASA 65 (1970); Davidson and Beaver for the
//! order effect, Biometrics 33 (1977). The logarithm of the likelihood is concave in (θ, η, λ), as
//! it is in every multinomial logit model with linear utilities, and the prior makes it strictly so.

/// Standard deviation of a bot's strength before any game, in Elo: weighs as much as a third of a
/// game against an equal opponent.
const STRENGTH_SD_ELO: f64 = 600.0;
/// Standard deviation of the advantage of seat 0, in Elo: seats mirror each other, so it is small.
const SEAT_SD_ELO: f64 = 100.0;
/// Standard deviation of λ around 0, where a third of the games between equals is drawn.
const TIES_SD: f64 = 3.0;

/// Precision (the inverse of the variance) of the prior of each θ.
pub(super) const STRENGTH_PRECISION: f64 = precision(STRENGTH_SD_ELO / super::ELO_PER_LOGIT);
/// Precision of the prior of η.
pub(super) const SEAT_PRECISION: f64 = precision(SEAT_SD_ELO / super::ELO_PER_LOGIT);
/// Precision of the prior of λ.
pub(super) const TIES_PRECISION: f64 = precision(TIES_SD);

const fn precision(sd: f64) -> f64 {
    1.0 / (sd * sd)
}

/// The chances of a game's three ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chances {
    pub(super) win: f64,
    pub(super) draw: f64,
    pub(super) loss: f64,
    /// ln D, for the likelihood.
    pub(super) log_sum: f64,
}

impl Chances {
    /// For the difference `d` and Davidson's `ties` (λ). Finite for all finite arguments.
    pub(super) fn of(d: f64, ties: f64) -> Chances {
        let utilities = [d / 2.0, ties, -d / 2.0];
        // The largest utility is taken out, so that nothing overflows.
        let top = utilities.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let [win, draw, loss] = utilities.map(|utility| (utility - top).exp());
        let sum = win + draw + loss;
        Chances { win: win / sum, draw: draw / sum, loss: loss / sum, log_sum: top + sum.ln() }
    }

    /// Points that seat 0 can expect.
    pub(super) fn points(&self) -> f64 {
        self.win + self.draw / 2.0
    }

    /// Second derivatives of ln D: by d twice, by d and λ, by λ twice. They are the variances and
    /// the covariance of the utilities' slopes, (½, 0), (0, 1) and (−½, 0).
    pub(super) fn curvature(&self) -> (f64, f64, f64) {
        let slope = (self.win - self.loss) / 2.0;
        let by_d = (self.win + self.loss) / 4.0 - slope * slope;
        (by_d, -slope * self.draw, self.draw * (1.0 - self.draw))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_add_up_and_stay_finite() {
        for (d, ties) in [(0.0, 0.0), (3.0, -2.0), (-800.0, 0.0), (1e9, -1e9), (0.0, 1e9)] {
            let chances = Chances::of(d, ties);
            assert!((chances.win + chances.draw + chances.loss - 1.0).abs() < 1e-12, "{chances:?}");
            assert!(chances.log_sum.is_finite());
        }
        let equal = Chances::of(0.0, 0.0);
        assert!((equal.draw - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_curvature_is_what_differences_of_the_slopes_say() {
        let (d, ties, step) = (0.7, -0.4, 1e-5);
        let slope = |d: f64, ties: f64| {
            let chances = Chances::of(d, ties);
            ((chances.win - chances.loss) / 2.0, chances.draw)
        };
        let (by_d, mixed, by_ties) = Chances::of(d, ties).curvature();
        let ((high, high_ties), (low, low_ties)) = (slope(d + step, ties), slope(d - step, ties));
        assert!(((high - low) / (2.0 * step) - by_d).abs() < 1e-8);
        assert!(((high_ties - low_ties) / (2.0 * step) - mixed).abs() < 1e-8);
        let (high, low) = (slope(d, ties + step).1, slope(d, ties - step).1);
        assert!(((high - low) / (2.0 * step) - by_ties).abs() < 1e-8);
    }
}
