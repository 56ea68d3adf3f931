//! A worker that does not tell the truth, or is not told it: a real one, behind a proxy that changes
//! its reports and what it is answered.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rpc::v1;
use rpc::v1::blobs_client::BlobsClient;
use rpc::v1::blobs_server::{Blobs, BlobsServer};
use rpc::v1::cluster_client::ClusterClient;
use rpc::v1::cluster_server::{Cluster, ClusterServer};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::codec::Streaming;
use tonic::transport::{Channel, Server};
use tonic::{Request, Response, Status};

/// Changes a report; the number counts all reports that pass through.
pub(crate) type Bend = fn(&mut v1::Report, u64);
/// Changes what the worker is told.
pub(crate) type Twist = fn(&mut v1::SynchronizeResponse);

#[derive(Clone)]
struct Proxy {
    upstream: Channel,
    bend: Bend,
    twist: Twist,
    reports: Arc<Mutex<u64>>,
}

/// Stands between a worker and the coordinator at `upstream`. Returns where the worker must call;
/// lives as long as the runtime.
pub(crate) async fn stand_between(upstream: SocketAddr, bend: Bend, twist: Twist) -> SocketAddr {
    let channel = Channel::from_shared(format!("http://{upstream}")).expect("an address is a URL");
    let proxy = Proxy { upstream: channel.connect_lazy(), bend, twist, reports: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = listener.local_addr().expect("it is bound");
    let server = Server::builder()
        .add_service(ClusterServer::new(proxy.clone()).max_decoding_message_size(usize::MAX))
        .add_service(BlobsServer::new(proxy));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    address
}

#[tonic::async_trait]
impl Cluster for Proxy {
    async fn synchronize(
        &self,
        request: Request<v1::SynchronizeRequest>,
    ) -> Result<Response<v1::SynchronizeResponse>, Status> {
        let mut request = request.into_inner();
        for report in &mut request.finished {
            let number = {
                let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
                *reports += 1;
                *reports
            };
            (self.bend)(report, number);
        }
        let client = ClusterClient::new(self.upstream.clone());
        let mut answer = client.max_decoding_message_size(usize::MAX).synchronize(request).await?;
        (self.twist)(answer.get_mut());
        Ok(answer)
    }
}

#[tonic::async_trait]
impl Blobs for Proxy {
    type FetchStream = Streaming<v1::FetchResponse>;

    async fn fetch(&self, request: Request<v1::FetchRequest>) -> Result<Response<Self::FetchStream>, Status> {
        let client = BlobsClient::new(self.upstream.clone());
        client.max_decoding_message_size(usize::MAX).fetch(request.into_inner()).await
    }
}
