//! GET /metrics: what is recorded, in Prometheus' text format.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use metrics_process::Collector;

use crate::lint::bounds_are_good;
use crate::recorder::{Histograms, Recording};
use crate::table::{BUILD_INFO, Kind, Metric};

/// How old a page may be that is shown again: however many ask, making it costs next to nothing.
const PAGE_AGE_MAX: Duration = Duration::from_millis(100);

/// Whether the process records.
static IS_RECORDING: AtomicBool = AtomicBool::new(false);

/// Whether what the process records is kept: [`Exporter::install`] was called. What is measured with a
/// clock need not be measured otherwise.
pub fn is_recording() -> bool {
    IS_RECORDING.load(Ordering::Relaxed)
}

/// Why nothing is exported.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// A histogram whose buckets are none.
    #[error("{metric} has no buckets, or they do not ascend")]
    Buckets {
        /// Which.
        metric: &'static str,
    },
    /// Somebody records already.
    #[error("another recorder of metrics is installed")]
    Installed,
}

/// What a process recorded so far. Takes the same memory whoever asks and how often.
#[derive(Clone)]
pub struct Exporter {
    series: PrometheusHandle,
    histograms: Histograms,
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
        if let Some(bad) = table.iter().find(|metric| !bounds_are_good(metric.kind)) {
            return Err(InstallError::Buckets { metric: bad.name });
        }
        let recording = Recording::of(table);
        let (series, histograms) = recording.readers();
        metrics::set_global_recorder(recording).map_err(|_| InstallError::Installed)?;
        IS_RECORDING.store(true, Ordering::Relaxed);
        Ok(Exporter::begin(table, series, histograms))
    }

    /// Describes and shows what is known beforehand.
    fn begin(table: &[Metric], series: PrometheusHandle, histograms: Histograms) -> Exporter {
        for metric in table {
            match metric.kind {
                Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
                Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
                Kind::Histogram(_) => {}
            }
            metric.appear();
        }
        if table.iter().any(|metric| metric.name == BUILD_INFO.name) {
            BUILD_INFO.as_gauge(&[env!("CARGO_PKG_VERSION")]).set(1.0);
        }
        let process = Collector::default();
        process.describe();
        Exporter { series, histograms, process }
    }

    /// Everything that is recorded, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.process.collect();
        let mut page = self.series.render();
        for (metric, buckets) in self.histograms.iter() {
            buckets.render(metric.name, metric.help, &mut page);
        }
        page
    }

    /// `GET /metrics`. `refresh` is called before a page is made, for gauges that are read rather than
    /// kept; it must be quick, and is called a few times a second at most, however many ask.
    pub fn route(&self, refresh: impl Fn() + Send + Sync + 'static) -> Router {
        let made = Arc::new(Mutex::new(None));
        let (exporter, refresh) = (self.clone(), Arc::new(refresh));
        Router::new().route("/metrics", get(move || async move { page(exporter.page(&made, &*refresh)) }))
    }

    /// The page that was made last, or, if that is old, a new one. Whoever comes while it is made
    /// waits for it.
    fn page(&self, made: &Mutex<Option<(Instant, Arc<str>)>>, refresh: &dyn Fn()) -> String {
        let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, page)) = made.as_ref()
            && at.elapsed() < PAGE_AGE_MAX
        {
            return page.to_string();
        }
        refresh();
        let page = self.render();
        *made = Some((Instant::now(), page.as_str().into()));
        page
    }
}

/// Prometheus' text format, as a response.
fn page(text: String) -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (headers, text)
}

#[cfg(test)]
mod tests;
