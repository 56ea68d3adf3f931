//! The life of a bot, seen from the worker: what it says, what it used, how it ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use pipe::{Ended, Load};
use support::{Answer, Child, Usage, Zygote, load};
use terms::{Bundle, FaultKind};

const GOOD: &str = "
from spacecode import *
import math, os, random, time
def bot_main(data):
    print('tick', data['time_step'])
    ship = data['game_state']['ship']
    angle = math.atan2(ship['y'], ship['x']) - ship['heading']
    luck = [random.random(), os.urandom(4).hex(), hash('a'), time.time(), time.monotonic_ns()]
    return {'actions': [FORWARD, LEFT if angle > 0 else RIGHT], 'debug_info': [angle, luck]}
";

fn one_file(source: &str) -> Bundle {
    Bundle::of_source(source.as_bytes().to_vec())
}

/// Everything that a bot says in its first turns.
fn play(child: &mut Child, load: Load) -> Vec<Answer> {
    let mut said = vec![child.load_with(load, &one_file(GOOD))];
    said.extend((1..=5).map(|tick| child.turn(tick)));
    said
}

#[test]
fn a_good_bot_loads_plays_and_ends_with_its_worker() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork_on(Some(0));
    let Answer::Loaded(usage) = child.load(GOOD) else { panic!("not loaded") };
    assert!(usage.fuel > 0 && usage.memory_peak_bytes > 1 << 20, "{usage:?}");
    for tick in 1..=100 {
        let Answer::Reply(usage, reply) = child.turn(tick) else { panic!("no reply in tick {tick}") };
        assert_eq!(usage.log, format!("tick {tick}\n"));
        assert!(reply.contains("\"actions\""), "{reply}");
    }
    child.hang_up();
    assert_eq!(zygote.reap(&child), Ended::Exited(0));
    assert_eq!(zygote.hang_up(), Some(0));
}

#[test]
fn a_thousand_forks_say_the_same_as_a_fresh_instance() {
    let fresh = play(&mut Zygote::start_with(&["--fresh"]).fork(), load(7));
    assert!(matches!(fresh.last(), Some(Answer::Reply(..))), "{fresh:?}");
    let mut zygote = Zygote::start();
    for count in 0..1_000 {
        let mut child = zygote.fork();
        assert_eq!(play(&mut child, load(7)), fresh, "fork {count}");
        child.hang_up();
        assert_eq!(zygote.reap(&child), Ended::Exited(0));
    }
}

#[test]
fn another_seed_is_other_luck_and_nothing_else() {
    let mut zygote = Zygote::start();
    let (one, other) = (play(&mut zygote.fork(), load(7)), play(&mut zygote.fork(), load(8)));
    let replies = |said: &[Answer]| -> Vec<String> {
        let reply = |answer: &Answer| match answer {
            Answer::Reply(_, reply) => Some(reply.clone()),
            _ => None,
        };
        said.iter().filter_map(reply).collect()
    };
    assert_ne!(replies(&one), replies(&other));
}

#[test]
fn a_bot_lives_on_after_a_strike_and_its_log_comes_along() {
    let source = "
state = []
def bot_main(data):
    state.append(1)
    tick = data['time_step']
    if tick == 1: print('before'); raise ValueError('one')
    if tick == 2: return 'no actions' * 10000
    return [len(state)]
";
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    assert!(matches!(child.load(source), Answer::Loaded(_)));
    let Answer::Fault(usage, FaultKind::Exception, message, traceback) = child.turn(1) else {
        panic!("no exception")
    };
    assert_eq!((usage.log.as_str(), message.as_str()), ("before\n", "ValueError: one"));
    assert!(traceback.contains("line 6"), "{traceback}");
    let Answer::Fault(usage, FaultKind::BadReply, ..) = child.turn(2) else { panic!("no bad reply") };
    assert_eq!(usage.log, "", "a log is sent once");
    assert!(matches!(child.turn(3), Answer::Reply(_, reply) if reply.contains("[3]")));
}

