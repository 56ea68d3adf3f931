//! The spread of fuel per turn, small enough to travel with every result.

use std::collections::BTreeMap;

/// Buckets per doubling; a bucket is at most 1/32 (3.1 %) wide, so a quantile is at most half of
/// that off.
const BUCKETS_PER_DOUBLING_LOG2: u32 = 5;
/// Buckets that a `u64` can fall into.
const BUCKETS: u16 = (65 - BUCKETS_PER_DOUBLING_LOG2 as u16) << BUCKETS_PER_DOUBLING_LOG2;

/// A sparse log-linear histogram of non-negative numbers. Merging is exact and order-free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FuelHistogram(BTreeMap<u16, u64>);

impl FuelHistogram {
    /// Counts one value.
    pub fn record(&mut self, value: u64) {
        *self.0.entry(bucket_of(value)).or_default() += 1;
    }

    /// Adds everything another histogram counted.
    pub fn merge(&mut self, other: &FuelHistogram) {
        for (&bucket, &count) in &other.0 {
            let sum = self.0.entry(bucket).or_default();
            *sum = sum.saturating_add(count);
        }
    }

    /// The middle of the bucket that holds the `quantile` (0.0 to 1.0) of all values; 0 if empty.
    pub fn quantile(&self, quantile: f64) -> u64 {
        let total: u64 = self.0.values().fold(0, |sum, count| sum.saturating_add(*count));
        let rank = ((total as f64) * quantile).ceil().max(1.0) as u64;
        let mut seen = 0u64;
        for (&bucket, &count) in &self.0 {
            seen = seen.saturating_add(count);
            if seen >= rank {
                return middle_of(bucket);
            }
        }
        0
    }

    /// Bucket numbers and counts, ascending: the form that travels and is stored.
    pub fn entries(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        self.0.iter().map(|(&bucket, &count)| (bucket, count))
    }

    /// The histogram of such entries, or nothing if a bucket does not exist or comes twice.
    pub fn from_entries(entries: impl IntoIterator<Item = (u16, u64)>) -> Option<FuelHistogram> {
        let mut counts = BTreeMap::new();
        for (bucket, count) in entries {
            if bucket >= BUCKETS || count == 0 || counts.insert(bucket, count).is_some() {
                return None;
            }
        }
        Some(FuelHistogram(counts))
    }
}

/// Values below 32 have a bucket each; above, the leading bit and the five bits after it count.
fn bucket_of(value: u64) -> u16 {
    let exponent = 63u32.saturating_sub(value.leading_zeros());
    if exponent < BUCKETS_PER_DOUBLING_LOG2 {
        return value as u16;
    }
    let shift = exponent - BUCKETS_PER_DOUBLING_LOG2;
    let within = (value >> shift) as u16 & ((1 << BUCKETS_PER_DOUBLING_LOG2) - 1);
    ((shift as u16 + 1) << BUCKETS_PER_DOUBLING_LOG2) + within
}

fn middle_of(bucket: u16) -> u64 {
    let row = bucket >> BUCKETS_PER_DOUBLING_LOG2;
    let within = u64::from(bucket & ((1 << BUCKETS_PER_DOUBLING_LOG2) - 1));
    if row == 0 {
        return within;
    }
    let shift = u32::from(row - 1);
    let low = ((1 << BUCKETS_PER_DOUBLING_LOG2) + within) << shift;
    low + (1u64 << shift) / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_single_value_comes_back_within_two_percent(value: u64) {
            let mut histogram = FuelHistogram::default();
            histogram.record(value);
            let off = histogram.quantile(0.5).abs_diff(value) as f64;
            prop_assert!(off <= value as f64 * 0.02, "{value} came back {off} off");
            prop_assert!(bucket_of(value) < BUCKETS);
        }

        #[test]
        fn merging_is_counting_together(a: Vec<u64>, b: Vec<u64>) {
            let count = |values: &[u64]| {
                let mut histogram = FuelHistogram::default();
                values.iter().for_each(|value| histogram.record(*value));
                histogram
            };
            let mut merged = count(&a);
            merged.merge(&count(&b));
            let together = [a, b].concat();
            prop_assert_eq!(&merged, &count(&together));
            prop_assert_eq!(FuelHistogram::from_entries(merged.entries()), Some(merged));
        }
    }

    #[test]
    fn quantiles_of_known_values() {
        let mut histogram = FuelHistogram::default();
        (1..=20).for_each(|value| histogram.record(value));
        assert_eq!(histogram.quantile(0.5), 10);
        assert_eq!(histogram.quantile(0.99), 20);
        assert_eq!(FuelHistogram::default().quantile(0.5), 0);
    }

    #[test]
    fn entries_from_a_stranger_are_checked() {
        assert_eq!(FuelHistogram::from_entries([(BUCKETS, 1)]), None);
        assert_eq!(FuelHistogram::from_entries([(1, 0)]), None);
        assert_eq!(FuelHistogram::from_entries([(1, 1), (1, 2)]), None);
    }
}
