//! The way of spans to the collector, which may be down, slow or hostile. Whoever records a span never
//! waits; what is on its way is bounded; what is too much is dropped, counted and said.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_otlp::tonic_types::transport::ClientTlsConfig;
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, RetryPolicy, SpanExporter as Otlp, WithExportConfig, WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Span, SpanData, SpanExporter, SpanProcessor,
};
use tokio::runtime::Handle;

use super::Collector;

/// Most spans that are on their way to the collector. Each takes about half a kilobyte.
pub(super) const SPANS_MAX: usize = 16_384;
/// Most spans in one message.
const BATCH_SPANS_MAX: usize = 512;
/// How long spans wait for others before they are sent.
const BATCH_EVERY: Duration = Duration::from_secs(1);
/// How long the collector may take to take a batch.
const EXPORT_SECONDS_MAX: Duration = Duration::from_secs(5);
/// How long it may take to reach it.
const CALL_SECONDS_MAX: Duration = Duration::from_secs(4);

/// What became of spans.
#[derive(Debug, Default)]
pub(super) struct Tally {
    on_their_way: AtomicUsize,
    lost: AtomicU64,
    /// Whether the last batch was not taken.
    is_failing: AtomicBool,
    said: AtomicBool,
}

impl Tally {
    /// Spans that nobody will see.
    pub(super) fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Whether the collector did not take the last batch.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    /// Spans that were neither taken nor given up yet.
    pub(super) fn on_their_way(&self) -> usize {
        self.on_their_way.load(Ordering::Relaxed)
    }

    fn lose(&self, spans: usize, why: impl FnOnce() -> String) {
        self.lost.fetch_add(spans as u64, Ordering::Relaxed);
        if !self.said.swap(true, Ordering::Relaxed) {
            tracing::warn!("traces are incomplete, and nothing else is: {}", why());
        }
    }
}

/// Lets no more spans into the library's queue than it can hold, so that none is dropped unseen.
#[derive(Debug)]
pub(super) struct Bounded {
    queue: BatchSpanProcessor,
    tally: Arc<Tally>,
}

impl Bounded {
    /// A way to that collector. What it takes runs on that runtime.
    ///
    /// # Errors
    /// TLS cannot be had, or the environment says something that cannot be.
    pub(super) fn new(
        collector: &Collector,
        runtime: &Handle,
        tally: &Arc<Tally>,
    ) -> Result<Bounded, ExporterBuildError> {
        // The connection lives on the runtime in which it is made.
        let _entered = runtime.enter();
        let exporter = Otlp::builder()
            .with_tonic()
            .with_endpoint(collector.as_str())
            .with_protocol(Protocol::Grpc)
            .with_timeout(CALL_SECONDS_MAX)
            // Whoever is away for a moment misses a batch; trying again would only make others wait.
            .with_retry_policy(RetryPolicy::disabled());
        let exporter = match collector.is_encrypted() {
            true => exporter.with_tls_config(ClientTlsConfig::new().with_native_roots()).build()?,
            false => exporter.build()?,
        };
        let collector = collector.clone();
        let careful =
            Careful { otlp: Arc::new(exporter), runtime: runtime.clone(), tally: tally.clone(), collector };
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(SPANS_MAX)
            .with_max_export_batch_size(BATCH_SPANS_MAX)
            .with_scheduled_delay(BATCH_EVERY)
            .build();
        Ok(Bounded { queue: BatchSpanProcessor::new(careful, config), tally: tally.clone() })
    }
}

impl SpanProcessor for Bounded {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        if self.tally.on_their_way.fetch_add(1, Ordering::Relaxed) < SPANS_MAX {
            return self.queue.on_end(span);
        }
        self.tally.on_their_way.fetch_sub(1, Ordering::Relaxed);
        self.tally.lose(1, || format!("there are more spans than the {SPANS_MAX} that can wait"));
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.queue.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.queue.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.queue.set_resource(resource);
    }
}

/// The library's exporter, on a runtime of its own and with an end to its patience.
#[derive(Debug)]
struct Careful {
    otlp: Arc<Otlp>,
    runtime: Handle,
    tally: Arc<Tally>,
    collector: Collector,
}

impl SpanExporter for Careful {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let (otlp, spans) = (self.otlp.clone(), batch.len());
        let export = async move { tokio::time::timeout(EXPORT_SECONDS_MAX, otlp.export(batch)).await };
        let exported = match self.runtime.spawn(export).await {
            Ok(Ok(exported)) => exported,
            Ok(Err(_)) => Err(OTelSdkError::Timeout(EXPORT_SECONDS_MAX)),
            Err(ended) => Err(OTelSdkError::InternalFailure(ended.to_string())),
        };
        self.tally.on_their_way.fetch_sub(spans, Ordering::Relaxed);
        self.tally.is_failing.store(exported.is_err(), Ordering::Relaxed);
        if let Err(why) = &exported {
            self.tally.lose(spans, || format!("{} does not take them: {why}", self.collector));
        }
        exported
    }

    fn set_resource(&mut self, resource: &Resource) {
        // Nobody else has it before the first batch.
        if let Some(otlp) = Arc::get_mut(&mut self.otlp) {
            otlp.set_resource(resource);
        }
    }
}
