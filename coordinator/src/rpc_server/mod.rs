//! The coordinator's side of `arena.v1`: bytes in, checked calls out.
//!
//! Everything that arrives is a stranger's: it is bounded and checked here, before the driver sees
//! it. Never here: a decision. Transport codes appear in this module and nowhere else.
//!
//! ```text
//! incoming   connections, as many as the door lets in     ◄── workers, strangers
//!    │ TLS, HTTP/2
//! gate       the join token, from the headers
//!    │ receive: one message, if the budget has room for it
//! cluster, blobs, health, reflection                       ──► driver
//! ```

mod blobs;
mod budget;
mod cluster;
mod door;
mod gate;
mod incoming;
mod receive;
mod request;

use std::sync::Arc;
use std::time::Duration;

use rpc::v1;
use rpc::v1::blobs_server::BlobsServer;
use rpc::v1::cluster_server::ClusterServer;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::metadata::MetadataValue;
use tonic::service::Routes;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};

use crate::blobs::BlobStore;
use crate::call::Call;
use crate::config::{Access, Tls};
use crate::descriptors;
use crate::metrics::Metrics;
use blobs::BlobService;
use budget::Budget;
use cluster::ClusterService;
use door::Door;
use gate::Gate;

/// Calls that may wait for the driver; more are told that we are busy.
pub const INBOX_CALLS_MAX: usize = 1_024;
/// How often an idle connection is asked whether it is still there.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);
/// How long it may take to say so.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take to agree on TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Calls that one connection may have open.
const CALLS_PER_CONNECTION_MAX: u32 = 32;
/// What may arrive on one call and on one connection before somebody looks at it, in bytes.
const CALL_WINDOW_BYTES: u32 = 256 << 10;
const CONNECTION_WINDOW_BYTES: u32 = 512 << 10;
/// Longest headers of a call, in bytes.
const HEADERS_BYTES_MAX: u32 = 8 << 10;
/// Longest time that a call may take to be answered.
const CALL_TIMEOUT: Duration = Duration::from_secs(180);
/// When whoever came at a busy moment should call again, in milliseconds.
const PUSHBACK_MS: u64 = 500;
/// How often connections are looked at whose time may be over.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// How long connections may take to close; some never do by themselves.
const CLOSE_GRACE: Duration = Duration::from_millis(300);

/// What the server needs to answer.
#[derive(Debug)]
pub struct Services {
    /// Where calls go. At most [`INBOX_CALLS_MAX`] of them wait there.
    pub inbox: mpsc::Sender<Call>,
    /// What every answer says of the tournament.
    pub tournament: v1::Tournament,
    /// What workers may fetch.
    pub blobs: Arc<BlobStore>,
    /// Where calls are measured.
    pub metrics: Metrics,
}

/// An address that workers call, and what they have to show there.
#[derive(Debug)]
pub struct Entrance {
    /// The address.
    pub listener: TcpListener,
    /// What is asked for.
    pub access: Access,
}

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    stop: CancellationToken,
    /// Cancelled when the server is not running any more.
    pub stopped: CancellationToken,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves at those entrances.
    pub fn start(entrances: Vec<Entrance>, services: Services) -> Server {
        let (stop, stopped) = (CancellationToken::new(), CancellationToken::new());
        let guard = stopped.clone().drop_guard();
        let serving = serve(entrances, services, stop.clone());
        let task = tokio::spawn(async move {
            let _guard = guard;
            if let Err(error) = serving.await {
                tracing::error!(error = &error as &dyn std::error::Error, "the server for workers failed");
            }
        });
        Server { stop, stopped, task }
    }

    /// Closes the connections, the idle ones politely.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if tokio::time::timeout(CLOSE_GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

async fn serve(
    entrances: Vec<Entrance>,
    services: Services,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    let budget = Budget::new();
    let metrics = services.metrics.clone();
    let routes = routes(services, &budget).await;
    let files_max = descriptors::allowed();
    let mut serving = JoinSet::new();
    for Entrance { listener, access } in entrances {
        // Whoever crowds one entrance leaves the others alone.
        let door = Door::new(files_max);
        let token = access.token.as_ref().map(rpc::JoinToken::digest);
        let gate = Gate::new(routes.clone(), token, budget.clone(), metrics.clone());
        let incoming = incoming::incoming(listener, door.clone(), stop.clone());
        let server = builder(access.tls.as_ref())?;
        let until = stop.clone().cancelled_owned();
        serving.spawn(async move { server.serve_with_incoming_shutdown(gate, incoming, until).await });
        serving.spawn(sweep(door, stop.clone()));
    }
    while let Some(ended) = serving.join_next().await {
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
    }
    Ok(())
}

async fn sweep(door: Arc<Door>, stop: CancellationToken) -> Result<(), tonic::transport::Error> {
    while stop.run_until_cancelled(tokio::time::sleep(SWEEP_INTERVAL)).await.is_some() {
        door.sweep();
    }
    Ok(())
}

async fn routes(services: Services, budget: &Arc<Budget>) -> Routes {
    let Services { inbox, tournament, blobs, metrics } = services;
    let cluster = ClusterServer::new(ClusterService::new(inbox, tournament, metrics.clone()))
        .max_decoding_message_size(rpc::MESSAGE_BYTES_MAX)
        .max_encoding_message_size(rpc::MESSAGE_BYTES_MAX);
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<ClusterServer<ClusterService>>().await;
    let routes = Routes::new(cluster)
        .add_service(BlobsServer::new(BlobService::new(blobs, budget.clone(), metrics)))
        .add_service(health_service);
    match reflection() {
        Some(reflection) => routes.add_service(reflection),
        None => routes,
    }
    .prepare()
}

fn builder(tls: Option<&Tls>) -> Result<tonic::transport::Server, tonic::transport::Error> {
    let server = tonic::transport::Server::builder()
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .http2_max_header_list_size(HEADERS_BYTES_MAX)
        .max_concurrent_streams(CALLS_PER_CONNECTION_MAX)
        .initial_stream_window_size(CALL_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .timeout(CALL_TIMEOUT);
    let Some(Tls { identity, client_authorities }) = tls else { return Ok(server) };
    let config = ServerTlsConfig::new()
        .identity(Identity::from_pem(&identity.certificate, &identity.key))
        .timeout(HANDSHAKE_TIMEOUT);
    server.tls_config(match client_authorities {
        Some(pem) => config.client_ca_root(Certificate::from_pem(pem)),
        None => config,
    })
}

/// Come back later: what whoever comes at a bad moment is told.
fn busy() -> Status {
    let mut status = Status::resource_exhausted("the coordinator is busy; call again");
    status.metadata_mut().insert(rpc::PUSHBACK_KEY, MetadataValue::from(PUSHBACK_MS));
    status
}

/// Lets `grpcurl` and its like list what there is. A convenience: without it, everything works.
fn reflection() -> Option<
    tonic_reflection::server::v1::ServerReflectionServer<impl tonic_reflection::server::v1::ServerReflection>,
> {
    let built = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(rpc::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1();
    built.inspect_err(|error| tracing::warn!(%error, "no reflection service")).ok()
}
