//! Nothing is lost: a tournament that was interrupted goes on with the same command, and what was
//! killed is played again.

use std::process::Child;
use std::sync::OnceLock;

use arena_tests::{Tournament, descendants, example_bots, is_gone, send, wait_for};
use nix::sys::signal::Signal;
use serde_json::Value;

/// A tournament that lasts several seconds.
fn long() -> Tournament {
    Tournament::of(example_bots()).with(&["--rounds", "6"])
}

fn playing(child: &Child) -> Vec<u32> {
    // Before any match there are the zygote, the first process of its namespace, and its probe.
    wait_for("a match", || {
        let shims = descendants(child.id(), "sandbox-shim");
        (shims.len() > 3).then_some(shims)
    })
}

/// What the same tournament gives when nobody disturbs it; played once for all tests.
fn undisturbed() -> &'static Value {
    static LASTING: OnceLock<Value> = OnceLock::new();
    LASTING.get_or_init(|| long().run().expect_code(0).lasting())
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
    assert_eq!(&resumed.lasting(), undisturbed());
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
    assert_eq!(&run.lasting(), undisturbed());
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
        workers.iter().chain(&shims).all(|pid| is_gone(*pid)).then_some(())
    });
    let resumed = tournament.run().expect_code(0);
    assert_eq!(&resumed.lasting(), undisturbed());
}

#[test]
fn a_worker_that_dies_takes_its_sandboxes_along_whatever_killed_it_and_whatever_they_do() {
    for signal in [Signal::SIGKILL, Signal::SIGSEGV, Signal::SIGABRT] {
        let tournament = long();
        let child = tournament.start();
        let shims = playing(&child);
        let worker = *descendants(child.id(), "--until-stdin-closes").first().unwrap();
        // A zygote that is stopped does not see that its worker hangs up.
        let zygote = *descendants(worker, "sandbox-shim zygote").first().unwrap();
        send(Signal::SIGSTOP, zygote);
        send(signal, worker);
        wait_for("the end of the sandboxes", || shims.iter().all(|pid| is_gone(*pid)).then_some(()));
        send(Signal::SIGKILL, child.id());
        tournament.finish(child);
    }
}
