//! What a bot could do that has taken over the interpreter: calls to the host that no Python makes.
//! Each ends in exactly one fault or reply, soon, and never in a dead shim.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::fmt::Write;
use std::time::{Duration, Instant};

use pipe::Ended;
use support::{Answer, Zygote, compiled, load};
use terms::Bundle;
use terms::FaultKind::{self, *};

/// The safety net of a worker.
const TURN_WALL_MAX: Duration = Duration::from_millis(terms::limits::DEFAULTS.turn_wall_ms as u64);

struct Attack {
    name: &'static str,
    code: &'static str,
    expect: Option<(FaultKind, &'static str)>,
}

const ATTACKS: &[Attack] = &[
    Attack { name: "nothing", code: "", expect: None },
    Attack {
        name: "alarms for ever",
        code: "loop $l (drop (call $duration (i64.const -1))) br $l end",
        expect: Some((Trap, "more than 1024 handles")),
    },
    Attack {
        name: "streams for ever",
        code: "loop $l (drop (call $out)) br $l end",
        expect: Some((Trap, "more than 1024 handles")),
    },
    Attack {
        name: "alarms that are given back",
        code: "loop $l (call $drop (call $instant (i64.const 5))) br $l end",
        expect: Some((OutOfFuel, "")),
    },
    Attack {
        name: "waiting to the end of time, twice",
        code: "(call $block (call $instant (i64.const -1))) (call $block (call $duration (i64.const -1)))",
        expect: None,
    },
    Attack {
        name: "waiting for nothing",
        code: "(call $poll (i32.const 128) (i32.const 0) (i32.const 256))",
        expect: Some((Trap, "empty list")),
    },
    Attack {
        name: "waiting for what it does not have",
        code: "(call $poll (i32.const 128) (i32.const 100000) (i32.const 256))",
        expect: Some((Trap, "handle")),
    },
    Attack {
        name: "waiting for one thing many times, for ever",
        code: "(local.set $handle (call $instant (i64.const 5)))
               loop $f (i32.store (i32.add (i32.const 1024) (local.get $which)) (local.get $handle))
               (br_if $f (i32.lt_u (local.tee $which (i32.add (local.get $which) (i32.const 4))) (i32.const 3600))) end
               loop $l (call $poll (i32.const 1024) (i32.const 900) (i32.const 256)) br $l end",
        expect: Some((OutOfFuel, "")),
    },
    Attack {
        name: "waiting beyond the end of memory",
        code: "(call $poll (i32.const 128) (i32.const 2000000000) (i32.const 256))",
        expect: Some((Trap, "")),
    },
    Attack {
        name: "all random bytes that there are",
        code: "(call $bytes (i64.const -1) (i32.const 256))",
        expect: Some((OutOfFuel, "")),
    },
    Attack {
        name: "too many random bytes",
        code: "(call $bytes (i64.const 2000000) (i32.const 256))",
        expect: Some((Trap, "2000000 random bytes")),
    },
    Attack {
        name: "random numbers for ever",
        code: "loop $l (drop (call $number)) br $l end",
        expect: Some((OutOfFuel, "")),
    },
    Attack {
        name: "zeros without end",
        code: "(call $zeroes (call $out) (i64.const -1) (i32.const 256))",
        expect: Some((OutOfFuel, "")),
    },
    Attack {
        name: "all memory as output, for ever",
        code: "(drop (call $grow (i32.const 900))) (local.set $handle (call $out))
               loop $l (call $write (local.get $handle) (i32.const 0) (i32.const 60000000) (i32.const 256)) br $l end",
        expect: Some((OutOfFuel, "")),
    },
    Attack {
        name: "much output, for ever",
        code: "(local.set $handle (call $out))
               loop $l (call $write (local.get $handle) (i32.const 0) (i32.const 1000000) (i32.const 256)) br $l end",
        expect: Some((OutOfFuel, "")),
    },
    Attack {
        name: "output through a stream that is none",
        code: "(call $write (i32.const 77) (i32.const 0) (i32.const 1) (i32.const 256))",
        expect: Some((Trap, "handle")),
    },
    Attack {
        name: "output through the input",
        code: "(call $write (call $in) (i32.const 0) (i32.const 1) (i32.const 256))",
        expect: Some((Trap, "handle")),
    },
    Attack {
        name: "skipping input",
        code: "(call $skip (call $in) (i64.const -1) (i32.const 256))",
        expect: None,
    },
    Attack { name: "exit", code: "(call $exit (i32.const 255))", expect: Some((Exited, "with code 255")) },
    Attack {
        name: "talking to nobody, for ever",
        code: "loop $l (call $say (i32.const 0) (i32.const 1000000) (i32.const 256)) br $l end",
        expect: Some((OutOfFuel, "")),
    },
    Attack { name: "asking nobody", code: "(call $maybe (i32.const 256))", expect: None },
    Attack {
        name: "what nobody offers",
        code: "(call $act)",
        expect: Some((Trap, "nobody:knows/this.act, which does not exist")),
    },
    Attack { name: "a thing that nobody has", code: "(call $use (i32.const 1))", expect: Some((Trap, "handle")) },
    Attack {
        name: "all memory",
        code: "(drop (call $grow (i32.const 65535))) unreachable",
        expect: Some((OutOfMemory, "67108864 bytes")),
    },
    Attack {
        name: "memory page by page",
        code: "loop $l (br_if $l (i32.ne (call $grow (i32.const 1)) (i32.const -1))) end",
        expect: None,
    },
    Attack {
        name: "asking for memory for ever",
        code: "loop $l (drop (call $grow (i32.const 1))) br $l end",
        expect: Some((OutOfFuel, "")),
    },
    Attack {
        name: "a reply beyond the end of memory",
        code: "(i32.store (i32.const 4) (i32.const 1)) (i32.store (i32.const 8) (i32.const -1))",
        expect: Some((Trap, "")),
    },
    Attack {
        name: "a reply that is no text",
        code: "(i32.store (i32.const 4) (i32.const 300)) (i32.store (i32.const 8) (i32.const 4))
               (i32.store (i32.const 300) (i32.const -1))",
        expect: Some((Trap, "")),
    },
    Attack {
        name: "a reply of a mebibyte",
        code: "(i32.store (i32.const 8) (i32.const 1048576))",
        expect: Some((BadReply, "1048576 bytes long")),
    },
    Attack {
        name: "a reply of megabytes",
        code: "(drop (call $grow (i32.const 400))) (i32.store (i32.const 8) (i32.const 20000000))",
        expect: Some((BadReply, "20000000 bytes long")),
    },
    Attack {
        name: "a reply of more than crosses",
        code: "(drop (call $grow (i32.const 1200))) (i32.store (i32.const 8) (i32.const 70000000))",
        expect: Some((OutOfMemory, "")),
    },
    Attack {
        name: "output of more than crosses",
        code: "(drop (call $grow (i32.const 1200))) (call $write (call $out) (i32.const 0) (i32.const 70000000) (i32.const 256))",
        expect: Some((OutOfMemory, "")),
    },
    Attack { name: "a result that is none", code: "(i32.store (i32.const 0) (i32.const 7))", expect: Some((Trap, "")) },
    Attack {
        name: "a fault that is none",
        code: "(i32.store (i32.const 0) (i32.const 1)) (i32.store (i32.const 4) (i32.const 99))",
        expect: Some((Trap, "")),
    },
    Attack {
        name: "a fault with a long story",
        code: "(i32.store (i32.const 0) (i32.const 1)) (i32.store (i32.const 4) (i32.const 2))
               (i32.store (i32.const 8) (i32.const 4096)) (i32.store (i32.const 12) (i32.const 1000000))
               (i32.store (i32.const 16) (i32.const 4096)) (i32.store (i32.const 20) (i32.const 1000000))",
        expect: Some((Exception, "")),
    },
    Attack { name: "code that is none", code: "unreachable", expect: Some((Trap, "unreachable")) },
    Attack { name: "a division by zero", code: "(drop (i32.div_u (i32.const 1) (i32.const 0)))", expect: Some((Trap, "zero")) },
    Attack { name: "memory that is not there", code: "(drop (i32.load (i32.const -8)))", expect: Some((Trap, "memory")) },
];

/// The guest with every attack in it, chosen by number.
fn guest() -> Vec<u8> {
    let template = include_str!("support/hostile_guest.wat");
    let mut body = String::new();
    for (number, attack) in ATTACKS.iter().enumerate() {
        let mine = format!("(i32.eq (local.get $which) (i32.const {number}))");
        let code = attack.code;
        writeln!(body, "(if {mine} (then (local.set $which (i32.const 0)) {code} (return (i32.const 0))))")
            .unwrap();
    }
    wat::parse_str(template.replace("BODY", &body)).unwrap()
}

#[test]
fn a_guest_without_scruples_harms_only_itself() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guest.wasm");
    std::fs::write(&path, guest()).unwrap();
    let native = compiled(&path);
    let mut zygote = Zygote::start_native(&native, &[]);
    let mut wrong = String::new();
    for (number, attack) in ATTACKS.iter().enumerate() {
        let mut child = zygote.fork();
        assert!(matches!(child.load("not read by anybody"), Answer::Loaded(_)));
        let began = Instant::now();
        let answer = child.turn_with(&char::from(b'!' + number as u8).to_string());
        let took = began.elapsed();
        child.hang_up();
        let ended = zygote.reap(&child);
        let expected = match (&attack.expect, &answer) {
            (None, Answer::Reply(..)) => true,
            (Some((kind, text)), Answer::Fault(_, got, message, _)) => kind == got && message.contains(text),
            _ => false,
        };
        if !expected || ended != Ended::Exited(0) || took > TURN_WALL_MAX {
            let mut said = format!("{answer:?}");
            said.truncate(300);
            writeln!(wrong, "{}: {said}, {ended:?}, {took:?}", attack.name).unwrap();
        }
    }
    assert!(wrong.is_empty(), "these ended in another way:\n{wrong}");
}

