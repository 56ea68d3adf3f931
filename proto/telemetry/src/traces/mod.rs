//! What happened to single matches, step by step, for a collector of traces (OTLP over gRPC).
//!
//! Off unless somebody names a collector, and then a sample of the matches is traced. Which ones follows
//! from their ids, so that all programs that are given the same share choose the same ones. Nothing
//! waits for the collector, and nothing but the trace suffers if it is away.
//!
//! Never here: what is traced. Each program says that itself.

mod collector;
mod context;
mod export;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer as _, TracerProvider,
};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, Span};
use terms::{MatchId, Share};
use tokio::runtime::{Builder, Runtime};

pub use collector::{Collector, NotACollector};
pub use context::{Parent, TRACEPARENT_BYTES};
use export::{Bounded, Tally};

/// How long the last spans of a process may take to be taken: less if the ones before were not.
const FAREWELL_SECONDS_MAX: Duration = Duration::from_secs(1);
const FAREWELL_SECONDS_MAX_FAILING: Duration = Duration::from_millis(200);

/// Why nothing can be traced.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// The collector cannot be spoken to, whether it is there or not.
    #[error(
        "traces cannot be sent to {collector}: {why}; if this system trusts no certificate authority, name a file with \
         the collector's in SSL_CERT_FILE"
    )]
    Unfit {
        /// The collector.
        collector: Collector,
        /// Why, in the library's words.
        why: ExporterBuildError,
    },
    /// No thread.
    #[error("the system gives no thread for traces")]
    Thread(#[source] std::io::Error),
}

/// What is traced, by whom, and where to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where traces go; nowhere, if nobody named a collector.
    pub collector: Option<Collector>,
    /// Which share of the matches is traced.
    pub share: Share,
    /// The program, such as `arena-worker`.
    pub program: &'static str,
    /// Which one of several it is, for people.
    pub instance: String,
    /// Its version.
    pub version: &'static str,
}

/// The traces of a process. To be closed at its end, otherwise the last of them are lost.
#[derive(Debug, Default)]
pub struct Traces(Option<Machinery>);

#[derive(Debug)]
struct Machinery {
    provider: SdkTracerProvider,
    tally: Arc<Tally>,
    runtime: Runtime,
    tracer: Tracer,
}

impl Traces {
    /// Starts to trace; does nothing if no collector is named. Nothing is connected yet.
    ///
    /// # Errors
    /// The collector can never be spoken to, or there is no thread to do so.
    pub fn start(settings: Settings) -> Result<Traces, TracesError> {
        let Settings { collector, share, program, instance, version } = settings;
        let Some(collector) = collector else { return Ok(Traces(None)) };
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(1)
            .thread_name("traces")
            .enable_all()
            .build()
            .map_err(TracesError::Thread)?;
        let tally = Arc::new(Tally::default());
        let bounded = Bounded::new(&collector, runtime.handle(), &tally)
            .map_err(|why| TracesError::Unfit { collector, why })?;
        let resource = Resource::builder()
            .with_service_name(program)
            .with_attribute(KeyValue::new("service.version", version))
            .with_attribute(KeyValue::new("service.instance.id", instance))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(bounded)
            .with_sampler(Sampler::AlwaysOn)
            .with_resource(resource)
            .build();
        let tracer = Tracer(Some(Arc::new(Pen { tracer: provider.tracer("arena"), share })));
        Ok(Traces(Some(Machinery { provider, tally, runtime, tracer })))
    }

    /// What spans are recorded with.
    pub fn tracer(&self) -> Tracer {
        self.0.as_ref().map(|machinery| machinery.tracer.clone()).unwrap_or_default()
    }

    /// Sends what is left, for about a second at most, and says what was lost. Must not be called from
    /// within a runtime.
    pub fn close(self) {
        let Some(Machinery { provider, tally, runtime, .. }) = self.0 else { return };
        let patience = if tally.is_failing() { FAREWELL_SECONDS_MAX_FAILING } else { FAREWELL_SECONDS_MAX };
        // What did not go through is counted.
        let _ = provider.shutdown_with_timeout(patience);
        let lost = tally.lost() + tally.on_their_way() as u64;
        if lost > 0 {
            tracing::warn!(
                spans = lost,
                "spans of traces were dropped, because the collector did not take them"
            );
        }
        runtime.shutdown_background();
    }
}

