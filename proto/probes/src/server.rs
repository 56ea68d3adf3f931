//! The server: one listener, one task.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::answers::router;
use crate::guest::{Guest, Guests};

/// How often what gRPC says is brought up to date.
const BEAT: Duration = Duration::from_secs(1);
/// Longest time that an answer may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);
/// Largest message of a health check, in bytes: a service's name.
const MESSAGE_BYTES_MAX: usize = 4 << 10;
/// Largest headers of a request, in bytes.
const HEADERS_BYTES_MAX: u32 = 16 << 10;
/// Requests that one connection may have open.
const REQUESTS_MAX: u32 = 8;
/// Pause after a connection could not be accepted: we may be short of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a program knows of itself. Asked on every probe: answers must be there at once.
pub trait Vital: Send + Sync + 'static {
    /// Whether it works.
    ///
    /// # Errors
    /// Why it does not, in one line: whoever started it should start it again.
    fn health(&self) -> Result<(), String>;

    /// Whether it is of use.
    ///
    /// # Errors
    /// Why it is not, in one line.
    fn readiness(&self) -> Result<(), String>;
}

/// A server that answers probes as long as this lives.
#[derive(Debug)]
pub struct Probes {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Probes {
    /// Listens on `address` and answers there what `vital` says, and what else `more` answers, which
    /// must not have a fallback.
    ///
    /// # Errors
    /// The address cannot be had.
    pub async fn start(address: SocketAddr, vital: Arc<dyn Vital>, more: Router) -> io::Result<Probes> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(serve(listener, vital, more));
        Ok(Probes { address, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Probes {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, vital: Arc<dyn Vital>, more: Router) {
    let (reporter, health) = tonic_health::server::health_reporter();
    report(&reporter, &*vital).await;
    let health = health.max_decoding_message_size(MESSAGE_BYTES_MAX);
    let routes = Routes::from(router(vital.clone(), more, Routes::new(health).into_axum_router()));
    let (door, guests) = mpsc::channel(1);
    let serving = Server::builder()
        .accept_http1(true)
        .timeout(ANSWER_MAX)
        .tcp_nodelay(true)
        .max_concurrent_streams(REQUESTS_MAX)
        .http2_max_header_list_size(HEADERS_BYTES_MAX)
        .http2_max_pending_accept_reset_streams(Some(REQUESTS_MAX as usize))
        .add_routes(routes)
        .serve_with_incoming(ReceiverStream::new(guests));
    tokio::select! {
        served = serving => {
            if let Err(error) = served {
                tracing::error!(error = &error as &dyn std::error::Error, "nobody answers probes any more");
            }
        }
        () = accept(&listener, &door) => {}
        () = keep_reporting(&reporter, &*vital) => {}
    }
}

/// Lets strangers in, as many as there are places for. The others are hung up on.
async fn accept(listener: &TcpListener, door: &mpsc::Sender<io::Result<Guest>>) {
    let guests = Arc::new(Guests::default());
    loop {
        match listener.accept().await {
            Ok((stream, from)) => {
                if let Some(place) = guests.admit(from.ip())
                    && door.send(Ok(Guest::new(stream, place))).await.is_err()
                {
                    return;
                }
            }
            Err(error) => {
                tracing::debug!(%error, "a probe could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn keep_reporting(reporter: &HealthReporter, vital: &dyn Vital) {
    let mut beat = tokio::time::interval(BEAT);
    loop {
        beat.tick().await;
        report(reporter, vital).await;
    }
}

async fn report(reporter: &HealthReporter, vital: &dyn Vital) {
    let status = |state: Result<(), String>| match state {
        Ok(()) => ServingStatus::Serving,
        Err(_) => ServingStatus::NotServing,
    };
    reporter.set_service_status("liveness", status(vital.health())).await;
    let ready = status(vital.readiness());
    reporter.set_service_status("readiness", ready).await;
    reporter.set_service_status("", ready).await;
}
