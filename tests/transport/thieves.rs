//! What whoever has stolen a token, and perhaps a certificate, does as a worker: it takes matches and
//! says of each that it came to nothing.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use arena_tests::bin;
use rpc::v1;
use rpc::v1::cluster_client::ClusterClient;
use terms::{Digest, Runtime};
use tokio::task::JoinSet;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

use super::papers::{Papers, TOKEN};

/// Matches that each pretends to play at once.
const SLOTS: u32 = 4;
/// Between two calls.
const PAUSE: Duration = Duration::from_millis(20);
/// The number of the next thief.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// Thieves, each of whom pretends to be a worker.
pub(crate) struct Gang {
    runtime: tokio::runtime::Runtime,
    members: Vec<Member>,
    /// What those were told who were not let in.
    pub(crate) refusals: Vec<String>,
}

struct Member {
    client: ClusterClient<Channel>,
    request: v1::SynchronizeRequest,
    holding: Vec<v1::Assignment>,
}

impl Gang {
    /// One comes from each of those addresses; with the certificate of that name where one is asked for.
    pub(crate) fn enter(
        papers: &Papers,
        port: u16,
        addresses: &[Ipv4Addr],
        certificate: Option<&str>,
    ) -> Gang {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut gang = Gang { runtime, members: Vec::new(), refusals: Vec::new() };
        for address in addresses {
            // Whoever is counted twice would not be counted at all.
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let endpoint = endpoint(papers, port, certificate).local_address(Some((*address).into()));
            let channel = gang.runtime.block_on(endpoint.connect()).unwrap();
            let client = ClusterClient::new(channel);
            let mut member = Member { client, request: introduction(number), holding: Vec::new() };
            let refusal = gang.runtime.block_on(member.call(Vec::new())).unwrap();
            if refusal.is_empty() {
                gang.members.push(member);
            } else {
                gang.refusals.push(refusal);
            }
        }
        gang
    }

    /// How many were let in.
    pub(crate) fn count(&self) -> usize {
        self.members.len()
    }

    /// Spoils whatever it gets, until nobody answers. Says how many matches that were.
    pub(crate) fn spoil(self) -> usize {
        let spoiled = Arc::new(AtomicUsize::new(0));
        self.runtime.block_on(async {
            let mut thieves = JoinSet::new();
            for mut member in self.members {
                let spoiled = spoiled.clone();
                thieves.spawn(async move {
                    loop {
                        let voids: Vec<v1::Report> = member.holding.iter().map(void).collect();
                        spoiled.fetch_add(voids.len(), Ordering::Relaxed);
                        if member.call(voids).await.is_err() {
                            return;
                        }
                        tokio::time::sleep(PAUSE).await;
                    }
                });
            }
            thieves.join_all().await;
        });
        spoiled.load(Ordering::Relaxed)
    }
}

impl Member {
    /// One call. Says why there is no work, if so.
    async fn call(&mut self, finished: Vec<v1::Report>) -> Result<String, Status> {
        let mut request = Request::new(v1::SynchronizeRequest { finished, ..self.request.clone() });
        request.metadata_mut().insert("authorization", format!("Bearer {TOKEN}").parse().unwrap());
        let answer = self.client.synchronize(request).await?.into_inner();
        self.holding = answer.wanted;
        Ok(answer.refusal)
    }
}

fn endpoint(papers: &Papers, port: u16, certificate: Option<&str>) -> Endpoint {
    let Some(name) = certificate else {
        return Endpoint::from_shared(format!("http://127.0.0.1:{port}")).unwrap();
    };
    let identity = Identity::from_pem(papers.read(name), papers.read(&format!("{name}.key")));
    let authority = Certificate::from_pem(papers.read("ca"));
    let tls = ClientTlsConfig::new().ca_certificate(authority).identity(identity);
    Endpoint::from_shared(format!("https://127.0.0.1:{port}")).unwrap().tls_config(tls).unwrap()
}

fn introduction(number: u64) -> v1::SynchronizeRequest {
    let python = std::fs::read(bin("python.wasm")).unwrap();
    v1::SynchronizeRequest {
        protocol: rpc::PROTOCOL_VERSION,
        instance: format!("{number:032x}"),
        name: format!("thief-{number}"),
        slots: SLOTS,
        state: v1::WorkerState::Ready.into(),
        runtime: Some((&Runtime::of_this_build(Digest::of(&python))).into()),
        ..Default::default()
    }
}

fn void(wanted: &v1::Assignment) -> v1::Report {
    let outcome = terms::Outcome {
        verdict: terms::Verdict::Void(terms::HostFault::ShimDied),
        faults: Vec::new(),
        ticks: 0,
        digest: Digest::NONE,
        fuel_digest: Digest::NONE,
        transcript: Digest::NONE,
        usage: terms::BySeat::default(),
        host_message: "so says a thief".to_owned(),
    };
    let id = terms::MatchId(Digest::try_from(wanted.match_id.as_slice()).unwrap());
    let attempt = terms::Attempt(wanted.attempt);
    (&terms::Report { id, attempt, outcome, record: Vec::new(), wall_micros: 1 }).into()
}
