//! One coordinator and three workers, each on a host of its own: whatever happens to hosts and to
//! the network between them, the results are those of a run to which nothing happens.

use std::process::ExitCode;

use arena_tests::hosts::{COORDINATOR, Cluster, Tale, WORKERS, tell};
use arena_tests::stories;
/// The host of another coordinator.
const SECOND: &str = "standby";
/// Every turn takes nearly all the fuel there is.
const SLOW: &str = "
def bot_main(data):
    for _ in range(130_000):
        pass
    return []
";

fn main() -> ExitCode {
    tell(stories![
        one_worker_is_cut_off_until_its_work_is_given_away_and_comes_back,
        all_workers_are_cut_off_and_come_back,
        the_coordinator_does_not_hear_a_worker_that_hears_it,
        a_worker_does_not_hear_the_coordinator_that_hears_it,
        a_third_of_all_packets_is_lost_and_the_others_are_late,
        a_worker_is_killed,
        the_coordinator_is_killed_and_started_again,
        a_suspended_worker_wakes_up_when_its_work_is_with_others,
        the_coordinator_is_suspended_for_long,
        a_worker_joins_while_another_one_leaves,
        a_worker_gets_another_address,
        the_host_of_the_coordinator_is_started_again,
        one_worker_after_the_other_is_replaced,
        the_clocks_jump_a_day_ahead_and_two_days_back,
        the_disk_of_a_worker_is_full,
        the_disk_of_a_worker_is_full_while_nobody_hears_it,
        the_disk_of_the_coordinator_is_full,
        a_slow_bot_delays_nobody_but_those_that_play_it,
        the_database_moves_to_another_host,
        another_coordinator_takes_over_when_the_first_is_killed,
        another_coordinator_takes_over_when_the_host_of_the_first_is_gone,
    ])
}

/// What the coordinator says when a worker was silent for too long.
const GONE: &str = "worker is gone; what it had goes to others worker=w1";
/// What workers say when they do not hear the coordinator, and when they hear it again.
const SILENT: &str = "the coordinator does not answer";
const AGAIN: &str = "the coordinator answers again";

fn one_worker_is_cut_off_until_its_work_is_given_away_and_comes_back() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.network.cut("w1");
    cluster.until_says(COORDINATOR, GONE);
    let lost = cluster.network.heal();
    let outcome = cluster.finish();
    assert!(outcome.setbacks() > 0 && lost > 0, "{lost} {}", outcome.log());
}

fn all_workers_are_cut_off_and_come_back() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.network.cut(COORDINATOR);
    WORKERS.iter().for_each(|name| cluster.until_says(name, SILENT));
    let lost = cluster.network.heal();
    WORKERS.iter().for_each(|name| cluster.until_says(name, AGAIN));
    cluster.finish();
    assert!(lost > 0, "{lost}");
}

fn the_coordinator_does_not_hear_a_worker_that_hears_it() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.network.lose("w1", COORDINATOR);
    cluster.until_says(COORDINATOR, GONE);
    let lost = cluster.network.heal();
    let outcome = cluster.finish();
    assert!(outcome.setbacks() > 0 && lost > 0, "{lost} {}", outcome.log());
}

fn a_worker_does_not_hear_the_coordinator_that_hears_it() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.network.lose(COORDINATOR, "w1");
    cluster.until_says("w1", SILENT);
    let lost = cluster.network.heal();
    cluster.finish();
    assert!(lost > 0, "{lost}");
}

fn a_third_of_all_packets_is_lost_and_the_others_are_late() {
    let mut cluster = Cluster::start_with(Tale::with(&["--ticks", "60"]));
    cluster.until_recorded(1);
    cluster.network.make_bad(30, 200);
    let outcome = cluster.finish();
    let (lost, late) = cluster.network.make_good();
    assert!(lost > 100 && late > lost, "{lost} {late} {}", outcome.log());
}

fn a_worker_is_killed() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.kill("w1");
    cluster.until_says(COORDINATOR, GONE);
    let outcome = cluster.finish();
    assert!(outcome.setbacks() > 0 && outcome.retried() > 0, "{}", outcome.log());
}

