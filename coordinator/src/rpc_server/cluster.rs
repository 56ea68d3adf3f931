//! `Cluster.Synchronize`: hands the checked call to the driver and waits for its reply.

use std::net::IpAddr;
use std::time::Duration;

use rpc::v1;
use rpc::v1::cluster_server::Cluster;
use terms::{BySeat, Digest};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tonic::transport::server::TlsConnectInfo;
use tonic::{Request, Response, Status};

use super::busy;
use super::gate::Room;
use super::incoming::Visitor;
use super::request::read_picture;
use crate::call::{Call, Reply};
use crate::caller::Caller;
use crate::metrics::Metrics;

/// When a worker that we cannot understand should try again: somebody may restart one of us.
const CALL_AGAIN_AFTER_REFUSAL: Duration = Duration::from_secs(10);

/// Answers calls with what the driver says.
pub(super) struct ClusterService {
    inbox: mpsc::Sender<Call>,
    tournament: v1::Tournament,
    metrics: Metrics,
}

impl ClusterService {
    pub(super) fn new(
        inbox: mpsc::Sender<Call>,
        tournament: v1::Tournament,
        metrics: Metrics,
    ) -> ClusterService {
        ClusterService { inbox, tournament, metrics }
    }

    async fn ask(
        &self,
        request: v1::SynchronizeRequest,
        (peer, caller): (IpAddr, Caller),
        room: Option<Room>,
    ) -> Result<Reply, Status> {
        let picture = read_picture(request, peer)
            .map_err(|bad| Status::invalid_argument(format!("bad request: {bad}")))?;
        let (reply, answered) = oneshot::channel();
        let room = room.and_then(|room| room.take()).map(|held| Box::new(held) as _);
        self.inbox.try_send(Call { picture, caller, reply, room }).map_err(|refused| match refused {
            TrySendError::Full(_) => busy(),
            TrySendError::Closed(_) => Status::unavailable("the coordinator is stopping"),
        })?;
        answered.await.map_err(|_| Status::unavailable("the coordinator did not answer; call again"))
    }
}

#[tonic::async_trait]
impl Cluster for ClusterService {
    async fn synchronize(
        &self,
        request: Request<v1::SynchronizeRequest>,
    ) -> Result<Response<v1::SynchronizeResponse>, Status> {
        let _answering = self.metrics.answering();
        let room = request.extensions().get::<Room>().cloned();
        let visitor = request.extensions().get::<Visitor>();
        let peer = visitor.ok_or_else(|| Status::internal("a call without a connection"))?.address;
        let caller = caller(&request)?;
        let request = request.into_inner();
        let reply = match other_protocol(request.protocol) {
            Some(refusal) => {
                Reply { refusal: Some(refusal), call_again: CALL_AGAIN_AFTER_REFUSAL, ..Reply::default() }
            }
            None => self.ask(request, (peer, caller), room).await?,
        };
        Ok(Response::new(write_reply(reply, self.tournament.clone())))
    }
}

/// Who is at the other end of the connection.
fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    let visitor = request.extensions().get::<Visitor>();
    let visitor = visitor.ok_or_else(|| Status::internal("a call without a connection"))?;
    let shown = request.extensions().get::<TlsConnectInfo<Visitor>>().and_then(TlsConnectInfo::peer_certs);
    let certificate = shown.as_ref().and_then(|chain| chain.first());
    Ok(Caller { origin: visitor.ticket.origin, certificate: certificate.map(|own| Digest::of(own)) })
}

fn other_protocol(theirs: u32) -> Option<String> {
    let ours = rpc::PROTOCOL_VERSION;
    let text = || {
        format!(
            "the worker speaks protocol {theirs}, the coordinator {ours}: use the same version of arena for both"
        )
    };
    (theirs != ours).then(text)
}

fn write_reply(reply: Reply, tournament: v1::Tournament) -> v1::SynchronizeResponse {
    let wanted = reply.wanted.into_iter().map(|wanted| {
        let BySeat([zero, one]) = wanted.bots;
        v1::Assignment {
            match_id: bytes(&wanted.id.0),
            attempt: wanted.attempt.0,
            seed: wanted.seed.0,
            bot_zero: bytes(&zero),
            bot_one: bytes(&one),
            traceparent: wanted.traceparent.map(String::from).unwrap_or_default(),
        }
    });
    let settled = reply.settled.into_iter();
    v1::SynchronizeResponse {
        protocol: rpc::PROTOCOL_VERSION,
        refusal: reply.refusal.unwrap_or_default(),
        tournament: Some(tournament),
        wanted: wanted.collect(),
        settled: settled
            .map(|(id, attempt)| v1::Settled { match_id: bytes(&id.0), attempt: attempt.0 })
            .collect(),
        call_again_ms: u32::try_from(reply.call_again.as_millis()).unwrap_or(u32::MAX),
    }
}

fn bytes(digest: &Digest) -> Vec<u8> {
    digest.0.to_vec()
}
