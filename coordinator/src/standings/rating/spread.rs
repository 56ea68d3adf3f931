//! How sure the ratings are.
//!
//! The two games of a seed pair share their seed, so they are not two independent observations. The
//! sandwich estimator (Huber 1967, White 1982; clustered: Liang and Zeger, Biometrika 73, 1986)
//! does not assume that they are: A⁻¹ (Σ s sᵀ) A⁻¹, with A the information and s a cluster's
//! surprise. It is too sure of itself when there are few clusters, or when they all say the same
//! (a bot that wins every game). For such a bot the model's own variance is taken if it is larger.

use std::collections::BTreeMap;

use super::evidence::{Cluster, Evidence, Seating};
use super::fit::{Fit, information, surprise};
use super::model::STRENGTH_PRECISION;

/// Clusters of a bot from which on the sandwich stands alone: the number from which on, by rule of
/// thumb, its error is a few per cent (Cameron and Miller, J. Human Resources 50, 2015).
const CLUSTERS_ENOUGH: u32 = 40;

/// The variance of each bot's strength, relative to the mean of all bots, in square log-odds.
pub(super) fn variances(evidence: &Evidence, fit: &Fit) -> Vec<f64> {
    let Some(factor) = information(evidence, fit) else { return vec![0.0; evidence.bots()] };
    let inverse = factor.inverse();
    let sandwich = sandwich(evidence, fit, &inverse);
    let variety = variety(evidence);
    // How strong all bots are together cannot be told from games among them: only the prior says
    // it. That direction is an eigenvector of A, and its part is no uncertainty of a comparison.
    let common = 1.0 / (STRENGTH_PRECISION * evidence.bots() as f64);
    let model = inverse.iter().enumerate().map(|(bot, row)| row.get(bot).map_or(0.0, |v| v - common));
    let both = model.zip(sandwich).zip(variety);
    both.map(|((model, sandwich), trusted)| if trusted { sandwich } else { sandwich.max(model) }).collect()
}

/// The diagonal of the clustered sandwich, with the usual factor for a finite number of clusters.
fn sandwich(evidence: &Evidence, fit: &Fit, inverse: &[Vec<f64>]) -> Vec<f64> {
    let mut variances = vec![0.0; evidence.bots()];
    let mut clusters = 0u32;
    for (_, cluster) in evidence.clusters() {
        clusters += 1;
        let surprises = summed(fit, &cluster);
        let rows: Vec<_> = surprises.iter().filter_map(|(p, s)| Some((inverse.get(*p)?, *s))).collect();
        for (bot, variance) in variances.iter_mut().enumerate() {
            let influence = |(row, surprise): &(&Vec<f64>, f64)| row.get(bot).map_or(0.0, |v| v * surprise);
            let moved: f64 = rows.iter().map(influence).sum();
            *variance += moved * moved;
        }
    }
    let finite = f64::from(clusters) / f64::from(clusters.saturating_sub(1).max(1));
    variances.iter().map(|variance| variance * finite).collect()
}

fn summed(fit: &Fit, cluster: &Cluster) -> BTreeMap<usize, f64> {
    let mut sums = BTreeMap::new();
    for (seating, counts) in cluster {
        for (parameter, surprise) in surprise(fit, *seating, *counts) {
            *sums.entry(parameter).or_insert(0.0) += surprise;
        }
    }
    sums
}

/// Whether each bot has enough clusters, and not all with the same score.
fn variety(evidence: &Evidence) -> Vec<bool> {
    let mut seen = vec![(0u32, None, false); evidence.bots()];
    for ((low, high), cluster) in evidence.clusters() {
        let of_low = score(low, &cluster);
        let of_high = (of_low.1 - of_low.0, of_low.1);
        for (bot, score) in [(low, of_low), (high, of_high)] {
            if let Some((clusters, first, varied)) = seen.get_mut(bot) {
                *clusters += 1;
                *varied |= *first.get_or_insert(score) != score;
            }
        }
    }
    seen.into_iter().map(|(clusters, _, varied)| varied && clusters >= CLUSTERS_ENOUGH).collect()
}

/// Half points of a bot in a cluster, and how many there were to take.
fn score(bot: usize, cluster: &[(Seating, super::evidence::Counts)]) -> (u32, u32) {
    cluster.iter().fold((0, 0), |(own, all), ((zero, _), counts)| {
        let own_wins = if *zero == bot { counts.wins } else { counts.losses };
        let games = counts.wins + counts.draws + counts.losses;
        (own + 2 * own_wins + counts.draws, all + 2 * games)
    })
}
