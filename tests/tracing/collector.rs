//! A collector of traces that speaks OTLP over gRPC, as any collector does: one that works, and others.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

/// How a collector behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Takes whatever comes.
    Takes,
    /// Takes one message and is never there again.
    DiesAfterOne,
    /// Listens, and never answers.
    NeverAnswers,
    /// Says no, at length, and what a terminal would obey.
    Insults,
}

/// A span as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The service that sent it.
    pub(crate) service: String,
    /// The span.
    pub(crate) span: Span,
}

impl Seen {
    /// What is said of it.
    pub(crate) fn says(&self, key: &str) -> Option<Value> {
        value(&self.span.attributes, key)
    }

    /// What is said of it, if that is a text.
    pub(crate) fn text(&self, key: &str) -> String {
        match self.says(key) {
            Some(Value::StringValue(text)) => text,
            other => panic!("{key} of {} is {other:?}", self.span.name),
        }
    }

    /// What is said of it, if that is a number.
    pub(crate) fn number(&self, key: &str) -> i64 {
        match self.says(key) {
            Some(Value::IntValue(number)) => number,
            other => panic!("{key} of {} is {other:?}", self.span.name),
        }
    }
}

fn value(attributes: &[KeyValue], key: &str) -> Option<Value> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    found.value.clone().and_then(|AnyValue { value }| value)
}

#[derive(Clone)]
struct Service {
    manner: Manner,
    received: Arc<Mutex<Vec<ResourceSpans>>>,
    end: CancellationToken,
}

#[tonic::async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        match self.manner {
            Manner::NeverAnswers => std::future::pending().await,
            Manner::Insults => Err(Status::internal(format!("\x1b[2Jgo away{}", "!".repeat(4_000)))),
            Manner::Takes | Manner::DiesAfterOne => {
                let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
                received.extend(request.into_inner().resource_spans);
                if self.manner == Manner::DiesAfterOne {
                    self.end.cancel();
                }
                Ok(Response::new(ExportTraceServiceResponse::default()))
            }
        }
    }
}

/// A collector that runs until it is dropped.
pub(crate) struct Collector {
    address: SocketAddr,
    received: Arc<Mutex<Vec<ResourceSpans>>>,
    end: CancellationToken,
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

impl Collector {
    pub(crate) fn start(manner: Manner) -> Collector {
        let (received, end) = (Arc::default(), CancellationToken::new());
        let service = Service { manner, received: Arc::clone(&received), end: end.clone() };
        let runtime = Runtime::new().expect("threads");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let ended = end.clone();
        let serve = move || {
            let server = Server::builder()
                .add_service(TraceServiceServer::new(service))
                .serve_with_incoming(TcpListenerStream::new(listener));
            runtime.spawn(server);
            runtime.block_on(ended.cancelled());
            // Listener, connections, and whatever is under way: all of it at once.
            runtime.shutdown_background();
        };
        std::thread::Builder::new().name("collector".to_owned()).spawn(serve).expect("a thread");
        Collector { address, received, end }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether it has ended by itself.
    pub(crate) fn is_dead(&self) -> bool {
        self.end.is_cancelled()
    }

    /// All spans that arrived, by their ids.
    pub(crate) fn spans(&self) -> BTreeMap<Vec<u8>, Seen> {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let mut spans = BTreeMap::new();
        for resource in received.iter() {
            let attributes = resource.resource.as_ref().map(|resource| resource.attributes.as_slice());
            let Some(Value::StringValue(service)) = value(attributes.unwrap_or_default(), "service.name")
            else {
                panic!("a resource without a name: {resource:?}");
            };
            for span in resource.scope_spans.iter().flat_map(|scope| &scope.spans) {
                let seen = Seen { service: service.clone(), span: span.clone() };
                let twin = spans.insert(span.span_id.clone(), seen);
                assert!(twin.is_none(), "a span came twice: {span:?}");
            }
        }
        spans
    }
}