#[test]
fn a_fault_that_is_no_strike_is_the_last_word() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    assert!(matches!(child.load("def bot_main(data):\n    while True: pass\n"), Answer::Loaded(_)));
    assert!(matches!(child.turn(1), Answer::Fault(_, FaultKind::OutOfFuel, ..)));
    assert_eq!(child.turn(2), Answer::Gone);
    assert_eq!(zygote.reap(&child), Ended::Exited(0));
}

#[test]
fn the_log_is_bounded_over_the_whole_match_and_the_rest_is_counted() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    let limits = Load { log_bytes: 1_000, ..load(1) };
    let source = "def bot_main(data):\n    print('x' * 399)\n    return []\n";
    assert!(matches!(child.load_with(limits, &one_file(source)), Answer::Loaded(_)));
    let mut logged = |tick| match child.turn(tick) {
        Answer::Reply(Usage { log, log_dropped_bytes, .. }, _) => (log.len(), log_dropped_bytes),
        other => panic!("{other:?}"),
    };
    assert_eq!([logged(1), logged(2), logged(3), logged(4)], [(400, 0), (400, 0), (200, 200), (0, 400)]);
}

#[test]
fn every_limit_of_a_load_holds() {
    let mut zygote = Zygote::start();
    let source = "def bot_main(data):\n    bytearray(30000000)\n    return ['x' * 200]\n";
    let mut ends = |limits: Load| {
        let mut child = zygote.fork();
        match child.load_with(limits, &one_file(source)) {
            Answer::Loaded(_) => child.turn(1),
            other => other,
        }
    };
    let plenty = Load { turn_fuel: 100_000_000, ..load(1) };
    let kind = |answer: Answer| match answer {
        Answer::Fault(_, kind, ..) => Some(kind),
        Answer::Reply(..) => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind(ends(plenty)), None);
    assert_eq!(kind(ends(Load { load_fuel: 10_000, ..plenty })), Some(FaultKind::OutOfFuel));
    assert_eq!(kind(ends(Load { turn_fuel: 10_000, ..plenty })), Some(FaultKind::OutOfFuel));
    assert_eq!(kind(ends(Load { memory_bytes: 32 << 20, ..plenty })), Some(FaultKind::OutOfMemory));
    assert_eq!(kind(ends(Load { reply_bytes: 100, ..plenty })), Some(FaultKind::BadReply));
}

#[test]
fn a_reply_of_any_length_is_one_fault() {
    let mut zygote = Zygote::start();
    let limits = Load { turn_fuel: 1 << 40, memory_bytes: 1 << 30, ..load(1) };
    for length in [70_000, 10_000_000, 18_000_000, 68_000_000] {
        let mut child = zygote.fork();
        let source = format!(
            "def bot_main(data):\n    return ['x' * {length}] if data['time_step'] < 4 else ['LEFT']\n"
        );
        assert!(matches!(child.load_with(limits, &one_file(&source)), Answer::Loaded(_)));
        for tick in 1..4 {
            match child.turn(tick) {
                Answer::Fault(_, FaultKind::BadReply, message, _) => {
                    let told = if length < 64 << 20 { "bytes long" } else { "more than 67108864 bytes" };
                    assert!(message.contains(told), "{length}: {message}");
                }
                other => panic!("{length}: {other:?}"),
            }
        }
        assert!(matches!(child.turn(4), Answer::Reply(_, reply) if reply.contains("LEFT")), "{length}");
    }
}

#[test]
fn a_folder_of_files_is_one_bot() {
    let mut bundle = one_file("from lib.ways import go\ndef bot_main(data): return [go()]\n");
    bundle.add("lib/ways.py", b"def go(): return 42\n".to_vec()).unwrap();
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    assert!(matches!(child.load_with(load(1), &bundle), Answer::Loaded(_)));
    assert!(matches!(child.turn(1), Answer::Reply(_, reply) if reply.contains("42")));
}

#[test]
fn a_source_of_several_chunks_arrives_whole() {
    let source = format!("x = '{}'\ndef bot_main(data): return [len(x)]\n", "y".repeat(900_000));
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    let answer = child.load(&source);
    assert!(matches!(answer, Answer::Loaded(_)), "{answer:?}");
    assert!(matches!(child.turn(1), Answer::Reply(_, reply) if reply.contains("900000")));
}
