//! What a coordinator promises when callers are not what they should be.

use rpc::v1;
use terms::{Attempt, Bundle, Digest, Runtime};
use tonic::Code;

use crate::arena::{Arena, python};
use crate::fake_worker::{FakeWorker, honest, report};

const BOTS: [&str; 2] = ["ann", "bob"];

#[tokio::test]
async fn a_worker_with_another_runtime_is_told_why_and_gets_no_work() {
    let arena = Arena::new(&BOTS, 1);
    let running = arena.open(false).await;
    let other = Runtime { wasmtime: "1.2.3".to_owned(), ..python().runtime };
    let mut stranger = FakeWorker::join(running.address, "stranger").await.with_runtime(&other);
    let answer = stranger.call(&[]).await.unwrap();
    assert_eq!(answer.wanted, []);
    assert!(answer.refusal.contains("wasmtime is 1.2.3"), "{}", answer.refusal);

    // Its results count for nothing either.
    let mut honest_worker = FakeWorker::join(running.address, "w").await;
    let wanted = honest_worker.call(&[]).await.unwrap().wanted;
    let forged: Vec<_> = wanted.iter().map(|wanted| report(wanted, honest(wanted))).collect();
    let answer = stranger.call(&forged).await.unwrap();
    assert_eq!(answer.settled.len(), forged.len());
    tokio::spawn(honest_worker.play(1, honest));
    assert!(running.results().await.matches.iter().all(|result| result.worker == "w"));
}

#[tokio::test]
async fn a_worker_of_another_version_is_told_so() {
    let arena = Arena::new(&BOTS, 1);
    let running = arena.open(false).await;
    let mut worker = FakeWorker::join(running.address, "old").await;
    worker.request.protocol = 999;
    let answer = worker.call(&[]).await.unwrap();
    assert!(answer.refusal.contains("protocol 999"), "{}", answer.refusal);
    assert_eq!(answer.wanted, []);
}

#[tokio::test]
async fn nonsense_is_refused_and_hurts_nobody() {
    let arena = Arena::new(&BOTS, 1);
    let running = arena.open(false).await;
    let mut worker = FakeWorker::join(running.address, "w").await;
    let good = worker.request.clone();
    for spoiled in [
        v1::SynchronizeRequest { instance: "short".to_owned(), ..good.clone() },
        v1::SynchronizeRequest { name: "n".repeat(100_000), ..good.clone() },
        v1::SynchronizeRequest { state: 42, ..good.clone() },
        v1::SynchronizeRequest { holding: vec![v1::Holding::default()], ..good.clone() },
        v1::SynchronizeRequest { layers: vec![v1::Layer::default(); 1_000], ..good.clone() },
    ] {
        worker.request = spoiled;
        assert_eq!(worker.call(&[]).await.unwrap_err().code(), Code::InvalidArgument);
    }
    worker.request = good;
    let wanted = worker.call(&[]).await.unwrap().wanted;
    // Matches that do not exist, attempts that were never given, a claim to hold everything.
    let unknown = v1::Assignment { match_id: vec![9; 32], ..wanted[0].clone() };
    let mut never_given = report(&wanted[0], honest(&wanted[0]));
    never_given.attempt = Attempt(77);
    worker.request.holding =
        vec![v1::Holding { match_id: vec![8; 32], attempt: 3, ticks: u32::MAX }; rpc::HOLDING_MAX];
    let answer = worker.call(&[report(&unknown, honest(&unknown)), never_given]).await.unwrap();
    assert_eq!(answer.settled.len(), 2);
    worker.request.holding.clear();
    tokio::spawn(worker.play(1, honest));
    let results = running.results().await;
    assert_eq!(results.matches.len(), 2);
    assert!(results.matches.iter().all(|result| result.attempt == Attempt::FIRST));
}

#[tokio::test]
async fn blobs_are_given_by_digest_in_bounded_chunks() {
    let arena = Arena::new(&BOTS, 1);
    let running = arena.open(false).await;
    let mut worker = FakeWorker::join(running.address, "w").await;
    for blob in [python().bytes, Bundle::of_source(b"ann".to_vec()).encode()] {
        let request = v1::FetchRequest { digest: Digest::of(&blob).0.to_vec() };
        let mut chunks = worker.blobs.fetch(request).await.unwrap().into_inner();
        let mut fetched = Vec::new();
        while let Some(response) = chunks.message().await.unwrap() {
            assert!(response.chunk.len() <= rpc::CHUNK_BYTES_MAX);
            fetched.extend(response.chunk);
        }
        assert_eq!(fetched, blob);
    }
    for (digest, code) in [(vec![1; 32], Code::NotFound), (vec![1; 3], Code::InvalidArgument)] {
        let refused = worker.blobs.fetch(v1::FetchRequest { digest }).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
}
