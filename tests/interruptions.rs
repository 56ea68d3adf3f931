//! Nothing is lost: a tournament that was interrupted goes on with the same command, and what was
//! killed is played again.

use std::process::Child;
use std::sync::OnceLock;
use std::time::Duration;

use arena_tests::{
    LOSSES, Luck, Storm, Tournament, VICTIMS, Victim, copy_store, descendants, example_bots,
    first_difference, is_gone, lose, send, stored, strike, wait_for,
};
use nix::sys::signal::Signal;
use serde_json::Value;

/// A tournament that lasts several seconds.
fn long() -> Tournament {
    Tournament::of(example_bots()).with(&["--rounds", "6"])
}

/// One that is over sooner.
fn short() -> Tournament {
    Tournament::of(example_bots()).with(&["--rounds", "2", "--ticks", "300"])
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

/// The same of the one that is over sooner.
fn undisturbed_short() -> &'static Value {
    static LASTING: OnceLock<Value> = OnceLock::new();
    LASTING.get_or_init(|| short().run().expect_code(0).lasting())
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
    // Either may end, or be replaced, between being seen and being hit.
    let kill_one = |seen: &dyn Fn() -> Option<u32>| {
        wait_for("somebody to kill", || strike(Signal::SIGKILL, seen()?).then_some(()));
    };
    kill_one(&|| playing(&child).last().copied()); // A sealed child.
    kill_one(&|| descendants(child.id(), "sandbox-shim zygote").first().copied()); // With all its children.
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

/// Seeds of storms; a failure names its own.
const SEEDS: [u64; 2] = [1, 2];
const KILLS: usize = 5;

#[test]
fn kills_at_random_instants_lose_nothing_and_record_nothing_twice() {
    for seed in SEEDS {
        let mut storm = Storm::of(seed, KILLS, &VICTIMS);
        let run = storm.weather(&short());
        assert_eq!(first_difference(undisturbed_short(), &run.lasting()), None, "{storm:?}");
    }
}

/// Two workers: when one is killed, the other plays what it had.
#[test]
fn a_worker_that_is_killed_is_replaced_by_the_other() {
    let mut storm = Storm::of(3, 1, &[Victim::Worker]);
    let run = storm.weather(&short().with(&["--local-workers", "2"]));
    assert_eq!(first_difference(undisturbed_short(), &run.lasting()), None, "{storm:?}");
    assert_eq!(storm.starts.len(), 1, "the coordinator should have gone on: {storm:?}");
}

#[test]
fn when_power_fails_at_any_moment_the_store_opens_and_the_tournament_goes_on() {
    let tournament = short();
    let mut luck = Luck::of(4);
    let mut child = tournament.start();
    let store = tournament.data_folder();
    wait_for("the store", || store.join("arena.sqlite-shm").exists().then_some(()));
    let copies = LOSSES.map(|loss| {
        luck.wait(Duration::from_millis(500));
        let copy = tournament.twin();
        copy_store(&store, &copy.data_folder());
        lose(loss, &copy.data_folder(), &mut luck);
        (loss, copy)
    });
    child.kill().unwrap();
    tournament.finish(child);
    for (loss, copy) in copies {
        let recorded = stored(&copy.data_folder()).len() as u64;
        let resumed = copy.run().expect_code(0);
        assert_eq!(first_difference(undisturbed_short(), &resumed.lasting()), None, "{loss:?}");
        assert_eq!(resumed.json["tournament"]["cached"], recorded, "{loss:?}: what was recorded counts");
    }
}

#[test]
fn a_local_worker_that_is_killed_is_started_again() {
    let tournament = short();
    let child = tournament.start();
    for _ in 0..2 {
        playing(&child);
        let worker = *descendants(child.id(), "--until-stdin-closes").first().unwrap();
        send(Signal::SIGKILL, worker);
        wait_for("the end of the worker", || is_gone(worker).then_some(()));
    }
    let run = tournament.finish(child).expect_code(0);
    assert!(run.stderr.contains("it is started again"), "{}", run.stderr);
    assert_eq!(first_difference(undisturbed_short(), &run.lasting()), None);
}

#[test]
fn a_local_worker_that_cannot_work_is_given_up_with_its_reason() {
    let tournament = short().with(&["--worker-bin", "/bin/false"]);
    let run = tournament.run().expect_code(1);
    assert!(run.stderr.contains("there is no other worker"), "{}", run.stderr);
    assert_eq!(run.stderr.matches("ended early").count(), 3, "{}", run.stderr);
}
