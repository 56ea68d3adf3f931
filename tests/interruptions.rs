//! Nothing is lost: a tournament that was interrupted goes on with the same command, and what was
//! killed is played again.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use arena_tests::{Run, Tournament, example_bots};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A tournament that lasts several seconds.
fn long() -> Tournament {
    Tournament::of(example_bots()).with(&["--rounds", "6"])
}

fn send(signal: Signal, pid: u32) {
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), signal).unwrap();
}

/// The processes below `parent` whose command line contains `part`.
fn descendants(parent: u32, part: &str) -> Vec<u32> {
    let output = Command::new("ps").args(["-eo", "pid=,ppid=,args="]).output().unwrap();
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows: Vec<(u32, u32, &str)> = table
        .lines()
        .filter_map(|line| {
            let mut words = line.trim_start().splitn(2, ' ');
            let pid = words.next()?.parse().ok()?;
            let mut rest = words.next()?.trim_start().splitn(2, ' ');
            Some((pid, rest.next()?.parse().ok()?, rest.next()?))
        })
        .collect();
    let mut family = vec![parent];
    let mut found = Vec::new();
    while let Some(member) = family.pop() {
        for (pid, _, command) in rows.iter().filter(|(_, ppid, _)| *ppid == member) {
            family.push(*pid);
            if command.contains(part) {
                found.push(*pid);
            }
        }
    }
    found
}

/// Waits for what must come, and fails if it does not come within a minute.
fn wait_for<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::yield_now();
    }
}

fn playing(child: &Child) -> Vec<u32> {
    // The zygote, and below it the sealed children of the matches that are being played.
    wait_for("a match", || {
        let shims = descendants(child.id(), "sandbox-shim");
        (shims.len() > 2).then_some(shims)
    })
}

fn undisturbed() -> Run {
    long().run().expect_code(0)
}

#[test]
fn ctrl_c_drains_says_how_to_go_on_and_the_same_command_does() {
    let tournament = long();
    let child = tournament.start();
    playing(&child);
    send(Signal::SIGINT, child.id());
    let interrupted = tournament.finish(child).expect_code(4);
    assert!(interrupted.stderr.contains("coordinator --bots"), "{}", interrupted.stderr);
    let resumed = tournament.run().expect_code(0);
    assert!(resumed.json["tournament"]["cached"].as_u64() < Some(336));
    assert_eq!(resumed.lasting(), undisturbed().lasting());
}

#[test]
fn killed_processes_cost_a_retry_and_change_no_result() {
    let tournament = long();
    let child = tournament.start();
    let shims = playing(&child);
    // A sealed child, then the zygote with all its children.
    send(Signal::SIGKILL, *shims.last().unwrap());
    let zygote = *descendants(child.id(), "sandbox-shim zygote").first().unwrap();
    send(Signal::SIGKILL, zygote);
    let run = tournament.finish(child).expect_code(0);
    assert_eq!(run.json["tournament"]["void"], 0);
    assert_eq!(run.lasting(), undisturbed().lasting());
}

#[test]
fn a_coordinator_killed_at_any_instant_loses_nothing_and_leaves_nobody_behind() {
    let tournament = long();
    let child = tournament.start();
    let shims = playing(&child);
    let workers = descendants(child.id(), "worker");
    send(Signal::SIGKILL, child.id());
    assert_eq!(tournament.finish(child).code, None);
    wait_for("the end of the worker and its sandboxes", || {
        let is_gone = |pid: &u32| kill(Pid::from_raw(i32::try_from(*pid).unwrap()), None).is_err();
        workers.iter().chain(&shims).all(is_gone).then_some(())
    });
    let resumed = tournament.run().expect_code(0);
    assert_eq!(resumed.lasting(), undisturbed().lasting());
}
