//! What a coordinator promises to organisers and operators, kept over the real protocol.

use coordinator::engine::Ending;

use crate::arena::{Arena, Over, comparable};
use crate::fake_worker::{FakeWorker, Overtaken, broken, honest, report};

const BOTS: [&str; 4] = ["ann", "bob", "cleo", "dan"];

/// The results of a tournament that nothing disturbed.
async fn undisturbed(rounds: u32) -> serde_json::Value {
    let arena = Arena::new(&BOTS, rounds);
    let running = arena.open(false).await;
    let worker = FakeWorker::join(running.address, "w1").await;
    tokio::join!(worker.play(1, honest), async { comparable(&running.results().await) }).1
}

#[tokio::test]
async fn every_match_is_played_once_and_the_number_of_workers_does_not_matter() {
    let arena = Arena::new(&BOTS, 5);
    let running = arena.open(false).await;
    for name in ["w1", "w2", "w3"] {
        tokio::spawn(FakeWorker::join(running.address, name).await.play(1, honest));
    }
    let results = running.results().await;
    assert_eq!(results.matches.len(), 4 * 3 * 5);
    assert_eq!(results.void, 0);
    assert_eq!(results.workers.iter().map(|worker| worker.matches).sum::<u64>(), 60);
    assert!(results.workers.iter().all(|worker| worker.layers == ["seccomp"]));
    assert_eq!(comparable(&results), undisturbed(5).await);
}

#[tokio::test]
async fn a_report_that_comes_twice_counts_once() {
    let arena = Arena::new(&BOTS, 2);
    let running = arena.open(false).await;
    tokio::spawn(FakeWorker::join(running.address, "w1").await.play(3, honest));
    assert_eq!(comparable(&running.results().await), undisturbed(2).await);
}

#[tokio::test]
async fn a_worker_that_vanishes_costs_an_attempt_and_nothing_else() {
    let arena = Arena::new(&BOTS, 1);
    let running = arena.open(true).await;
    let mut vanishing = FakeWorker::join(running.address, "vanishing").await;
    let held = vanishing.call(&[]).await.unwrap().wanted;
    assert!(!held.is_empty());
    drop(vanishing);
    tokio::spawn(FakeWorker::join(running.address, "w2").await.play(1, honest));
    let results = running.results().await;
    let second_tries = results.matches.iter().filter(|result| result.attempt.0 == 2).count();
    assert_eq!(second_tries, held.len());
    assert!(results.matches.iter().all(|result| result.worker == "w2"));
    assert_eq!(comparable(&results), undisturbed(1).await);
}

#[tokio::test]
async fn a_report_of_an_attempt_that_someone_else_has_is_dropped() {
    let arena = Arena::new(&["ann", "bob"], 1);
    let running = arena.open(true).await;
    let Overtaken { mut slow, stale, mut next, fresh } = Overtaken::at(running.address).await;
    assert_eq!(fresh.len(), stale.len());
    let late: Vec<_> = stale.iter().map(|wanted| report(wanted, honest(wanted))).collect();
    let answer = slow.call(&late).await.unwrap();
    assert_eq!(answer.settled.len(), late.len(), "the slow worker may forget them");
    let good: Vec<_> = fresh.iter().map(|wanted| report(wanted, honest(wanted))).collect();
    next.call(&good).await.unwrap();
    let results = running.results().await;
    assert!(results.matches.iter().all(|result| result.worker == "next" && result.attempt.0 == 2));
}

#[tokio::test]
async fn an_interrupted_tournament_goes_on_where_it_stopped() {
    let arena = Arena::new(&BOTS, 3);
    let running = arena.open(false).await;
    let mut worker = FakeWorker::join(running.address, "w1").await;
    let wanted = worker.call(&[]).await.unwrap().wanted;
    let reports: Vec<_> = wanted.iter().map(|wanted| report(wanted, honest(wanted))).collect();
    let answer = worker.call(&reports).await.unwrap();
    assert_eq!(answer.settled.len(), reports.len());
    running.interrupt.send(()).await.unwrap();
    // What it was given meanwhile has not begun, so it is not wanted any more.
    assert_eq!(worker.call(&[]).await.unwrap().wanted, []);
    let Over { finale, stage, .. } = running.over().await;
    assert_eq!(finale.unwrap().ending, Ending::Drained);
    drop(stage);

    let running = arena.open(false).await;
    tokio::spawn(FakeWorker::join(running.address, "w2").await.play(1, honest));
    let results = running.results().await;
    assert_eq!(results.matches.iter().filter(|result| result.cached).count(), reports.len());
    assert!(results.matches.iter().all(|result| result.cached == (result.worker == "w1")));
    assert_eq!(comparable(&results), undisturbed(3).await);
}

#[tokio::test]
async fn a_second_interrupt_stops_at_once() {
    let arena = Arena::new(&BOTS, 1);
    let running = arena.open(false).await;
    let mut worker = FakeWorker::join(running.address, "w1").await;
    let wanted = worker.call(&[]).await.unwrap().wanted;
    worker.request.holding = wanted
        .iter()
        .map(|wanted| rpc::v1::Holding { match_id: wanted.match_id.clone(), attempt: 1, ticks: 5 })
        .collect();
    worker.call(&[]).await.unwrap();
    running.interrupt.send(()).await.unwrap();
    running.interrupt.send(()).await.unwrap();
    assert_eq!(running.over().await.finale.unwrap().ending, Ending::Drained);
}

#[tokio::test]
async fn matches_that_stay_void_are_listed_and_played_again_by_the_next_run() {
    let arena = Arena::new(&BOTS, 1);
    let running = arena.open(false).await;
    tokio::spawn(FakeWorker::join(running.address, "broken").await.play(1, broken));
    let results = running.results().await;
    assert_eq!(results.void, 12);
    assert!(results.matches.iter().all(|result| result.attempt.0 == 3));
    assert!(results.matches.iter().all(|result| result.outcome.host_message == "no process"));

    let running = arena.open(false).await;
    tokio::spawn(FakeWorker::join(running.address, "w2").await.play(1, honest));
    let results = running.results().await;
    assert_eq!(results.void, 0);
    assert_eq!(comparable(&results), undisturbed(1).await);
}

#[tokio::test]
async fn one_broken_worker_voids_nothing_as_long_as_there_is_another() {
    let arena = Arena::new(&BOTS, 4);
    let running = arena.open(false).await;
    for (name, play) in [("broken", broken as fn(&_) -> _), ("w2", honest)] {
        tokio::spawn(FakeWorker::join(running.address, name).await.play(1, play));
    }
    let results = running.results().await;
    assert_eq!(results.void, 0);
    assert_eq!(comparable(&results), undisturbed(4).await);
}