#[derive(Debug)]
struct Pen {
    tracer: SdkTracer,
    share: Share,
}

/// Records spans, or does nothing. Copied freely.
#[derive(Clone, Debug, Default)]
pub struct Tracer(Option<Arc<Pen>>);

/// What is said of a span: a name and a value.
pub type Attribute = KeyValue;

/// An attribute.
pub fn attribute(name: &'static str, value: impl Into<Value>) -> Attribute {
    KeyValue::new(name, value)
}

/// A step that has ended.
#[derive(Debug)]
pub struct Step {
    /// What it was.
    pub name: &'static str,
    /// When it began.
    pub began: Instant,
    /// When it ended.
    pub ended: Instant,
    /// What is said of it.
    pub attributes: Vec<Attribute>,
    /// What went wrong, if something did.
    pub error: Option<Cow<'static, str>>,
}

impl Step {
    /// A step in which nothing went wrong.
    pub fn new(name: &'static str, (began, ended): (Instant, Instant), attributes: Vec<Attribute>) -> Step {
        Step { name, began, ended, attributes, error: None }
    }
}

impl Tracer {
    /// One that does nothing.
    pub const OFF: Tracer = Tracer(None);

    /// Whether anything is traced at all.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Whether that match is traced, if nobody else decided.
    pub fn takes(&self, id: &MatchId) -> bool {
        let Some(pen) = &self.0 else { return false };
        let [a, b, c, d, e, f, g, h, ..] = id.0.0;
        pen.share.takes(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
    }

    /// Begins a trace with a span that goes on. Nothing if nothing is traced.
    pub fn begin(&self, name: &'static str, attributes: Vec<Attribute>) -> Option<Open> {
        let pen = self.0.as_ref()?;
        let builder = SpanBuilder::from_name(name).with_kind(SpanKind::Producer).with_attributes(attributes);
        Some(Open(pen.tracer.build_with_context(builder, &Context::new())))
    }

    /// Records a step under its parent, or as a trace of its own, and what happened within it, in one go.
    pub fn record(&self, parent: Option<&Parent>, kind: SpanKind, whole: Step, within: Vec<Step>) {
        let Some(pen) = &self.0 else { return };
        let clock = Clock::now();
        let context = parent.map_or_else(Context::new, Parent::context);
        let (mut span, ended) = pen.start(whole, kind, &clock, &context);
        let inner = Context::new().with_remote_span_context(span.span_context().clone());
        for step in within {
            let (mut span, ended) = pen.start(step, SpanKind::Internal, &clock, &inner);
            span.end_with_timestamp(ended);
        }
        span.end_with_timestamp(ended);
    }
}

pub use opentelemetry::trace::SpanKind as Kind;

impl Pen {
    fn start(&self, step: Step, kind: SpanKind, clock: &Clock, context: &Context) -> (Span, SystemTime) {
        let Step { name, began, ended, attributes, error } = step;
        let builder = SpanBuilder::from_name(name)
            .with_kind(kind)
            .with_start_time(clock.at(began))
            .with_attributes(attributes);
        let mut span = self.tracer.build_with_context(builder, context);
        if let Some(error) = error {
            span.set_status(Status::error(error));
        }
        (span, clock.at(ended))
    }
}

/// A span that goes on. Ends when it is dropped.
#[derive(Debug)]
pub struct Open(Span);

impl Open {
    /// The span as the parent of others.
    pub fn parent(&self) -> Parent {
        Parent::of(self.0.span_context())
    }

    /// Ends it, with more to be said of it and what went wrong, if something did.
    pub fn end(mut self, attributes: Vec<Attribute>, error: Option<Cow<'static, str>>) {
        self.0.set_attributes(attributes);
        if let Some(error) = error {
            self.0.set_status(Status::error(error));
        }
        self.0.end();
    }
}

/// What time it was at an instant. Read once for steps that belong together: what lies between them is
/// right, even if somebody sets the clock.
struct Clock {
    time: SystemTime,
    instant: Instant,
}

impl Clock {
    fn now() -> Clock {
        Clock { time: SystemTime::now(), instant: Instant::now() }
    }

    fn at(&self, instant: Instant) -> SystemTime {
        let ago = self.instant.saturating_duration_since(instant);
        self.time.checked_sub(ago).unwrap_or(self.time)
    }
}
