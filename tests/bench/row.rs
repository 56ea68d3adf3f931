//! One line of the table: what was measured of every contender, and what it should come to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::contender::{BASELINE, NO_FUEL, OURS};
use super::interleave::Series;
use super::stats::Stats;
use super::target::{Target, Verdict};

/// Which figures are the better ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Better {
    Lower,
    Higher,
}

/// A row before it is measured.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// Its name in JSON.
    pub(crate) id: &'static str,
    /// What people read.
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) better: Better,
    pub(crate) target: Option<Target>,
}

/// A row.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) better: Better,
    /// Rounds, in each of which every contender was measured.
    pub(crate) rounds: usize,
    /// What each contender came to.
    pub(crate) contenders: BTreeMap<&'static str, Stats>,
    /// How many times better than the baseline each contender is, by the medians of each round.
    pub(crate) times_better: BTreeMap<&'static str, Stats>,
    pub(crate) target: Option<Target>,
    pub(crate) verdict: Option<Verdict>,
    /// How many times better the sandbox would be if it counted no fuel, where such a one was built.
    pub(crate) fuel_overhead: Option<Stats>,
}

impl Row {
    pub(crate) fn of(question: &Question, series: &[Series]) -> Row {
        let Question { id, title, unit, better, target } = question.clone();
        let stats = |one: &Series| Some((one.name, Stats::of(one.rounds.iter().flatten().copied())?));
        let contenders: BTreeMap<_, _> = series.iter().filter_map(stats).collect();
        let times_better = better_than(BASELINE, series, better);
        let fuel_overhead = better_than(OURS, series, better).remove(NO_FUEL);
        let judge = |target: Target| {
            target.judge(contenders.get(OURS)?.median, times_better.get(OURS).map(|ratio| ratio.median))
        };
        let verdict = target.and_then(judge);
        let rounds = series.iter().map(|one| one.rounds.len()).max().unwrap_or(0);
        Row { id, title, unit, better, rounds, contenders, times_better, target, verdict, fuel_overhead }
    }
}

/// How many times better than that one all others are, by the medians of each round.
fn better_than(base: &str, series: &[Series], better: Better) -> BTreeMap<&'static str, Stats> {
    let Some(base) = series.iter().find(|one| one.name == base) else { return BTreeMap::new() };
    let median = |samples: &Vec<f64>| Stats::of(samples.iter().copied()).map(|stats| stats.median);
    let ratios = |one: &Series| {
        let pairs = one.rounds.iter().zip(&base.rounds);
        let ratio = |(ours, theirs): (&Vec<f64>, &Vec<f64>)| {
            let (ours, theirs) = (median(ours)?, median(theirs)?);
            Some(if better == Better::Lower { theirs / ours } else { ours / theirs })
        };
        Some((one.name, Stats::of(pairs.filter_map(ratio))?))
    };
    series.iter().filter(|one| one.name != base.name).filter_map(ratios).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_those_of_the_same_round() {
        let series = |name, rounds: [f64; 3]| Series { name, rounds: rounds.map(|one| vec![one]).to_vec() };
        let all = [
            series(OURS, [1.0, 10.0, 2.0]),
            series(BASELINE, [2.0, 20.0, 8.0]),
            series(NO_FUEL, [0.5, 5.0, 1.5]),
        ];
        let question = |better| Question {
            id: "x",
            title: "x",
            unit: "us",
            better,
            target: Some(Target::Better { least: 2.0, aim: 3.0 }),
        };
        let row = Row::of(&question(Better::Lower), &all);
        let ratio = &row.times_better[OURS];
        assert!(ratio.median == 2.0 && ratio.p10 == 2.0 && ratio.p90 > 3.0, "{ratio:?}");
        assert_eq!((row.rounds, row.verdict), (3, Some(Verdict::Met)));
        assert_eq!(row.fuel_overhead.unwrap().median, 2.0);
        assert_eq!(Row::of(&question(Better::Lower), &all[..2]).fuel_overhead, None);
        assert_eq!(Row::of(&question(Better::Higher), &all).verdict, Some(Verdict::Missed));
    }
}
