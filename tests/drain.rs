//! Workers come and go as they like, and so do coordinators: nothing that was played is lost, and
//! nothing that was finished is played twice.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test's helpers fail by panicking"
)]

#[path = "audits/proxy.rs"]
mod proxy;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arena_tests::{
    Program, Run, Tournament, bin_folder, descendants, example_bots, first_difference, free_address, stored,
    wait_for, worker,
};
use nix::sys::signal::Signal;
use proxy::stand_between;
use rpc::v1;
use serde_json::Value;
use tempfile::TempDir;

/// A tournament that lasts several seconds, for workers on other machines. Nothing is checked by
/// playing it again.
fn tournament(address: SocketAddr) -> Tournament {
    let address = address.to_string();
    short().with(&["--listen", &address, "--local-workers", "0"])
}

fn short() -> Tournament {
    Tournament::of(example_bots()).with(&["--rounds", "2", "--ticks", "200", "--audit", "0%"])
}

/// What it gives when nobody disturbs it.
fn undisturbed() -> &'static Value {
    static LASTING: OnceLock<Value> = OnceLock::new();
    LASTING.get_or_init(|| short().run().expect_code(0).lasting())
}

fn start(tournament: &Tournament) -> Program {
    Program::start(&mut tournament.command())
}

/// What a tournament that is played to its end by whoever is there has given.
fn expect_undisturbed(coordinator: Program, tournament: &Tournament) -> Run {
    let (code, log) = coordinator.end();
    assert_eq!(code, Some(0), "{log}");
    // Everything is recorded: this plays nothing, and prints it.
    let run = tournament.run().expect_code(0);
    assert_eq!(run.json["tournament"]["cached"], run.json["tournament"]["matches"]);
    assert_eq!(first_difference(undisturbed(), &run.lasting()), None);
    run
}

/// How often each match was played, according to the logs of workers.
fn plays(logs: &[&str]) -> BTreeMap<String, usize> {
    let mut plays = BTreeMap::new();
    for line in logs.iter().flat_map(|log| log.lines()).filter(|line| line.contains(" played match=")) {
        let id = line.split("match=").nth(1).and_then(|rest| rest.split(' ').next());
        *plays.entry(id.unwrap().to_owned()).or_default() += 1;
    }
    plays
}

fn expect_each_played_once(logs: &[&str], run: &Run) {
    let plays = plays(logs);
    let twice: Vec<_> = plays.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "played more than once: {twice:?}");
    assert_eq!(plays.len(), run.matches().len());
}

/// The results in the spool of a worker.
fn spooled(data: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(data.join("spool")).into_iter().flatten();
    let files = folders.filter_map(|folder| fs::read_dir(folder.ok()?.path()).ok()).flatten();
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "result"))
        .collect()
}

fn id_of(result: &Path) -> String {
    result.file_name().unwrap().to_str().unwrap().split('-').next().unwrap().to_owned()
}

fn is_playing(worker: &Program) {
    worker.says(" played match=");
}

/// A tournament that is being played by one worker when its coordinator is killed.
fn orphaned() -> (SocketAddr, Tournament, TempDir, Program) {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let tournament = tournament(address);
    let coordinator = start(&tournament);
    // Many slots: it goes on for a while with what it holds.
    let worker = Program::start(worker(address, data.path()).args(["--slots", "4"]));
    is_playing(&worker);
    coordinator.kill();
    wait_for("results in the spool", || (!spooled(data.path()).is_empty()).then_some(()));
    (address, tournament, data, worker)
}

#[test]
fn a_worker_that_is_told_to_go_finishes_reports_and_goes() {
    let (address, data) = (free_address(), [(); 2].map(|()| tempfile::tempdir().unwrap()));
    let tournament = tournament(address);
    let coordinator = start(&tournament);
    let [first, second] = data.each_ref().map(|data| Program::start(&mut worker(address, data.path())));
    is_playing(&first);
    is_playing(&second);
    first.send(Signal::SIGTERM);
    let (code, log) = first.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(spooled(data[0].path()).is_empty());
    let run = expect_undisturbed(coordinator, &tournament);
    let second = second.kill();
    expect_each_played_once(&[&log, &second], &run);
}

static IS_HELD_BACK: AtomicBool = AtomicBool::new(false);
static IS_LET_GO: AtomicBool = AtomicBool::new(false);

/// Keeps the answer that says that the last results were taken from the worker until the test lets it go.
fn hold_back_the_last(answer: &mut v1::SynchronizeResponse) {
    if answer.wanted.is_empty() && !answer.settled.is_empty() {
        IS_HELD_BACK.store(true, Ordering::SeqCst);
        wait_for("being let go", || IS_LET_GO.load(Ordering::SeqCst).then_some(()));
    }
}

