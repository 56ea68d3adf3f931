//! Transcripts in a bucket, on a real S3 server that checks signatures.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

#[path = "buckets/server.rs"]
mod server;

use std::process::{Command, Output};

use arena_tests::{Run, Tournament, bin, bin_folder, example_bots};
use server::Server;

const PLACE: &str = "s3://arena/transcripts/here";

fn tournament() -> Tournament {
    Tournament::of(example_bots()).with(&["--ticks", "30", "--transcripts", PLACE])
}

fn run(tournament: &Tournament, variables: &[(&str, String)]) -> Run {
    tournament.finish(tournament.command().envs(variables.iter().cloned()).spawn().unwrap())
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
    let mut wrong = server.variables().to_vec();
    wrong
        .iter_mut()
        .filter(|(name, _)| *name == "AWS_SECRET_ACCESS_KEY")
        .for_each(|(_, value)| value.push('x'));
    let refused = run(&tournament, &wrong).expect_code(1);
    assert!(
        refused.stderr.contains("cannot be written to s3://arena/transcripts/here"),
        "{}",
        refused.stderr
    );
    assert!(!refused.stderr.contains(server::SECRET), "{}", refused.stderr);
    let _ = run(&tournament, &server.variables()).expect_code(0);
    assert_eq!(server.objects("arena/transcripts/here"), 56);
}
