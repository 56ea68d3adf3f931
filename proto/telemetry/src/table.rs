//! One row for each metric of a process.

use metrics::{Counter, Gauge, Histogram};

/// The value that stands for every one which a label is not known to have: whatever is counted stays
/// counted, and nobody makes new series by saying something new.
pub const OTHER: &str = "other";

/// Which program this is; in the table of each, and set when it begins to record.
pub const BUILD_INFO: Metric =
    Metric::gauge("arena_build_info", &[Label::open("version")], "1, for the version that runs.");

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

    /// What is written for that value, or for none.
    fn value(&self, given: Option<&str>) -> String {
        let known = (self.values)();
        match given {
            Some(value) if known.is_empty() || known.contains(&value) => value.to_owned(),
            _ => OTHER.to_owned(),
        }
    }
}

/// A row of the table.
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

    /// The counter of those values of its labels, in the order of the table; [`OTHER`] for one that is
    /// missing or not known. Kept by whoever counts often: looking it up costs more than counting.
    /// Counts nothing if nobody records yet.
    pub fn as_counter(&self, values: &[&str]) -> Counter {
        metrics::counter!(self.name, self.with(values))
    }

    /// The gauge of those values of its labels; like [`Metric::as_counter`].
    pub fn as_gauge(&self, values: &[&str]) -> Gauge {
        metrics::gauge!(self.name, self.with(values))
    }

    /// The histogram; like [`Metric::as_counter`]. One that is not in the table records nothing.
    pub fn as_histogram(&self) -> Histogram {
        metrics::histogram!(self.name)
    }

    /// Its labels with those values.
    fn with(&self, values: &[&str]) -> Vec<metrics::Label> {
        if values.len() != self.labels.len() {
            let (has, given) = (self.labels.len(), values.len());
            tracing::error!(
                "{} has {has} labels and was given {given} values: this is a mistake of ours",
                self.name
            );
        }
        let values = values.iter().copied().map(Some).chain(std::iter::repeat(None));
        let pair = |(label, given): (&Label, _)| {
            // The library takes a backslash before some characters for an escape that was made already.
            metrics::Label::new(label.name, label.value(given).replace('\\', r"\\"))
        };
        self.labels.iter().zip(values).map(pair).collect()
    }

    /// Makes every series that is known beforehand appear, with zero.
    pub(crate) fn appear(&self) {
        for values in self.known_series() {
            match self.kind {
                Kind::Counter => self.as_counter(&values).increment(0),
                Kind::Gauge => self.as_gauge(&values).set(0.0),
                // They are there from the start.
                Kind::Histogram(_) => {}
            }
        }
    }

    /// The values of its labels, of each series that is known; none if a label's are not.
    fn known_series(&self) -> Vec<Vec<&'static str>> {
        let mut series = vec![Vec::new()];
        for label in self.labels {
            let values = (label.values)();
            let with = |known: &Vec<&'static str>| {
                let known = known.clone();
                values.clone().into_iter().map(move |value| [known.clone(), vec![value]].concat())
            };
            series = series.iter().flat_map(with).collect();
        }
        series
    }
}
