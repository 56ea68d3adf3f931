//! GET /metrics: what is recorded, in Prometheus' text format.

use std::time::Duration;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

use crate::table::{Kind, Metric};

/// How often recorded values are put into their buckets. Until then each takes 8 bytes.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Why nothing is exported.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A histogram without buckets.
    #[error("{metric} has no buckets")]
    Buckets {
        /// Which.
        metric: &'static str,
        /// What the exporter says.
        #[source]
        source: BuildError,
    },
    /// Somebody records already.
    #[error("another recorder of metrics is installed")]
    Installed,
}

/// What a process recorded so far.
#[derive(Clone)]
pub struct Exporter {
    handle: PrometheusHandle,
    process: Collector,
}

impl std::fmt::Debug for Exporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exporter").finish_non_exhaustive()
    }
}

impl Exporter {
    /// From here on, what the process records is kept. Every series that is known beforehand appears
    /// with zero, so that a rate sees its first event. Handles that were made before record nothing.
    ///
    /// # Errors
    /// It was called before in this process, or a histogram has no buckets.
    pub fn install(table: &[Metric]) -> Result<Exporter, InstallError> {
        let mut builder = PrometheusBuilder::new();
        for metric in table {
            if let Kind::Histogram(bounds) = metric.kind {
                let matcher = Matcher::Full(metric.name.to_owned());
                let set = builder.set_buckets_for_metric(matcher, bounds);
                builder = set.map_err(|source| InstallError::Buckets { metric: metric.name, source })?;
            }
        }
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|_| InstallError::Installed)?;
        for metric in table {
            match metric.kind {
                Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
                Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
                Kind::Histogram(_) => metrics::describe_histogram!(metric.name, metric.help),
            }
            metric.appear();
        }
        let process = Collector::default();
        process.describe();
        Ok(Exporter { handle, process })
    }

    /// Everything that is recorded, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.process.collect();
        self.handle.render()
    }

    /// Keeps what is recorded small. Runs until it is dropped.
    pub async fn keep_up(self) {
        let mut beat = tokio::time::interval(UPKEEP_EVERY);
        loop {
            beat.tick().await;
            self.handle.run_upkeep();
        }
    }

    /// `GET /metrics`.
    pub fn route(&self) -> Router {
        let exporter = self.clone();
        Router::new().route("/metrics", get(move || async move { page(exporter.render()) }))
    }
}

/// Prometheus' text format, as a response.
fn page(text: String) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (headers, text)
}
