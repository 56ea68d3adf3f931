//! Workers that lie or err are found, refused and corrected, over the real protocol; honest ones
//! never are.

use std::sync::atomic::{AtomicU32, Ordering};

use coordinator::driver::Finale;
use coordinator::engine::Ending;
use coordinator::results::Results;
use coordinator::store::Store;
use rpc::v1;
use terms::{Outcome, Scores, Seat, Verdict};

use crate::arena::{Arena, Over, Running, comparable};
use crate::fake_worker::{FakeWorker, Overtaken, honest, report};

const BOTS: [&str; 4] = ["ann", "bob", "cleo", "dan"];

type Play = fn(&v1::Assignment) -> Outcome;

/// Turns one result in four round, always the same ones, and keeps the digest.
fn lying(wanted: &v1::Assignment) -> Outcome {
    let outcome = honest(wanted);
    if !wanted.match_id[1].is_multiple_of(4) {
        return outcome;
    }
    let verdict = match outcome.verdict {
        Verdict::Played(scores) if scores == Scores::win(Seat::Zero) => Verdict::Played(scores.swapped()),
        _ => Verdict::Played(Scores::win(Seat::Zero)),
    };
    Outcome { verdict, ..outcome }
}

/// Miscounts fuel in one report of six.
fn flaky(wanted: &v1::Assignment) -> Outcome {
    static REPORTS: AtomicU32 = AtomicU32::new(0);
    let number = REPORTS.fetch_add(1, Ordering::Relaxed);
    let mut outcome = honest(wanted);
    outcome.usage[Seat::One].turns_fuel += if number % 6 == 5 { u64::from(number) } else { 0 };
    outcome
}

/// Every result is wrong.
fn wrong(wanted: &v1::Assignment) -> Outcome {
    Outcome { ticks: 7_777, ..honest(wanted) }
}

/// A tournament in which every result is checked.
fn audited(bots: &[&str], rounds: u32) -> Arena {
    let mut arena = Arena::new(bots, rounds);
    arena.config.audit_per_million = 1_000_000;
    arena
}

/// The document without what only one run has to tell.
fn lasting(results: &Results) -> serde_json::Value {
    let mut document = comparable(results);
    document.as_object_mut().unwrap().remove("alarms");
    document
}

async fn undisturbed(rounds: u32) -> serde_json::Value {
    let arena = Arena::new(&BOTS, rounds);
    let running = arena.open(false).await;
    let worker = FakeWorker::join(running.address, "w1").await;
    tokio::join!(worker.play(1, honest), async { lasting(&running.results().await) }).1
}

async fn start(running: &Running, workers: &[(&str, Play)]) {
    for (name, play) in workers {
        tokio::spawn(FakeWorker::join(running.address, name).await.play(1, *play));
    }
}

/// What a complete run found, and its results.
async fn end(running: Running) -> (Finale, Results) {
    let Over { stage, finale, began } = running.over().await;
    let mut finale = finale.unwrap();
    assert_eq!(finale.ending, Ending::Complete);
    let told = Finale {
        voids: std::mem::take(&mut finale.voids),
        alarms: finale.alarms.clone(),
        quarantined: finale.quarantined.clone(),
        ..Finale::default()
    };
    let results = stage.results(told, began).await.unwrap();
    stage.store.close().await;
    (finale, results)
}

#[tokio::test]
async fn honest_workers_are_audited_and_nobody_hears_of_it() {
    let arena = audited(&BOTS, 20);
    let running = arena.open(false).await;
    start(&running, &[("w1", honest), ("w2", honest), ("w3", honest)]).await;
    let (finale, results) = end(running).await;
    assert_eq!(finale.audits.equal, 240, "{:?}", finale.audits);
    assert_eq!((finale.audits.total(), finale.audits.quarantined), (240, 0));
    assert!(finale.alarms.is_empty() && finale.quarantined.is_empty());
    assert!(results.workers.iter().all(|worker| worker.quarantined.is_none()));
    assert_eq!(comparable(&results)["alarms"], serde_json::json!([]));
    assert_eq!(lasting(&results), undisturbed(20).await);
}

#[tokio::test]
async fn the_only_worker_is_audited_by_itself() {
    let arena = audited(&BOTS, 5);
    let running = arena.open(false).await;
    start(&running, &[("w1", honest)]).await;
    let (finale, _) = end(running).await;
    assert_eq!((finale.audits.equal, finale.audits.alone), (60, 60), "{:?}", finale.audits);
}

