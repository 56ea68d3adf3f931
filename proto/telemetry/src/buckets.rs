//! A histogram that takes the same memory whatever is recorded, and whoever reads it or does not.
//!
//! The library's own keeps every value until somebody looks: 16 bytes a value, which a worker on a
//! large machine records millions of in a second. This one counts at once. Never here: which
//! histograms there are.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use metrics::HistogramFn;

/// How many values fell into which bucket, and their sum.
#[derive(Debug)]
pub(crate) struct Buckets {
    bounds: &'static [f64],
    /// One for each bound, and one for what is larger than all of them. Not cumulative.
    counts: Box<[AtomicU64]>,
    /// The bits of a float.
    sum: AtomicU64,
}

impl Buckets {
    /// Empty ones with those upper bounds, ascending.
    pub(crate) fn new(bounds: &'static [f64]) -> Buckets {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Buckets { bounds, counts, sum: AtomicU64::new(0_f64.to_bits()) }
    }

    /// Appends them in Prometheus' text format. The last bucket and the count are one number, also
    /// while others record.
    pub(crate) fn render(&self, name: &str, help: &str, out: &mut String) {
        let help = help.replace('\\', r"\\").replace('\n', r"\n");
        // Writing into a string does not fail.
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} histogram");
        let bounds = self.bounds.iter().map(|bound| bound.to_string()).chain(["+Inf".to_owned()]);
        let mut count = 0;
        for (bound, bucket) in bounds.zip(&self.counts) {
            count += bucket.load(Relaxed);
            let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {count}");
        }
        let sum = f64::from_bits(self.sum.load(Relaxed));
        let _ = writeln!(out, "{name}_sum {sum}\n{name}_count {count}\n");
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        // One that is no number would make the sum none for ever.
        if !value.is_finite() {
            return;
        }
        let index = self.bounds.partition_point(|bound| *bound < value);
        if let Some(bucket) = self.counts.get(index) {
            bucket.fetch_add(1, Relaxed);
        }
        let add = |sum| Some((f64::from_bits(sum) + value).to_bits());
        // It is never refused.
        let _ = self.sum.fetch_update(Relaxed, Relaxed, add);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn rendered(buckets: &Buckets) -> String {
        let mut out = String::new();
        buckets.render("x", "y", &mut out);
        out
    }

    #[test]
    fn a_value_counts_in_its_bucket_and_in_all_larger_ones_and_a_bound_belongs_below() {
        let buckets = Buckets::new(&[0.5, 2.0, 50_000_000.0]);
        [0.0, 0.5, 0.6, 2.0, 2.1, 50_000_000.0, 50_000_001.0]
            .into_iter()
            .for_each(|value| buckets.record(value));
        let expected = "# HELP x y\n# TYPE x histogram\nx_bucket{le=\"0.5\"} 2\nx_bucket{le=\"2\"} 4\n\
                        x_bucket{le=\"50000000\"} 6\nx_bucket{le=\"+Inf\"} 7\nx_sum 100000006.2\nx_count 7\n\n";
        assert_eq!(rendered(&buckets), expected);
    }

    #[test]
    fn what_is_no_number_spoils_nothing() {
        let buckets = Buckets::new(&[1.0]);
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.25]
            .into_iter()
            .for_each(|value| buckets.record(value));
        assert!(rendered(&buckets).ends_with("x_sum 0.25\nx_count 1\n\n"), "{}", rendered(&buckets));
    }

    #[test]
    fn nothing_is_lost_where_many_record_at_once() {
        let buckets = Arc::new(Buckets::new(&[1.0, 2.0]));
        std::thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| (0..10_000).for_each(|value| buckets.record(f64::from(value % 3))));
            }
        });
        assert!(rendered(&buckets).ends_with("x_sum 39996\nx_count 40000\n\n"), "{}", rendered(&buckets));
    }
}
