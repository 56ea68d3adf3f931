//! The coordinator's side of `arena.v1`: bytes in, checked calls out.
//!
//! Everything that arrives is a stranger's: it is bounded and checked here, before the driver sees
//! it. Never here: a decision. Transport codes appear in this module and nowhere else.

mod blobs;
mod cluster;
mod request;

use std::sync::Arc;
use std::time::Duration;

use rpc::v1;
use rpc::v1::blobs_server::BlobsServer;
use rpc::v1::cluster_server::ClusterServer;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;

use crate::blobs::BlobStore;
use crate::call::Call;
use blobs::BlobService;
use cluster::ClusterService;

/// Calls that may wait for the driver; more are told that we are busy.
pub const INBOX_CALLS_MAX: usize = 1_024;
/// How often an idle connection is asked whether it is still there.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(20);
/// How long it may take to say so.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Calls that one connection may have open.
const CALLS_PER_CONNECTION_MAX: usize = 64;
/// Longest time that a call may take to be answered.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);

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
    /// Serves on that listener.
    pub fn start(listener: TcpListener, services: Services) -> Server {
        let (stop, stopped) = (CancellationToken::new(), CancellationToken::new());
        let guard = stopped.clone().drop_guard();
        let serving = serve(listener, services, stop.clone());
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
    listener: TcpListener,
    services: Services,
    stop: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    let Services { inbox, tournament, blobs } = services;
    let cluster = ClusterServer::new(ClusterService::new(inbox, tournament))
        .max_decoding_message_size(rpc::MESSAGE_BYTES_MAX)
        .max_encoding_message_size(rpc::MESSAGE_BYTES_MAX);
    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<ClusterServer<ClusterService>>().await;
    tonic::transport::Server::builder()
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .tcp_nodelay(true)
        .concurrency_limit_per_connection(CALLS_PER_CONNECTION_MAX)
        .timeout(CALL_TIMEOUT)
        .add_service(cluster)
        .add_service(BlobsServer::new(BlobService::new(blobs)))
        .add_service(health_service)
        .add_optional_service(reflection())
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop.cancelled())
        .await
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