#[tokio::test]
async fn a_liar_and_a_flaky_worker_are_found_quarantined_and_corrected() {
    for (name, play) in [("liar", lying as Play), ("flaky", flaky)] {
        let arena = audited(&BOTS, 20);
        let running = arena.open(false).await;
        start(&running, &[("w1", honest), (name, play), ("w2", honest)]).await;
        let (finale, results) = end(running).await;
        let names: Vec<&str> = finale.quarantined.iter().map(|worker| worker.name.as_str()).collect();
        assert_eq!(names, [name], "{:?}", finale.alarms);
        assert_eq!(results.void, 0);
        assert_eq!(lasting(&results), undisturbed(20).await);
        let row = results.workers.iter().find(|worker| worker.name == name).unwrap();
        assert!(row.quarantined.as_ref().unwrap().contains("quarantined"));
        let alarms = comparable(&results)["alarms"].clone();
        let names_it =
            |alarm: &serde_json::Value| alarm["kind"] == "quarantined" && alarm["workers"][0] == name;
        assert!(alarms.as_array().unwrap().iter().any(names_it), "{alarms}");
    }
}

#[tokio::test]
async fn a_quarantined_worker_is_told_why_gets_no_work_and_is_not_listened_to() {
    let arena = audited(&["ann", "bob"], 1);
    let running = arena.open(false).await;
    let mut liar = FakeWorker::join(running.address, "liar").await;
    let wanted = liar.call(&[]).await.unwrap().wanted;
    let lies: Vec<_> = wanted.iter().map(|wanted| report(wanted, wrong(wanted))).collect();
    let again = liar.call(&lies).await.unwrap().wanted;
    assert_eq!(again.len(), wanted.len(), "there is nobody else to ask");
    // Now it says something else than before.
    let truth: Vec<_> = again.iter().map(|wanted| report(wanted, honest(wanted))).collect();
    let answer = liar.call(&truth).await.unwrap();
    let refusal = &answer.refusal;
    assert!(refusal.contains("two different results") && refusal.contains("memory"), "{refusal}");
    assert_eq!(answer.wanted, []);
    let answer = liar.call(&lies).await.unwrap();
    assert!(answer.refusal.contains("quarantined") && answer.wanted.is_empty());
    start(&running, &[("w1", honest), ("w2", honest)]).await;
    let (_, results) = end(running).await;
    assert_eq!(results.void, 0);
    assert!(results.matches.iter().all(|result| result.worker != "liar" && result.outcome.ticks != 7_777));
}

#[tokio::test]
async fn what_a_liar_recorded_in_an_earlier_run_is_played_again() {
    let mut arena = Arena::new(&BOTS, 10);
    let running = arena.open(false).await;
    let mut liar = FakeWorker::join(running.address, "liar").await;
    let wanted = liar.call(&[]).await.unwrap().wanted;
    let lies: Vec<_> = wanted.iter().map(|wanted| report(wanted, wrong(wanted))).collect();
    liar.call(&lies).await.unwrap();
    running.interrupt.send(()).await.unwrap();
    liar.call(&[]).await.unwrap();
    let Over { finale, stage, .. } = running.over().await;
    assert_eq!(finale.unwrap().ending, Ending::Drained);
    drop(stage);

    arena.config.audit_per_million = 1_000_000;
    let running = arena.open(false).await;
    start(&running, &[("liar", wrong), ("w1", honest), ("w2", honest)]).await;
    let (finale, results) = end(running).await;
    assert!(finale.audits.distrusted >= lies.len() as u32, "{:?}", finale.audits);
    assert_eq!(finale.quarantined.len(), 1, "{:?}", finale.audits);
    assert_eq!(lasting(&results), undisturbed(10).await);
}

#[tokio::test]
async fn one_word_against_another_is_no_result_until_a_third_worker_comes() {
    let arena = audited(&["ann", "bob", "cleo"], 1);
    let running = arena.open(false).await;
    start(&running, &[("w1", honest), ("w2", wrong)]).await;
    let (finale, results) = end(running).await;
    assert_eq!((finale.audits.undecided, finale.audits.quarantined), (6, 0), "{:?}", finale.audits);
    assert_eq!(results.void, 6);
    let message = &results.matches[0].outcome.host_message;
    assert!(
        message.contains("w1") && message.contains("w2") && message.contains("third worker"),
        "{message}"
    );

    let running = arena.open(false).await;
    start(&running, &[("w1", honest), ("w2", wrong), ("w3", honest)]).await;
    let (_, results) = end(running).await;
    assert_eq!(results.void, 0);
    assert!(results.matches.iter().all(|result| result.outcome.ticks != 7_777));
}

#[tokio::test]
async fn a_late_report_that_differs_is_looked_into() {
    let arena = Arena::new(&BOTS, 1);
    let running = arena.open(true).await;
    let Overtaken { mut slow, stale, mut next, fresh } = Overtaken::at(running.address).await;
    let good: Vec<_> = fresh.iter().map(|wanted| report(wanted, honest(wanted))).collect();
    next.call(&good).await.unwrap();
    slow.call(&[report(&stale[0], wrong(&stale[0]))]).await.unwrap();
    tokio::spawn(next.play(1, honest));
    start(&running, &[("w3", honest), ("w4", honest)]).await;
    let (finale, results) = end(running).await;
    assert_eq!(finale.audits.upheld, 1, "{:?}", finale.audits);
    assert_eq!(finale.quarantined[0].name, "slow");
    assert_eq!(lasting(&results), undisturbed(1).await);
}
