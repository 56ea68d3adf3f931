//! What every `counter!`, `gauge!` and `histogram!` of the process ends up in: the library's registry
//! for the first two, buckets of fixed size for histograms.

use std::sync::Arc;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::buckets::Buckets;
use crate::table::{Kind, Metric};

/// The histograms of a table, in its order.
pub(crate) type Histograms = Arc<[(Metric, Arc<Buckets>)]>;

/// Records what the table lists.
pub(crate) struct Recording {
    series: PrometheusRecorder,
    histograms: Histograms,
}

impl Recording {
    /// One that has recorded nothing.
    pub(crate) fn of(table: &[Metric]) -> Recording {
        let histogram = |metric: &Metric| match metric.kind {
            Kind::Histogram(bounds) => Some((*metric, Arc::new(Buckets::new(bounds)))),
            Kind::Counter | Kind::Gauge => None,
        };
        let histograms = table.iter().filter_map(histogram).collect();
        Recording { series: PrometheusBuilder::new().build_recorder(), histograms }
    }

    /// What reads counters and gauges, and what holds histograms.
    pub(crate) fn readers(&self) -> (PrometheusHandle, Histograms) {
        (self.series.handle(), self.histograms.clone())
    }
}

impl Recorder for Recording {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.series.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.series.describe_gauge(key, unit, description);
    }

    /// The table says what they are.
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        self.series.register_counter(key, metadata)
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.series.register_gauge(key, metadata)
    }

    /// One that no table lists records nothing: nobody has said what its buckets are.
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let found = self.histograms.iter().find(|(metric, _)| metric.name == key.name());
        found.map_or_else(Histogram::noop, |(_, buckets)| Histogram::from_arc(buckets.clone()))
    }
}
