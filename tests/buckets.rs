//! Bots and transcripts in a bucket, on a real S3 server that checks signatures.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

#[path = "buckets/server.rs"]
mod server;
#[path = "buckets/trouble.rs"]
mod trouble;

use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use arena_tests::{Run, Tournament, bin, bin_folder, example_bots};
use hyper::Method;
use server::{Act, Server};

const PLACE: &str = "s3://arena/transcripts/here";

fn tournament() -> Tournament {
    Tournament::of(example_bots()).with(&["--ticks", "30", "--transcripts", PLACE])
}

fn run(tournament: &Tournament, variables: &[(&str, String)]) -> Run {
    tournament.finish(tournament.command().envs(variables.iter().cloned()).spawn().unwrap())
}

/// The variables of somebody who does not know the secret.
fn wrong(server: &Server) -> Vec<(&'static str, String)> {
    let spoiled = |(name, value): (&'static str, String)| match name {
        "AWS_SECRET_ACCESS_KEY" => (name, value + "x"),
        _ => (name, value),
    };
    server.variables().into_iter().map(spoiled).collect()
}

fn replay(run: &Run, tournament: &Tournament, variables: &[(&str, String)]) -> (Option<i32>, String) {
    let id = run.matches().first().and_then(|played| played["id"].as_str()).unwrap();
    let mut command = Command::new(bin("coordinator"));
    command.args(["replay", id, "--transcripts", PLACE, "--data-dir"]).arg(tournament.data_folder());
    command.env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache"));
    let Output { status, stdout, stderr } = command.envs(variables.iter().cloned()).output().unwrap();
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

#[test]
fn bots_come_from_a_bucket_and_play_as_they_do_from_a_directory() {
    let server = Server::start("arena");
    server.put("arena/bots", &example_bots());
    let short = ["--ticks", "30"];
    let here = Tournament::of(example_bots()).with(&short).run().expect_code(0);
    let there = run(&Tournament::of("s3://arena/bots").with(&short), &server.variables()).expect_code(0);
    assert_eq!(there.lasting(), here.lasting());
}

#[test]
fn bots_that_cannot_be_fetched_are_named_with_the_reason() {
    let server = Server::start("arena");
    server.put("arena/bots", &example_bots());
    let bots = |place: &str| Tournament::of(place).with(&["--ticks", "30"]);
    let nothing = run(&bots("s3://arena/elsewhere"), &server.variables()).expect_code(2);
    assert!(nothing.stderr.contains("there is nothing at s3://arena/elsewhere"), "{}", nothing.stderr);
    let denied = run(&bots("s3://arena/bots"), &wrong(&server)).expect_code(1);
    assert!(denied.stderr.contains("the bots at s3://arena/bots cannot be listed"), "{}", denied.stderr);
    assert!(denied.stderr.contains("credentials are refused"), "{}", denied.stderr);
    assert!(!denied.stderr.contains(server::SECRET), "{}", denied.stderr);
    server.put_sparse("arena/bots/huge.py", 1 << 40);
    let huge = run(&bots("s3://arena/bots"), &server.variables()).expect_code(2);
    assert!(huge.stderr.contains("s3://arena/bots") && huge.stderr.contains("huge.py"), "{}", huge.stderr);
}

#[test]
fn a_bucket_that_is_not_there_or_not_reached_is_told_from_one_that_is_empty() {
    let server = Server::start("arena");
    let bots = Tournament::of("s3://another/bots").with(&["--ticks", "30"]);
    let missing = run(&bots, &server.variables()).expect_code(2);
    assert!(missing.stderr.contains("there is no bucket for s3://another/bots"), "{}", missing.stderr);
    let mut variables = server.variables().to_vec();
    drop(server);
    let began = Instant::now();
    let unreached = run(&bots, &variables).expect_code(1);
    assert!(unreached.stderr.contains("s3://another/bots cannot be listed"), "{}", unreached.stderr);
    assert!(unreached.stderr.contains("endpoint"), "{}", unreached.stderr);
    assert!(began.elapsed() < Duration::from_secs(90));
    // Nobody says who we are, and this machine does not know it either.
    variables.retain(|(name, _)| !["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains(name));
    let endpoint = variables.iter().find(|(name, _)| *name == "AWS_ENDPOINT_URL").unwrap().1.clone();
    variables.push(("AWS_METADATA_ENDPOINT", endpoint));
    let unknown = run(&bots, &variables).expect_code(1);
    assert!(unknown.stderr.contains("no credentials: set AWS_ACCESS_KEY_ID"), "{}", unknown.stderr);
}

#[test]
fn transcripts_go_to_a_bucket_and_come_back_for_a_replay() {
    let server = Server::start("arena");
    let tournament = tournament();
    let played = run(&tournament, &server.variables()).expect_code(0);
    assert_eq!(server.objects("arena/transcripts/here"), 56);
    assert!(!tournament.data_folder().join("transcripts").exists());
    let (code, said) = replay(&played, &tournament, &server.variables());
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn who_may_not_write_there_is_told_and_nothing_that_was_recorded_is_lost() {
    let server = Server::start("arena");
    let tournament = tournament();
    let refused = run(&tournament, &wrong(&server)).expect_code(1);
    assert!(
        refused.stderr.contains("cannot be written to s3://arena/transcripts/here"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains(server::SECRET), "{}", refused.stderr);
    let _ = run(&tournament, &server.variables()).expect_code(0);
    assert_eq!(server.objects("arena/transcripts/here"), 56);
}

#[test]
fn a_bucket_that_fails_now_and_then_gets_every_transcript() {
    let server = Server::start_behind("arena", |call| match call.number {
        number if number % 13 == 0 => Act::Reset,
        number if number % 4 == 0 => Act::Status(503),
        _ => Act::Pass,
    });
    let _ = run(&tournament(), &server.variables()).expect_code(0);
    assert_eq!(server.objects("arena/transcripts/here"), 56);
}

#[test]
fn a_bucket_that_takes_no_more_ends_the_run_and_nothing_is_recorded_without_its_transcript() {
    let (puts, refusing) = (AtomicUsize::new(0), std::sync::Arc::new(AtomicUsize::new(20)));
    let limit = refusing.clone();
    let server = Server::start_behind("arena", move |call| {
        let number = puts.fetch_add(usize::from(call.method == Method::PUT), Ordering::Relaxed);
        if number < limit.load(Ordering::Relaxed) { Act::Pass } else { Act::Status(403) }
    });
    let tournament = tournament();
    let cut = run(&tournament, &server.variables()).expect_code(1);
    assert!(cut.stderr.contains("cannot be written to s3://arena/transcripts/here"), "{}", cut.stderr);
    let kept = server.objects("arena/transcripts/here") as u64;
    refusing.store(usize::MAX, Ordering::Relaxed);
    let whole = run(&tournament, &server.variables()).expect_code(0);
    let cached = whole.json["tournament"]["cached"].as_u64().unwrap();
    assert!(cached <= kept, "{cached} results were recorded, but only {kept} transcripts kept");
    assert_eq!(server.objects("arena/transcripts/here"), 56);
}
