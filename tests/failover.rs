//! Two coordinators and one database, and whatever may happen to each of them: the tournament goes on,
//! no match is recorded twice and none is lost.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers fail by panicking")]

mod failover {
    pub(crate) mod cluster;
}

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use arena_tests::{Run, first_difference, send};
use failover::cluster::{Cluster, Coordinator, MATCHES, Worker, tournament};
use nix::sys::signal::Signal;
use serde_json::Value;

/// How long nobody may be active. What a busy machine needs to notice is in it.
const TAKEOVER_MAX: Duration = Duration::from_secs(20);

/// What the same tournament gives when nobody disturbs it; played once for all tests.
fn undisturbed() -> &'static Value {
    static LASTING: OnceLock<Value> = OnceLock::new();
    LASTING.get_or_init(|| tournament().run().expect_code(0).lasting())
}

/// A run that ended well, with the results of an undisturbed one, each recorded once.
fn check(run: Run, cluster: &Cluster) -> Run {
    let run = run.expect_code(0);
    assert_eq!(first_difference(undisturbed(), &run.lasting()), None, "{}", run.stderr);
    assert_eq!(cluster.recorded(), MATCHES);
    assert_eq!(cluster.server.sql("arena", "SELECT count(*) FROM set_aside"), "0");
    run
}

/// Two coordinators and a worker in the middle of a tournament.
struct Pair {
    cluster: Cluster,
    first: Coordinator,
    second: Coordinator,
    _worker: Worker,
}

impl Pair {
    /// The first one is active, the second one waits.
    fn start() -> Pair {
        let cluster = Cluster::start();
        let first = cluster.active(0);
        let worker = cluster.worker();
        let second = cluster.standby(1);
        cluster.wait_for_results(40);
        Pair { cluster, first, second, _worker: worker }
    }
}

/// One coordinator and a worker in the middle of a tournament.
fn alone() -> (Cluster, Coordinator, Worker) {
    let cluster = Cluster::start();
    let only = cluster.active(0);
    let worker = cluster.worker();
    cluster.wait_for_results(30);
    (cluster, only, worker)
}

#[test]
fn when_the_active_coordinator_is_killed_the_other_takes_over_within_seconds() {
    let Pair { cluster, first, second, _worker } = Pair::start();
    send(Signal::SIGKILL, first.id());
    let began = Instant::now();
    cluster.wait_until_listening(1);
    assert!(began.elapsed() < TAKEOVER_MAX, "it took {:?}", began.elapsed());
    let _ = first.finish();
    let run = check(second.finish(), &cluster);
    assert!(run.stderr.contains("in use by another coordinator (arena on"), "{}", run.stderr);
    assert!(run.stderr.contains("is free: taking over"), "{}", run.stderr);
    let cached = run.json["tournament"]["cached"].as_u64().unwrap();
    assert!((40..MATCHES).contains(&cached), "{cached} results were there");

    // Whoever comes when everything is over prints the standings.
    let again = check(cluster.coordinator(0).run(), &cluster);
    assert!(again.stderr.contains("nothing is left to play"), "{}", again.stderr);
}

#[test]
fn a_database_that_is_restarted_or_killed_is_waited_for() {
    let (mut cluster, only, _worker) = alone();
    cluster.server.stop();
    cluster.server.go_on();
    cluster.wait_for_results(cluster.recorded() + 20);
    cluster.server.kill();
    cluster.server.go_on();
    let run = check(only.finish(), &cluster);
    assert!(run.stderr.contains("connected to store postgres://arena@"), "{}", run.stderr);
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
}

#[test]
fn a_session_that_the_server_ends_is_replaced() {
    let (cluster, only, _worker) = alone();
    for more in [30, 60, 90] {
        cluster.wait_for_results(more);
        cluster.end_session();
    }
    check(only.finish(), &cluster);
}

#[test]
fn whoever_comes_back_too_late_stops_and_the_other_goes_on() {
    let Pair { cluster, first, second, _worker } = Pair::start();
    // As a machine does whose memory is on a slow disk: it believes that no time has passed.
    send(Signal::SIGSTOP, first.id());
    cluster.end_session();
    cluster.wait_until_listening(1);
    send(Signal::SIGCONT, first.id());
    let replaced = first.finish().expect_code(1);
    assert!(replaced.stderr.contains("another coordinator took over store"), "{}", replaced.stderr);
    check(second.finish(), &cluster);
}

#[test]
fn when_both_want_the_database_one_gets_it_and_both_end_well() {
    let Pair { cluster, first, second, _worker } = Pair::start();
    cluster.end_session();
    let one = first.finish();
    match one.code {
        Some(1) => assert!(one.stderr.contains("another coordinator took over"), "{}", one.stderr),
        _ => drop(check(one, &cluster)),
    }
    check(second.finish(), &cluster);
}

#[test]
fn whoever_waits_can_be_stopped_and_says_how_to_go_on_without_the_password() {
    let cluster = Cluster::start();
    let first = cluster.active(0);
    let second = cluster.standby(1);
    send(Signal::SIGINT, second.id());
    let run = second.finish().expect_code(4);
    assert!(run.stderr.contains("interrupted; to go on:"), "{}", run.stderr);
    assert!(run.stderr.contains("arena:PASSWORD@") && !run.stderr.contains("secret"), "{}", run.stderr);
    send(Signal::SIGKILL, first.id());
    let _ = first.finish();
}

#[test]
fn a_database_that_does_not_come_back_ends_the_run_and_the_same_command_goes_on() {
    let (mut cluster, only, _worker) = alone();
    cluster.server.stop();
    let run = only.finish().expect_code(1);
    assert!(run.stderr.contains("bring the database up and run the same command again"), "{}", run.stderr);
    cluster.server.go_on();
    let again = cluster.active(0);
    check(again.finish(), &cluster);
}
