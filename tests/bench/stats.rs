//! Figures of many samples.

use serde::Serialize;

/// What many samples come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Stats {
    /// How many there are.
    pub(crate) samples: usize,
    pub(crate) median: f64,
    pub(crate) p99: f64,
    /// The spread: a tenth of the samples is below, a tenth above.
    pub(crate) p10: f64,
    pub(crate) p90: f64,
}

impl Stats {
    /// Nothing if there are no samples.
    pub(crate) fn of(samples: impl IntoIterator<Item = f64>) -> Option<Stats> {
        let mut samples: Vec<f64> = samples.into_iter().collect();
        samples.sort_by(f64::total_cmp);
        let last = samples.len().checked_sub(1)?;
        // Between two samples where none is at the place.
        let at = |share: f64| {
            let place = last as f64 * share;
            let (below, above) = (samples[place.floor() as usize], samples[place.ceil() as usize]);
            below + (above - below) * place.fract()
        };
        Some(Stats { samples: samples.len(), median: at(0.5), p99: at(0.99), p10: at(0.1), p90: at(0.9) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_samples() {
        let stats = Stats::of((0..=100).rev().map(f64::from)).unwrap();
        assert_eq!(
            (stats.samples, stats.p10, stats.median, stats.p90, stats.p99),
            (101, 10.0, 50.0, 90.0, 99.0)
        );
        assert_eq!(Stats::of([1.0, 2.0]).unwrap().median, 1.5);
        assert_eq!(Stats::of([]), None);
    }
}
