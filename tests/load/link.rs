//! A connection of a worker's own, from an address of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rpc::v1;
use rpc::v1::blobs_client::BlobsClient;
use rpc::v1::cluster_client::ClusterClient;
use tokio::net::{TcpSocket, TcpStream};
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

/// How long connecting, and one call, may take: as for a real worker.
pub(crate) const CALL_SECONDS_MAX: Duration = Duration::from_secs(10);

/// Workers that share an address, as if they were processes on one machine.
const WORKERS_PER_ADDRESS: u32 = 20;

/// How to reach the coordinator.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) coordinator: SocketAddr,
}

/// A connection.
pub(crate) struct Link {
    cluster: ClusterClient<Channel>,
    blobs: BlobsClient<Channel>,
}

impl Line {
    /// Connects as the worker of that number.
    pub(crate) async fn connect(&self, number: u32) -> Result<Link, Status> {
        let failed = |error: tonic::transport::Error| {
            let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            Status::unavailable(format!("cannot connect: {error} {source}"))
        };
        let endpoint = Endpoint::from_shared(format!("http://{}", self.coordinator)).map_err(failed)?;
        let endpoint = endpoint.connect_timeout(CALL_SECONDS_MAX).local_address(Some(address(number)));
        let channel = endpoint.connect().await.map_err(failed)?;
        let cluster = ClusterClient::new(channel.clone())
            .max_decoding_message_size(rpc::MESSAGE_BYTES_MAX)
            .max_encoding_message_size(2 * rpc::MESSAGE_BYTES_MAX);
        Ok(Link { cluster, blobs: BlobsClient::new(channel) })
    }
}

impl Line {
    /// Connects, and leaves what is said to the caller.
    pub(crate) async fn connect_raw(&self, number: u32) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(address(number), 0))?;
        tokio::time::timeout(CALL_SECONDS_MAX, socket.connect(self.coordinator)).await?
    }
}

impl Link {
    /// One call.
    pub(crate) async fn synchronize(
        &mut self,
        request: v1::SynchronizeRequest,
    ) -> Result<v1::SynchronizeResponse, Status> {
        let answer = tokio::time::timeout(CALL_SECONDS_MAX, self.cluster.synchronize(request)).await;
        let late = |_| Status::deadline_exceeded(format!("no answer within {CALL_SECONDS_MAX:?}"));
        Ok(answer.map_err(late)??.into_inner())
    }

    /// A blob's bytes.
    pub(crate) async fn fetch(&mut self, digest: Vec<u8>) -> Result<Vec<u8>, Status> {
        let mut chunks = self.blobs.fetch(v1::FetchRequest { digest }).await?.into_inner();
        let mut bytes = Vec::new();
        while let Some(response) = chunks.message().await? {
            bytes.extend(response.chunk);
        }
        Ok(bytes)
    }
}

/// One of the loopback's sixteen million addresses.
fn address(number: u32) -> IpAddr {
    let host = number / WORKERS_PER_ADDRESS;
    let [_, _, high, low] = (host + 2).to_be_bytes();
    Ipv4Addr::new(127, 1, high, low).into()
}