fn the_coordinator_is_killed_and_started_again() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.kill(COORDINATOR);
    WORKERS.iter().for_each(|name| cluster.until_says(name, SILENT));
    cluster.start_coordinator();
    cluster.until_all_are_back();
    let outcome = cluster.finish();
    assert!((1..cluster.total()).contains(&outcome.resumed()), "{}", outcome.log());
}

fn a_suspended_worker_wakes_up_when_its_work_is_with_others() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.stop("w1");
    cluster.until_says(COORDINATOR, GONE);
    // So that it is not over before its late reports arrive.
    cluster.stop("w2");
    cluster.stop("w3");
    cluster.go_on("w1");
    cluster.until_says(COORDINATOR, "worker=\"w1\" state=Ready");
    cluster.go_on("w2");
    cluster.go_on("w3");
    let outcome = cluster.finish();
    assert!(outcome.setbacks() > 0, "{}", outcome.log());
}

fn the_coordinator_is_suspended_for_long() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.stop(COORDINATOR);
    let recorded = cluster.recorded();
    WORKERS.iter().for_each(|name| cluster.until_says(name, SILENT));
    assert_eq!(cluster.recorded(), recorded, "somebody else recorded results");
    cluster.go_on(COORDINATOR);
    WORKERS.iter().for_each(|name| cluster.until_says(name, AGAIN));
    cluster.finish();
}

fn a_worker_joins_while_another_one_leaves() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.start_worker("w4");
    cluster.drain("w1");
    let outcome = cluster.finish();
    let played = outcome.played_by();
    assert!(played.contains_key("w1") && played.contains_key("w4"), "{played:?}");
    assert_eq!(outcome.setbacks(), 0, "who leaves in order leaves nothing behind: {}", outcome.log());
}

fn a_worker_gets_another_address() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.network.move_host("w1");
    // So that it is not over before the one that moved is heard again.
    cluster.stop("w2");
    cluster.stop("w3");
    cluster.until_says("w1", SILENT);
    cluster.until_says("w1", AGAIN);
    cluster.go_on("w2");
    cluster.go_on("w3");
    cluster.finish();
}

fn the_host_of_the_coordinator_is_started_again() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    cluster.network.unplug(COORDINATOR);
    cluster.network.plug(COORDINATOR);
    cluster.start_coordinator();
    cluster.until_all_are_back();
    let outcome = cluster.finish();
    assert!((1..cluster.total()).contains(&outcome.resumed()), "{}", outcome.log());
}

fn one_worker_after_the_other_is_replaced() {
    let mut cluster = Cluster::start();
    cluster.until_middle();
    for name in WORKERS {
        cluster.drain(name);
        cluster.start_worker(name);
        cluster.until_says(name, "ready to play");
    }
    let outcome = cluster.finish();
    assert_eq!(outcome.setbacks(), 0, "who leaves in order leaves nothing behind: {}", outcome.log());
}

fn the_clocks_jump_a_day_ahead_and_two_days_back() {
    let mut cluster = Cluster::new(Tale::usual());
    cluster.give_clock();
    cluster.start_all();
    cluster.until_middle();
    for (offset, name) in [("+1d", "w1"), ("-1d", "w2")] {
        cluster.set_clock(offset);
        // So that everybody has something to say, with the time.
        cluster.drain(name);
        cluster.start_worker(name);
    }
    let outcome = cluster.finish();
    assert!(cluster.days_of(COORDINATOR).len() >= 3, "{}", outcome.log());
    assert!(cluster.days_of("w1").len() >= 2 && cluster.days_of("w2").len() >= 2, "{}", outcome.log());
    assert_eq!(outcome.setbacks(), 0, "no lease ends by the wall clock: {}", outcome.log());
}

fn the_disk_of_a_worker_is_full() {
    let mut cluster = Cluster::new(Tale::usual());
    let disk = cluster.folder_of("w3");
    cluster.network.host("w3").mount(&disk, 512);
    cluster.start_coordinator();
    ["w1", "w2"].iter().for_each(|name| cluster.start_worker(name));
    // With a cache of its own, which does not fit.
    cluster.start_worker_with("w3", &[]);
    cluster.until_says("w3", "No space left on device");
    let code = cluster.program("w3").code();
    assert!(code.is_some_and(|code| code > 0), "{code:?} {}", cluster.log("w3"));
    cluster.start_worker("w3");
    let outcome = cluster.finish();
    assert!(outcome.played_by().contains_key("w3"), "{}", outcome.log());
}

