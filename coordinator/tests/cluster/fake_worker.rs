//! A worker that makes its results up and says exactly what a test wants it to say.

use std::net::SocketAddr;
use std::time::Duration;

use rpc::v1;
use rpc::v1::blobs_client::BlobsClient;
use rpc::v1::cluster_client::ClusterClient;
use terms::{
    Attempt, BySeat, Digest, Fault, FaultKind, HostFault, MatchId, Outcome, Report, Runtime, Scores, Seat,
    SeatUsage, Verdict,
};
use tonic::Status;
use tonic::transport::Channel;

pub(crate) struct FakeWorker {
    pub(crate) client: ClusterClient<Channel>,
    pub(crate) blobs: BlobsClient<Channel>,
    /// What it says of itself; a test may change it.
    pub(crate) request: v1::SynchronizeRequest,
}

impl FakeWorker {
    pub(crate) async fn join(address: SocketAddr, name: &str) -> FakeWorker {
        let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        let instance = Digest::of(format!("{name} {address}").as_bytes()).to_string()[..32].to_owned();
        let request = v1::SynchronizeRequest {
            protocol: rpc::PROTOCOL_VERSION,
            instance,
            name: name.to_owned(),
            slots: 2,
            state: v1::WorkerState::Ready.into(),
            runtime: Some((&crate::arena::python().runtime).into()),
            layers: vec![v1::Layer { name: "seccomp".into(), enabled: true, detail: String::new() }],
            ..v1::SynchronizeRequest::default()
        };
        FakeWorker { client: ClusterClient::new(channel.clone()), blobs: BlobsClient::new(channel), request }
    }

    /// One call that reports `finished`.
    pub(crate) async fn call(&mut self, finished: &[Report]) -> Result<v1::SynchronizeResponse, Status> {
        let finished = finished.iter().map(v1::Report::from).collect();
        let request = v1::SynchronizeRequest { finished, ..self.request.clone() };
        Ok(self.client.synchronize(request).await?.into_inner())
    }

    /// Plays whatever is wanted, each match as `play` says, until the coordinator is gone. Every
    /// report is sent `copies` times.
    pub(crate) async fn play(mut self, copies: usize, play: fn(&v1::Assignment) -> Outcome) {
        let mut finished = Vec::new();
        while let Ok(response) = self.call(&finished).await {
            finished = response.wanted.iter().map(|wanted| report(wanted, play(wanted))).collect();
            finished = finished.iter().flat_map(|report| vec![report.clone(); copies]).collect();
            if finished.is_empty() {
                tokio::time::sleep(Duration::from_millis(response.call_again_ms.into())).await;
            }
        }
    }

    pub(crate) fn with_runtime(mut self, runtime: &Runtime) -> FakeWorker {
        self.request.runtime = Some(runtime.into());
        self
    }
}

/// A worker that was silent for too long, and another one that was given its matches.
pub(crate) struct Overtaken {
    pub(crate) slow: FakeWorker,
    /// What the slow one holds.
    pub(crate) stale: Vec<v1::Assignment>,
    pub(crate) next: FakeWorker,
    /// What the other one holds, the first of those among it.
    pub(crate) fresh: Vec<v1::Assignment>,
}

impl Overtaken {
    /// Waits until it is so.
    pub(crate) async fn at(address: SocketAddr) -> Overtaken {
        let mut slow = FakeWorker::join(address, "slow").await;
        let stale = slow.call(&[]).await.unwrap().wanted;
        let mut next = FakeWorker::join(address, "next").await;
        let fresh = loop {
            let wanted = next.call(&[]).await.unwrap().wanted;
            if wanted.iter().any(|wanted| wanted.match_id == stale[0].match_id) {
                break wanted;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        Overtaken { slow, stale, next, fresh }
    }
}

pub(crate) fn report(wanted: &v1::Assignment, outcome: Outcome) -> Report {
    let id = MatchId(Digest::try_from(wanted.match_id.as_slice()).unwrap());
    Report { id, attempt: Attempt(wanted.attempt), outcome, record: b"record".to_vec(), wall_micros: 5_000 }
}

/// An outcome that depends on the match and on nothing else.
pub(crate) fn honest(wanted: &v1::Assignment) -> Outcome {
    let dice = wanted.match_id[0];
    let (verdict, faults) = match dice % 4 {
        0 => (Verdict::Played(Scores::win(Seat::Zero)), Vec::new()),
        1 => (Verdict::Played(Scores::win(Seat::One)), Vec::new()),
        2 => (Verdict::Played(Scores::DRAW), Vec::new()),
        _ => (Verdict::Forfeit(BySeat([true, false])), vec![out_of_fuel()]),
    };
    let usage = SeatUsage { load_fuel: dice.into(), ..SeatUsage::default() };
    Outcome {
        verdict,
        faults,
        ticks: u32::from(dice),
        digest: Digest::of(&wanted.match_id),
        fuel_digest: Digest::of(b"fuel"),
        transcript: Digest::of(b"address"),
        usage: BySeat([usage.clone(), usage]),
        host_message: String::new(),
    }
}

fn out_of_fuel() -> Fault {
    let (message, traceback) = ("used all of its fuel".to_owned(), String::new());
    Fault { seat: Seat::Zero, kind: FaultKind::OutOfFuel, tick: 17, message, traceback }
}

/// Every match ends void.
pub(crate) fn broken(wanted: &v1::Assignment) -> Outcome {
    let verdict = Verdict::Void(HostFault::SpawnFailed);
    Outcome { verdict, faults: Vec::new(), host_message: "no process".to_owned(), ..honest(wanted) }
}
