//! The likeliest parameters, by Newton's method.
//!
//! What is minimised, the negative logarithm of likelihood times prior, is strictly convex. Newton
//! steps halved until they descend (Armijo's rule) converge to its only minimum from any start:
//! Boyd and Vandenberghe, Convex Optimization, 9.5.3.

use super::evidence::{Counts, Evidence, Seating};
use super::matrix::{Cholesky, Symmetric};
use super::model::{Chances, SEAT_PRECISION, STRENGTH_PRECISION, TIES_PRECISION};

/// Steps after which something is wrong; ten are many.
const STEPS_MAX: usize = 100;
/// Halvings of one step: beyond, rounding is all that is left.
const HALVINGS_MAX: usize = 40;
/// Half the square of the Newton decrement at which to stop: far below what is shown.
const DECREMENT_MAX: f64 = 1e-18;
/// Half the square of the decrement below which Newton's full step is taken unseen: so close to the
/// minimum it is right, and the cost's own rounding would hide that it descends.
const DECREMENT_CLOSE: f64 = 1e-6;
/// The part of the promised descent that a step must keep.
const ARMIJO: f64 = 1e-4;

/// θ of each bot, then η, then λ.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    bots: usize,
    parameters: Vec<f64>,
}

impl Fit {
    /// The strengths θ, in log-odds; their sum is zero but for rounding.
    pub(super) fn strengths(&self) -> &[f64] {
        self.parameters.get(..self.bots).unwrap_or_default()
    }

    /// η, in log-odds.
    pub(super) fn seat_advantage(&self) -> f64 {
        self.at(self.bots)
    }

    /// The chances of a game between these seats.
    pub(super) fn chances(&self, (zero, one): Seating) -> Chances {
        Chances::of(self.difference((zero, one)), self.at(self.bots + 1))
    }

    fn difference(&self, (zero, one): Seating) -> f64 {
        self.at(zero) + self.seat_advantage() - self.at(one)
    }

    fn at(&self, parameter: usize) -> f64 {
        self.parameters.get(parameter).copied().unwrap_or(0.0)
    }

    fn moved(&self, step: &[f64], by: f64) -> Fit {
        let parameters = self.parameters.iter().zip(step).map(|(value, step)| value - by * step).collect();
        Fit { bots: self.bots, parameters }
    }
}

/// The likeliest parameters.
pub(super) fn fit(evidence: &Evidence) -> Fit {
    let mut fit = Fit { bots: evidence.bots(), parameters: vec![0.0; evidence.bots() + 2] };
    for _ in 0..STEPS_MAX {
        let gradient = gradient(evidence, &fit);
        let Some(factor) = information(evidence, &fit) else { break };
        let step = factor.solve(&gradient);
        let descent: f64 = gradient.iter().zip(&step).map(|(g, s)| g * s).sum();
        if descent / 2.0 <= DECREMENT_MAX {
            break;
        }
        let close = descent / 2.0 <= DECREMENT_CLOSE;
        let better =
            if close { Some(fit.moved(&step, 1.0)) } else { descend(evidence, &fit, &step, descent) };
        match better {
            Some(better) => fit = better,
            None => break,
        }
    }
    fit
}

fn descend(evidence: &Evidence, fit: &Fit, step: &[f64], descent: f64) -> Option<Fit> {
    let cost_now = cost(evidence, fit);
    let mut by = 1.0;
    for _ in 0..HALVINGS_MAX {
        let tried = fit.moved(step, by);
        if cost(evidence, &tried) <= cost_now - ARMIJO * by * descent {
            return Some(tried);
        }
        by /= 2.0;
    }
    None
}

/// The precision of the prior of each parameter.
fn precisions(bots: usize) -> impl Iterator<Item = f64> {
    std::iter::repeat_n(STRENGTH_PRECISION, bots).chain([SEAT_PRECISION, TIES_PRECISION])
}

/// The negative logarithm of likelihood times prior, but for a constant.
fn cost(evidence: &Evidence, fit: &Fit) -> f64 {
    let prior = fit.parameters.iter().zip(precisions(fit.bots)).map(|(value, p)| p * value * value / 2.0);
    let likelihood = evidence.seatings().map(|(seating, counts)| {
        let won = (counts.points() - counts.games() / 2.0) * fit.difference(seating);
        let drawn = f64::from(counts.draws) * fit.at(fit.bots + 1);
        counts.games() * fit.chances(seating).log_sum - won - drawn
    });
    prior.sum::<f64>() + likelihood.sum::<f64>()
}

fn gradient(evidence: &Evidence, fit: &Fit) -> Vec<f64> {
    let mut gradient: Vec<f64> =
        fit.parameters.iter().zip(precisions(fit.bots)).map(|(value, p)| p * value).collect();
    for (seating, counts) in evidence.seatings() {
        for (parameter, surprise) in surprise(fit, seating, counts) {
            if let Some(slot) = gradient.get_mut(parameter) {
                *slot -= surprise;
            }
        }
    }
    gradient
}

/// The slope of the games' log-likelihood: each parameter that they touch, and how much more of it
/// they show than was expected.
pub(super) fn surprise(fit: &Fit, (zero, one): Seating, counts: Counts) -> [(usize, f64); 4] {
    let chances = fit.chances((zero, one));
    let points = counts.points() - counts.games() * chances.points();
    let draws = f64::from(counts.draws) - counts.games() * chances.draw;
    [(zero, points), (one, -points), (fit.bots, points), (fit.bots + 1, draws)]
}

/// The factored second derivative of the cost, which is positive definite because of the prior.
pub(super) fn information(evidence: &Evidence, fit: &Fit) -> Option<Cholesky> {
    let mut matrix = Symmetric::zeros(fit.parameters.len());
    for (parameter, precision) in precisions(fit.bots).enumerate() {
        matrix.add(parameter, parameter, precision);
    }
    let (seat, ties) = (fit.bots, fit.bots + 1);
    for ((zero, one), counts) in evidence.seatings() {
        let (by_d, mixed, by_ties) = fit.chances((zero, one)).curvature();
        let games = counts.games();
        let slopes = [(zero, 1.0), (one, -1.0), (seat, 1.0)];
        for (position, (a, slope)) in slopes.iter().enumerate() {
            for (b, other) in slopes.iter().take(position + 1) {
                matrix.add(*a, *b, games * by_d * slope * other);
            }
            matrix.add(*a, ties, games * mixed * slope);
        }
        matrix.add(ties, ties, games * by_ties);
    }
    matrix.cholesky()
}
