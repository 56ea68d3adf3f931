//! One row for each metric of a process.

use metrics::{Counter, Gauge, Histogram};

/// What a metric counts or measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Only ever goes up.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts values by size; the upper bounds of its buckets, ascending, without infinity.
    Histogram(&'static [f64]),
}

/// A label of a metric.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// Every value that it can have, which are shown as zeros from the start; none if they are not
    /// known beforehand.
    pub values: fn() -> Vec<&'static str>,
}

impl Label {
    /// A label whose values are known only when they come.
    pub const fn open(name: &'static str) -> Label {
        Label { name, values: Vec::new }
    }
}

/// A row of the table. At most one label, or several whose values are not known beforehand.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name: `arena_`, what it is, its unit, and `_total` if it is a counter.
    pub name: &'static str,
    /// What it counts or measures.
    pub kind: Kind,
    /// What it says, in one sentence, for whoever reads a graph.
    pub help: &'static str,
    /// What tells its series apart.
    pub labels: &'static [Label],
}

impl Metric {
    /// A counter without labels, or with those.
    pub const fn counter(name: &'static str, labels: &'static [Label], help: &'static str) -> Metric {
        Metric { name, kind: Kind::Counter, help, labels }
    }

    /// A gauge without labels, or with those.
    pub const fn gauge(name: &'static str, labels: &'static [Label], help: &'static str) -> Metric {
        Metric { name, kind: Kind::Gauge, help, labels }
    }

    /// A histogram with those upper bounds of buckets.
    pub const fn histogram(name: &'static str, bounds: &'static [f64], help: &'static str) -> Metric {
        Metric { name, kind: Kind::Histogram(bounds), help, labels: &[] }
    }

    /// The counter of those values of its labels. Kept by whoever counts often: looking it up costs more
    /// than counting.
    pub fn as_counter(&self, values: &[&str]) -> Counter {
        metrics::counter!(self.name, self.with(values))
    }

    /// The gauge of those values of its labels.
    pub fn as_gauge(&self, values: &[&str]) -> Gauge {
        metrics::gauge!(self.name, self.with(values))
    }

    /// The histogram.
    pub fn as_histogram(&self) -> Histogram {
        metrics::histogram!(self.name)
    }

    /// Its labels with those values, in the order of the table.
    fn with(&self, values: &[&str]) -> Vec<metrics::Label> {
        debug_assert_eq!(values.len(), self.labels.len(), "{} has other labels", self.name);
        let pairs = self.labels.iter().zip(values);
        pairs.map(|(label, value)| metrics::Label::new(label.name, (*value).to_owned())).collect()
    }

    /// Makes every series that is known beforehand appear, with zero.
    pub(crate) fn appear(&self) {
        match (self.kind, self.labels) {
            (Kind::Histogram(_), _) => drop(self.as_histogram()),
            (Kind::Counter, []) => self.as_counter(&[]).increment(0),
            (Kind::Gauge, []) => self.as_gauge(&[]).set(0.0),
            (kind, [label]) => {
                for value in (label.values)() {
                    match kind {
                        Kind::Counter => self.as_counter(&[value]).increment(0),
                        _ => self.as_gauge(&[value]).set(0.0),
                    }
                }
            }
            (_, _) => {}
        }
    }
}
