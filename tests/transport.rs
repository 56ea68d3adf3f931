//! Workers on other machines: who is let in, what the others are told, and that nobody who is not gets in
//! the way. Real programs, real certificates.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test's helpers fail by panicking, and say what they measured"
)]

#[path = "transport/attacks.rs"]
mod attacks;
#[path = "transport/papers.rs"]
mod papers;
#[path = "transport/programs.rs"]
mod programs;
#[path = "transport/thieves.rs"]
mod thieves;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use arena_tests::{Tournament, bin, example_bots};
use papers::{Papers, TOKEN};
use programs::{Coordinator, Program, undisturbed, worker};
use rcgen::ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};

/// What an honest worker of [`guarded`] is given.
const HONEST: &str = "--ca @ca --tls-cert @worker --tls-key @worker.key --join-token-file @token";

/// A coordinator that asks for everything that can be asked for.
fn guarded(papers: &Papers) -> Coordinator {
    let flags = "--tls-cert @server --tls-key @server.key --client-ca @ca --join-token-file @token";
    start(papers, flags)
}

fn start(papers: &Papers, flags: &str) -> Coordinator {
    let flags = papers.fill(flags);
    Coordinator::start(&flags.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A worker that calls `url`, in a folder of its own.
fn join(papers: &Papers, name: &str, url: &str, flags: &str) -> Program {
    let line = format!("--coordinator {url} --name {name} {flags}");
    let words = papers.fill(&line);
    worker(&papers.folder().join(name), &words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_tournament_over_mutual_tls_and_a_token_is_the_same_as_without() {
    let papers = Papers::new();
    let coordinator = guarded(&papers);
    let url = coordinator.url("https", "localhost");
    let _workers = ["one", "two"].map(|name| join(&papers, name, &url, HONEST));
    assert_eq!(coordinator.finish().lasting(), undisturbed().lasting());
}

#[test]
fn whoever_is_not_let_in_reads_what_to_do_and_nobody_else_notices() {
    let papers = Papers::new();
    let strange = Papers::new();
    papers.write("other-ca", &strange.read("ca"));
    papers.write("stranger", &strange.read("worker"));
    papers.write("stranger.key", &strange.read("worker.key"));
    papers.write("other-token", "another-token-of-enough-length");
    papers.issue("old", &["worker"], ClientAuth, 2001);
    papers.issue("server", &["localhost"], ServerAuth, 3000);
    let coordinator = guarded(&papers);
    let url = coordinator.url("https", "localhost");
    let by_number = coordinator.url("https", "127.0.0.1");
    let plain = coordinator.url("http", "localhost");
    let with_token = "--join-token-file @token";
    let own = "--tls-cert @worker --tls-key @worker.key";
    for (name, url, flags, says) in [
        (
            "ca",
            &url,
            format!("--ca @other-ca {own} {with_token}"),
            "not signed by anybody whom this worker trusts",
        ),
        ("name", &by_number, HONEST.to_owned(), "is not for 127.0.0.1, but for localhost"),
        ("none", &url, format!("--ca @ca {with_token}"), "(--client-ca)"),
        (
            "stranger",
            &url,
            format!("--ca @ca --tls-cert @stranger --tls-key @stranger.key {with_token}"),
            "--client-ca",
        ),
        ("untold", &url, format!("--ca @ca {own}"), "asks for a join token, and none came"),
        (
            "mistold",
            &url,
            format!("--ca @ca {own} --join-token-file @other-token"),
            "the join token is not the one that this coordinator has",
        ),
        ("plain", &plain, with_token.to_owned(), "write https:// instead"),
    ] {
        let stranger = join(&papers, name, url, &flags);
        let said = stranger.says(says);
        assert!(!said.contains("ready to play") && !said.contains("token-of"), "{name}: {said}");
        assert!(said.contains(url.as_str()), "{name}: {said}");
    }
    let old = join(&papers, "old", &url, "--ca @ca --tls-cert @old --tls-key @worker.key");
    old.says("does not belong to");
    let old = join(&papers, "old", &url, "--ca @ca --tls-cert @old --tls-key @old.key");
    old.says("has expired");
    assert_eq!(old.code(), Some(2));
    let _honest = join(&papers, "honest", &url, HONEST);
    assert_eq!(coordinator.finish().lasting(), undisturbed().lasting());
}

#[test]
fn a_coordinator_without_tls_says_so_to_those_who_expect_it() {
    let papers = Papers::new();
    let coordinator = start(&papers, "--join-token-file @token");
    let secure = join(&papers, "secure", &coordinator.url("https", "localhost"), "--ca @ca");
    secure.says("does not speak TLS; if the coordinator has no --tls-cert, write http:// instead");
    let url = coordinator.url("http", "localhost");
    let _honest = join(&papers, "honest", &url, "--join-token-file @token");
    assert_eq!(coordinator.finish().lasting(), undisturbed().lasting());
}

#[test]
fn an_expired_certificate_is_noticed_by_whoever_has_it_and_by_whoever_sees_it() {
    let papers = Papers::new();
    papers.issue("server", &["localhost"], ServerAuth, 2001);
    let flags = papers.fill("--tls-cert @server --tls-key @server.key");
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let run = Tournament::of(example_bots()).with(&flags).run();
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("/server has expired") && run.stderr.contains("days ago"), "{}", run.stderr);

    let server = attacks::Impostor::start(&papers.read("server"), &papers.read("server.key"));
    let url = format!("https://localhost:{}", server.port);
    let worker = join(&papers, "worker", &url, "--ca @ca");
    worker.says("the coordinator's certificate has expired");
}

#[test]
fn a_certificate_that_nobody_else_signed_will_do() {
    let papers = Papers::new();
    papers.issue_alone("arena.pem");
    papers.issue_alone("worker.pem");
    let flags =
        "--tls-cert @arena.pem --tls-key @arena.pem.key --client-ca @worker.pem --join-token-file @token";
    let coordinator = start(&papers, flags);
    let url = coordinator.url("https", "localhost");
    let flags = "--ca @arena.pem --tls-cert @worker.pem --tls-key @worker.pem.key --join-token-file @token";
    let _worker = join(&papers, "worker", &url, flags);
    coordinator.finish();
}

#[test]
fn local_workers_play_beside_those_from_elsewhere_and_show_the_token_to_nobody() {
    let papers = Papers::new();
    let flags = "--listen 0.0.0.0:0 --local-workers 1 --tls-cert @server --tls-key @server.key --join-token-file @token";
    let flags = papers.fill(flags);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let tournament = Tournament::of(example_bots()).with(&["--ticks", "50"]).with(&flags);
    let program = Program::start(&mut tournament.command());
    let worker = arena_tests::wait_for("a local worker", || {
        arena_tests::descendants(program.id(), "--until-stdin-closes").first().copied()
    });
    let arguments = std::fs::read(format!("/proc/{worker}/cmdline")).unwrap_or_default();
    let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
    assert!(arguments.contains("http://127.0.0.1:") && !arguments.contains("token"), "{arguments}");
    assert_eq!(program.code(), Some(0));
}

#[test]
fn nothing_that_is_printed_shows_a_token() {
    let secret = "never-to-be-seen-by-anyone";
    for arguments in
        [&["--help"][..], &["--join-token", "never-to-be"], &["--rounds", "many"], &["--store", "x"]]
    {
        let coordinator =
            Command::new(bin("coordinator")).args(arguments).env("ARENA_JOIN_TOKEN", secret).output();
        let worker = Command::new(bin("worker"))
            .args(arguments.iter().filter(|argument| **argument != "--store"))
            .args(["--coordinator", "http://127.0.0.1:1", "--slots", "0"])
            .env("ARENA_JOIN_TOKEN", secret)
            .output();
        for output in [coordinator.unwrap(), worker.unwrap()] {
            let all = [output.stdout, output.stderr].concat();
            assert!(!String::from_utf8_lossy(&all).contains("never-to-be"), "{arguments:?}");
        }
    }
}

#[test]
fn of_several_coordinators_the_one_that_answers_is_called() {
    let papers = Papers::new();
    let coordinator = start(&papers, "");
    let nobody = "http://127.0.0.1:1,http://localhost:1";
    let url = format!("{nobody},{}", coordinator.url("http", "127.0.0.1"));
    let worker = join(&papers, "worker", &url, "");
    worker.says("http://localhost:1: ");
    worker.says("the coordinator answers again");
    coordinator.finish();
}

#[test]
fn a_worker_that_waits_for_its_coordinator_says_why_once_and_plays_when_it_is_there() {
    let papers = Papers::new();
    let coordinator = start(&papers, "--join-token-file @token");
    papers.write("late-token", "not-yet-the-right-token");
    let url = coordinator.url("http", "127.0.0.1");
    let worker = join(&papers, "worker", &url, "--join-token-file @late-token");
    worker.says("does not let this worker in");
    // It knocks slowly: a second time within this would be logged twice if it were logged at all.
    let _honest = join(&papers, "honest", &url, "--join-token-file @token");
    coordinator.finish();
    let said = worker.said();
    assert_eq!(said.matches("does not let this worker in").count(), 1, "{said}");
}

#[test]
fn noise_and_crowds_keep_nobody_from_playing() {
    let papers = Papers::new();
    let coordinator = guarded(&papers);
    let siege = attacks::Siege::lay(coordinator.port);
    let url = coordinator.url("https", "localhost");
    let _honest = join(&papers, "honest", &url, HONEST);
    let run = coordinator.finish();
    siege.lift();
    assert_eq!(run.lasting(), undisturbed().lasting());
}

#[test]
fn noise_and_crowds_without_tls_keep_nobody_from_playing() {
    let papers = Papers::new();
    let coordinator = start(&papers, "--join-token-file @token");
    let siege = attacks::Siege::lay(coordinator.port);
    let _honest = join(&papers, "honest", &coordinator.url("http", "localhost"), "--join-token-file @token");
    let run = coordinator.finish();
    siege.lift();
    assert_eq!(run.lasting(), undisturbed().lasting());
}

#[test]
fn a_stolen_token_fills_no_memory_and_stops_no_tournament() {
    let papers = Papers::new();
    let coordinator = start(&papers, "--join-token-file @token");
    let before = attacks::peak_memory(coordinator.program.id());
    let came_of_it = attacks::send_large_requests(coordinator.port, TOKEN, 200);
    let grown = attacks::peak_memory(coordinator.program.id()) - before;
    println!("200 connections with 32 MiB each: {came_of_it:?}; memory grew by {} MiB", grown >> 20);
    assert!(came_of_it.busy > 0, "{came_of_it:?}");
    assert!(grown < 700 << 20, "{} MiB", grown >> 20);
    let _honest = join(&papers, "honest", &coordinator.url("http", "localhost"), "--join-token-file @token");
    coordinator.finish();
}

#[test]
fn whoever_has_stolen_a_token_is_no_fleet_and_ends_no_match() {
    let papers = Papers::new();
    let coordinator = start(&papers, "--join-token-file @token --workers-per-address 3");
    let gang = thieves::Gang::enter(&papers, coordinator.port, &[[127, 0, 0, 9].into(); 5], None);
    assert_eq!((gang.count(), gang.refusals.len()), (3, 2));
    assert!(gang.refusals[0].contains("3 workers of this address already"), "{:?}", gang.refusals);
    let health = arena_tests::free_address();
    let flags = format!("--join-token-file @token --http {health}");
    let _honest = join(&papers, "honest", &coordinator.url("http", "localhost"), &flags);
    arena_tests::wait_for("the honest worker", || is_ready(health));
    let spoiling = std::thread::Builder::new().spawn(|| gang.spoil()).unwrap();
    assert_eq!(coordinator.finish().lasting(), undisturbed().lasting());
    let spoiled = spoiling.join().unwrap();
    println!("{spoiled} times a thief said that a match came to nothing");
    assert!(spoiled >= 3, "nothing was spoiled");
}

/// Whether the coordinator gives the worker work.
fn is_ready(health: SocketAddr) -> Option<()> {
    let mut stream = TcpStream::connect(health).ok()?;
    stream.write_all(b"GET /readyz HTTP/1.0\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1).filter(|code| *code == "200").map(drop)
}

#[test]
fn a_stolen_certificate_is_no_fleet_wherever_it_is_used() {
    let papers = Papers::new();
    papers.issue("thief", &["thief"], ClientAuth, 3000);
    let flags = "--tls-cert @server --tls-key @server.key --client-ca @ca --join-token-file @token";
    let coordinator = start(&papers, &format!("{flags} --workers-per-address 2"));
    let addresses = [11, 12, 13].map(|last| [127, 0, 0, last].into());
    let gang = thieves::Gang::enter(&papers, coordinator.port, &addresses, Some("thief"));
    assert_eq!((gang.count(), gang.refusals.len()), (2, 1));
    assert!(gang.refusals[0].contains("2 workers of this certificate already"), "{:?}", gang.refusals);
    papers.issue("another", &["another"], ClientAuth, 3000);
    let other = thieves::Gang::enter(&papers, coordinator.port, &addresses[2..], Some("another"));
    assert_eq!(other.count(), 1, "{:?}", other.refusals);
}

#[test]
fn a_request_that_grows_when_it_is_decoded_is_refused() {
    let papers = Papers::new();
    let coordinator = start(&papers, "--join-token-file @token");
    let before = attacks::peak_memory(coordinator.program.id());
    let refused = attacks::send_what_grows(coordinator.port, TOKEN);
    let grown = attacks::peak_memory(coordinator.program.id()) - before;
    assert!(refused.contains("more than the"), "{refused}");
    assert!(grown < 300 << 20, "{} MiB", grown >> 20);
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let papers = Papers::new();
    let coordinator = start(&papers, "--join-token-file @token");
    let began = Instant::now();
    let without = attacks::send_slowly(coordinator.port, None);
    assert!(without.contains("join token"), "{without}");
    assert!(began.elapsed() < Duration::from_secs(8), "a stranger is refused from the headers");
    let with = attacks::send_slowly(coordinator.port, Some(TOKEN));
    assert!(with.contains("too long to arrive"), "{with}");
    let _honest = join(&papers, "honest", &coordinator.url("http", "localhost"), "--join-token-file @token");
    coordinator.finish();
}