#[test]
fn what_is_said_too_long_is_a_strike_as_a_reply_and_the_end_in_the_middle_of_a_turn() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guest.wasm");
    std::fs::write(&path, guest()).unwrap();
    let native = compiled(&path);
    let mut zygote = Zygote::start_native(&native, &[]);
    let mut second_turn = |name: &str| {
        let turn = |name| char::from(b'!' + ATTACKS.iter().position(|one| one.name == name).unwrap() as u8);
        let mut child = zygote.fork();
        let limits = pipe::Load { memory_bytes: 128 << 20, ..load(1) };
        let bundle = Bundle::of_source(b"not read by anybody".to_vec());
        assert!(matches!(child.load_with(limits, &bundle), Answer::Loaded(_)));
        let told = "gave more than 67108864 bytes at once";
        let answer = child.turn_with(&turn(name).to_string());
        assert!(
            matches!(&answer, Answer::Fault(_, BadReply, why, _) if why.contains(told)),
            "{name}: {answer:?}"
        );
        child.turn_with(&turn("nothing").to_string())
    };
    assert!(matches!(second_turn("a reply of more than crosses"), Answer::Reply(..)));
    let answer = second_turn("output of more than crosses");
    assert!(
        matches!(&answer, Answer::Fault(_, Trap, why, _) if why.contains("an earlier turn")),
        "{answer:?}"
    );
}