fn the_disk_of_a_worker_is_full_while_nobody_hears_it() {
    let mut cluster = Cluster::new(Tale::usual());
    let disk = cluster.folder_of("w3");
    cluster.network.host("w3").mount(&disk, 512);
    cluster.start_all();
    cluster.until_middle();
    cluster.network.host("w3").shell(&format!("! head -c 1M /dev/zero > {}/full", disk.display()));
    cluster.kill(COORDINATOR);
    cluster.until_says("w3", "results are kept in memory alone");
    cluster.start_coordinator();
    cluster.until_all_are_back();
    let outcome = cluster.finish();
    assert!((1..cluster.total()).contains(&outcome.resumed()), "{}", outcome.log());
}

fn the_disk_of_the_coordinator_is_full() {
    let mut cluster = Cluster::new(Tale::usual());
    let disk = cluster.folder_of(COORDINATOR);
    cluster.network.host(COORDINATOR).mount(&disk, 2_000);
    cluster.start_all();
    assert_eq!(cluster.program(COORDINATOR).code(), Some(1), "{}", cluster.log(COORDINATOR));
    let log = cluster.log(COORDINATOR);
    let why = log.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
    // The results or the transcripts: whatever comes first.
    assert!(why.to_lowercase().contains("no space left") && why.contains(&*disk.to_string_lossy()), "{log}");
    let remount = format!("mount -o remount,size=100m {}", disk.display());
    cluster.network.host(COORDINATOR).run(&remount);
    cluster.start_coordinator();
    let outcome = cluster.finish();
    assert!((1..cluster.total()).contains(&outcome.resumed()), "{}", outcome.log());
}

fn a_slow_bot_delays_nobody_but_those_that_play_it() {
    // The last of its matches are the last of all.
    let mut cluster = Cluster::start_with(Tale::with(&["--ticks", "200"]).and("zz_slow", SLOW));
    let missing = cluster.until_all_without("zz_slow");
    let outcome = cluster.finish();
    assert!(missing > 0, "all others have waited for the slow bot: {}", outcome.log());
    assert_eq!(outcome.setbacks(), 0, "who is slow is not lost: {}", outcome.log());
}

fn the_database_moves_to_another_host() {
    let mut cluster = Cluster::new(Tale::usual());
    cluster.keep_results_on("db1");
    cluster.start_all();
    cluster.until_middle();
    cluster.kill(COORDINATOR);
    cluster.keep_results_on("db2");
    cluster.start_coordinator();
    cluster.until_all_are_back();
    let outcome = cluster.finish();
    assert!((1..cluster.total()).contains(&outcome.resumed()), "{}", outcome.log());
}

fn another_coordinator_takes_over_when_the_first_is_killed() {
    let mut cluster = two_coordinators();
    cluster.kill(COORDINATOR);
    takes_over(cluster);
}

fn another_coordinator_takes_over_when_the_host_of_the_first_is_gone() {
    let mut cluster = two_coordinators();
    // Nobody tells the database that the connection is gone.
    cluster.network.unplug(COORDINATOR);
    takes_over(cluster);
}

/// Two coordinators on one database, the first of them in the middle of a tournament.
fn two_coordinators() -> Cluster {
    let mut cluster = Cluster::new(Tale::usual());
    cluster.keep_results_on("db1");
    cluster.add_coordinator(SECOND);
    cluster.start_coordinator();
    cluster.until_says(COORDINATOR, "listening on");
    cluster.start_coordinator_on(SECOND);
    cluster.until_says(SECOND, "waiting to take over");
    WORKERS.iter().for_each(|name| cluster.start_worker(name));
    cluster.until_middle();
    cluster
}

fn takes_over(mut cluster: Cluster) {
    cluster.until_says(SECOND, "taking over");
    let outcome = cluster.finish_on(SECOND);
    assert!((1..cluster.total()).contains(&outcome.resumed()), "{}", outcome.log());
}