#[test]
fn a_worker_that_is_told_to_go_still_hears_the_answer_that_is_under_way() {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let tournament = tournament(address);
    let coordinator = start(&tournament);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let between = runtime.block_on(stand_between(address, |_, _| {}, hold_back_the_last));
    let worker = Program::start(&mut worker(between, data.path()));
    wait_for("the last answer", || IS_HELD_BACK.load(Ordering::SeqCst).then_some(()));
    // Whoever could be asked again is gone.
    coordinator.kill();
    worker.send(Signal::SIGTERM);
    worker.says("draining");
    // Time enough to give up, for one that would.
    std::thread::sleep(Duration::from_millis(200));
    IS_LET_GO.store(true, Ordering::SeqCst);
    let (code, log) = worker.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(spooled(data.path()).is_empty());
    let run = tournament.run().expect_code(0);
    assert_eq!(first_difference(undisturbed(), &run.lasting()), None);
    assert_eq!(run.json["tournament"]["cached"], run.json["tournament"]["matches"]);
}

#[test]
fn a_worker_that_finds_no_coordinator_goes_when_it_is_told_to() {
    let data = tempfile::tempdir().unwrap();
    let worker = Program::start(&mut worker(free_address(), data.path()));
    worker.says("does not answer");
    worker.send(Signal::SIGTERM);
    let (code, log) = worker.end();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn a_worker_that_compiles_the_interpreter_goes_when_it_is_told_to_and_leaves_nobody_behind() {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let tournament = tournament(address);
    let coordinator = start(&tournament);
    let cache = data.path().join("cache");
    let worker = Program::start(worker(address, data.path()).env("ARENA_CACHE_DIR", &cache));
    let compilers = wait_for("the compiler", || {
        let compilers = descendants(worker.id(), "precompile");
        (!compilers.is_empty()).then_some(compilers)
    });
    worker.send(Signal::SIGTERM);
    let (code, log) = worker.end();
    assert_eq!(code, Some(0), "{log}");
    wait_for("the end of the compiler", || {
        compilers.iter().all(|pid| arena_tests::is_gone(*pid)).then_some(())
    });
    coordinator.kill();
}

#[test]
fn who_goes_while_the_coordinator_is_away_leaves_its_results_to_the_next_and_says_where() {
    let (address, tournament, data, first) = orphaned();
    first.send(Signal::SIGTERM);
    let (code, first) = first.end();
    assert_eq!(code, Some(3), "{first}");
    let left: BTreeSet<String> = spooled(data.path()).iter().map(|path| id_of(path)).collect();
    let says = format!("did not take {} results", left.len());
    let folder = data.path().join("spool/0").display().to_string();
    assert!([says.as_str(), &folder, "next worker"].iter().all(|part| first.contains(part)), "{first}");

    // One that cannot play anything delivers them all the same.
    let coordinator = start(&tournament);
    let idle = Program::start(worker(address, data.path()).args(["--precompile", "/bin/false"]));
    let (code, idle) = idle.end();
    assert_eq!(code, Some(1), "{idle}");
    assert!(spooled(data.path()).is_empty());
    let recorded = stored(&tournament.data_folder());
    assert!(left.iter().all(|id| recorded.contains_key(id)), "{left:?} {recorded:?}");

    let last = Program::start(&mut worker(address, data.path()));
    let run = expect_undisturbed(coordinator, &tournament);
    expect_each_played_once(&[&first, &last.kill()], &run);
}

#[test]
fn who_is_killed_while_the_coordinator_is_away_leaves_its_results_to_the_next_as_well() {
    let (address, tournament, data, first) = orphaned();
    first.kill();
    let left: BTreeSet<String> = spooled(data.path()).iter().map(|path| id_of(path)).collect();
    assert!(!left.is_empty());
    let coordinator = start(&tournament);
    let second = Program::start(&mut worker(address, data.path()));
    expect_undisturbed(coordinator, &tournament);
    let again: BTreeSet<String> = plays(&[&second.kill()]).into_keys().collect();
    let twice: Vec<_> = left.iter().filter(|id| again.iter().any(|short| id.starts_with(short))).collect();
    assert!(twice.is_empty(), "{twice:?} were finished, and played again");
    assert!(spooled(data.path()).is_empty());
}

#[test]
fn a_worker_that_is_killed_and_started_again_goes_on_in_its_own_name() {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let tournament = tournament(address);
    let coordinator = start(&tournament);
    let first = Program::start(worker(address, data.path()).args(["--slots", "4"]));
    is_playing(&first);
    // It neither answers nor goes away, and it knows who has which match.
    coordinator.send(Signal::SIGSTOP);
    wait_for("results in the spool", || (spooled(data.path()).len() > 2).then_some(()));
    first.kill();
    let left: BTreeSet<String> = spooled(data.path()).iter().map(|path| id_of(path)).collect();
    let second = Program::start(&mut worker(address, data.path()));
    coordinator.send(Signal::SIGCONT);
    expect_undisturbed(coordinator, &tournament);
    let again: BTreeSet<String> = plays(&[&second.kill()]).into_keys().collect();
    let twice: Vec<_> = left.iter().filter(|id| again.iter().any(|short| id.starts_with(short))).collect();
    assert!(twice.is_empty(), "{twice:?} were finished, and played again");
}

/// Kills the coordinator twice while it is at work, and starts it again.
fn kill_twice(mut coordinator: Program, tournament: &Tournament) -> Program {
    for _ in 0..2 {
        let before = stored(&tournament.data_folder()).len();
        wait_for("more results", || (stored(&tournament.data_folder()).len() > before + 5).then_some(()));
        coordinator.kill();
        coordinator = start(tournament);
    }
    coordinator
}

#[test]
fn when_a_coordinator_is_killed_and_comes_back_nothing_is_lost_and_nothing_played_twice() {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let tournament = tournament(address);
    let coordinator = start(&tournament);
    let worker = Program::start(&mut worker(address, data.path()));
    is_playing(&worker);
    let run = expect_undisturbed(kill_twice(coordinator, &tournament), &tournament);
    expect_each_played_once(&[&worker.kill()], &run);
    assert!(spooled(data.path()).is_empty());
}

/// Which of them calls first after the restart is luck, and it may be given what the other has: then
/// that is played twice, to the same result.
#[test]
fn when_a_coordinator_of_several_workers_is_killed_and_comes_back_nothing_is_lost() {
    let (address, data) = (free_address(), [(); 2].map(|()| tempfile::tempdir().unwrap()));
    let tournament = tournament(address);
    let coordinator = start(&tournament);
    let workers = data.each_ref().map(|data| Program::start(&mut worker(address, data.path())));
    workers.iter().for_each(is_playing);
    let run = expect_undisturbed(kill_twice(coordinator, &tournament), &tournament);
    let logs = workers.map(Program::kill);
    assert_eq!(plays(&logs.each_ref().map(String::as_str)).len(), run.matches().len());
    assert!(data.iter().all(|data| spooled(data.path()).is_empty()));
}

#[test]
fn a_coordinator_that_comes_back_with_another_tournament_gets_workers_that_forget_the_first() {
    let (address, _, data, worker) = orphaned();
    let address = address.to_string();
    let other = Tournament::of(example_bots()).with(&[
        "--ticks",
        "20",
        "--seed",
        "99",
        "--memory-bytes",
        "48MiB",
        "--listen",
        &address,
        "--local-workers",
        "0",
    ]);
    let run = other.run().expect_code(0);
    assert_eq!(run.json["tournament"]["played"], 56);
    wait_for("an empty spool", || spooled(data.path()).is_empty().then_some(()));
    worker.send(Signal::SIGTERM);
    let (code, log) = worker.end();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn who_is_told_twice_to_go_goes_at_once_and_keeps_what_is_finished() {
    let (_, _, data, worker) = orphaned();
    worker.send(Signal::SIGTERM);
    worker.says("draining");
    worker.send(Signal::SIGTERM);
    let (code, log) = worker.end();
    assert_eq!(code, Some(4), "{log}");
    assert!(!spooled(data.path()).is_empty());
}

#[test]
fn damaged_results_in_the_spool_are_set_aside_and_the_rest_is_delivered() {
    let (address, tournament, data, first) = orphaned();
    first.send(Signal::SIGTERM);
    assert_eq!(first.end().0, Some(3));
    let left = spooled(data.path());
    let whole = fs::read(&left[0]).unwrap();
    fs::write(&left[0], &whole[..whole.len() / 2]).unwrap();
    fs::write(left[0].with_file_name("notes.txt"), "not a result").unwrap();
    let coordinator = start(&tournament);
    let second = Program::start(&mut worker(address, data.path()));
    expect_undisturbed(coordinator, &tournament);
    let log = second.kill();
    assert!(log.contains(&id_of(&left[0])) && log.contains("set aside"), "{log}");
    assert!(log.contains("notes.txt"), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn workers_that_share_a_data_directory_keep_out_of_each_others_way() {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let tournament = tournament(address);
    let coordinator = start(&tournament);
    let workers = [(); 2].map(|()| Program::start(&mut worker(address, data.path())));
    workers.iter().for_each(is_playing);
    coordinator.kill();
    let codes = workers.map(|worker| {
        worker.says("does not answer");
        worker.send(Signal::SIGTERM);
        worker.end().0
    });
    assert!(codes.iter().all(|code| matches!(code, Some(0 | 3))), "{codes:?}");
    let coordinator = start(&tournament);
    let heir = Program::start(&mut worker(address, data.path()));
    expect_undisturbed(coordinator, &tournament);
    assert!(spooled(data.path()).is_empty(), "one inherits what both left");
    drop(heir);
}

#[test]
fn help_says_what_becomes_of_results_and_what_exit_codes_mean() {
    let output = Command::new(bin_folder().join("worker")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for part in
        ["DATA_DIR/spool", "0 drained", "3 drained, but", "4 stopped at once", "systemd", "kubectl", "ssh"]
    {
        assert!(help.contains(part), "{part:?} is not in {help}");
    }
}
