//! The worker's hold on its sandboxes: every way in which a sealed process or a zygote can end or
//! hang comes out as one host fault, and nothing stays behind.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use arena_tests::{load, zygote_config};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use pipe::FromShim;
use serde_json::Value;
use terms::{Digest, FaultKind, HostFault};
use worker::sandbox::{Keeping, Sealed, SpawnError, Zygote, ZygoteConfig, Zygotes};

const IDLE: &[u8] = b"def bot_main(d):\n    return []\n";
const TURN: &str = r#"{"game_state":{},"ship_id":0,"time_step":1}"#;

/// The process id of a child as this test sees it, whatever namespace the zygote lives in.
fn signal(child: &Sealed, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.pid()).unwrap()), signal).unwrap();
}

#[test]
fn a_child_loads_one_bot_and_answers_turn_by_turn() {
    let zygote = Arc::new(Zygote::spawn(&zygote_config()).unwrap());
    let mut child = zygote.fork(None).unwrap();
    load(&mut child, b"n = 0\ndef bot_main(d):\n    global n\n    n += 1\n    return ['LEFT'] * n\n");
    for turn in 1..=3 {
        child.turn(TURN).unwrap();
        let FromShim::Reply(usage, reply) = child.receive().unwrap() else { panic!("no reply") };
        assert!(usage.fuel > 0 && usage.memory_peak_bytes > 0);
        let reply: Value = serde_json::from_slice(reply).unwrap();
        assert_eq!(reply["actions"].as_array().unwrap().len(), turn);
    }
}

#[test]
fn a_child_that_is_killed_has_died_and_its_zygote_lives_on() {
    let zygote = Arc::new(Zygote::spawn(&zygote_config()).unwrap());
    let mut child = zygote.fork(None).unwrap();
    load(&mut child, IDLE);
    signal(&child, Signal::SIGKILL);
    child.turn(TURN).unwrap();
    let trouble = child.receive().unwrap_err();
    assert_eq!(trouble.fault, HostFault::ShimDied);
    assert!(trouble.message.contains("signal 9"), "{trouble}");
    load(&mut zygote.fork(None).unwrap(), IDLE);
}

#[test]
fn a_child_that_is_stopped_stalls_and_can_still_be_killed() {
    let zygote = Arc::new(Zygote::spawn(&zygote_config()).unwrap());
    let mut child = zygote.fork(None).unwrap();
    load(&mut child, IDLE);
    child.set_wall_clock(Duration::from_millis(50)).unwrap();
    signal(&child, Signal::SIGSTOP);
    child.turn(TURN).unwrap();
    assert_eq!(child.receive().unwrap_err().fault, HostFault::Stalled);
    let pid = child.pid();
    drop(child);
    assert!(!fs::exists(format!("/proc/{pid}")).unwrap(), "it is collected, not left as a zombie");
}

#[test]
fn a_child_that_computes_is_waited_for_beyond_the_wall_clock() {
    let zygote = Arc::new(Zygote::spawn(&zygote_config()).unwrap());
    let mut child = zygote.fork(None).unwrap();
    load(&mut child, b"def bot_main(d):\n    while True:\n        pass\n");
    child.set_wall_clock(Duration::from_millis(1)).unwrap();
    child.turn(TURN).unwrap();
    let FromShim::Fault(_, failure) = child.receive().unwrap() else { panic!("no fault") };
    assert_eq!(failure.kind, FaultKind::OutOfFuel, "fuel ended it, not the clock");
}

#[test]
fn a_zygote_that_is_killed_takes_its_children_along_and_is_replaced() {
    let zygotes = Zygotes::start(Keeping::of(zygote_config())).unwrap();
    let mut child = zygotes.fork(None).unwrap();
    load(&mut child, IDLE);
    let pid = zygotes.current().unwrap().pid();
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), Signal::SIGKILL).unwrap();
    child.set_wall_clock(Duration::from_secs(10)).unwrap();
    // The kernel takes a moment to tell the child, which may answer a turn or two meanwhile.
    let trouble = (0..1_000_000).find_map(|_| {
        child.turn(TURN).unwrap();
        child.receive().err()
    });
    assert_eq!(trouble.unwrap().fault, HostFault::ShimDied);
    drop(child);
    load(&mut zygotes.fork(None).unwrap(), IDLE);
}

#[test]
fn a_thousand_children_leave_nothing_behind() {
    let zygote = Arc::new(Zygote::spawn(&zygote_config()).unwrap());
    let descriptors = || fs::read_dir("/proc/self/fd").unwrap().count();
    let children = || {
        let pid = zygote.pid();
        fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap()
    };
    // The one that keeps the children's namespace, if there is one.
    let (before, others) = (descriptors(), children());
    for round in 0..1_000 {
        let mut child = zygote.fork(None).unwrap();
        if round % 10 == 0 {
            load(&mut child, IDLE);
        }
    }
    assert!(descriptors() <= before + 8, "{before} descriptors became {}", descriptors());
    assert_eq!(children(), others);
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let refusal = |config: ZygoteConfig| Zygote::spawn(&config).err().unwrap();
    let missing = refusal(ZygoteConfig { shim: "/nowhere/sandbox-shim".into(), ..zygote_config() });
    assert!(missing.to_string().contains("/nowhere/sandbox-shim"), "{missing}");
    let SpawnError::Refused(why) =
        refusal(ZygoteConfig { native_digest: Digest::of(b"something else"), ..zygote_config() })
    else {
        panic!("a file with another digest was loaded");
    };
    assert!(why.contains("digest") || why.contains("BLAKE3") || why.contains("damaged"), "{why}");
    let SpawnError::Refused(why) =
        refusal(ZygoteConfig { native: "/nowhere.cwasm".into(), ..zygote_config() })
    else {
        panic!("a file that is not there was loaded");
    };
    assert!(why.contains("/nowhere.cwasm"), "{why}");
    // A program that is no shim says nothing and ends.
    let silent = refusal(ZygoteConfig { shim: "/bin/true".into(), ..zygote_config() });
    assert!(matches!(silent, SpawnError::NotReady(_)), "{silent}");
}
