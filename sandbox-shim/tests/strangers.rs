//! A stranger's component as a bot: it starts where it can do no harm, within a bot's limits, and
//! whatever is wrong with it is its own fault, said in a sentence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use pipe::Ended;
use support::{Answer, BOT, Compiled, Stranger, Zygote, compile, load, speaks_utf_16};
use terms::{Bundle, FaultKind};

/// A zygote, and its code.
struct Running {
    zygote: Zygote,
    _code: Compiled,
}

/// Compiles as a worker does, and starts a zygote of what comes out.
fn zygote(text: &str) -> Running {
    let code = compile(text);
    Running { zygote: Zygote::start_native(&code.native, &["--untrusted"]), _code: code }
}

/// The bundle of such a bot; what its code is, the zygote knows already.
fn bundle() -> Bundle {
    let mut bundle = Bundle::default();
    bundle.add(terms::bundle::COMPONENT, b"code".to_vec()).unwrap();
    bundle.add("book.txt", b"openings".to_vec()).unwrap();
    bundle
}

/// Expects that loading ends with that fault, in a process that then ends in peace.
fn fails(text: &str, kind: FaultKind, says: &str) {
    let mut running = zygote(text);
    let mut child = running.zygote.fork();
    match child.load_with(load(7), &bundle()) {
        Answer::Fault(_, found, message, _) => {
            assert!(found == kind && message.contains(says), "expected {kind} {says:?}: {found} {message}");
        }
        other => panic!("expected {kind} {says:?}: {other:?}"),
    }
    assert_eq!(running.zygote.reap(&child), Ended::Exited(0));
}

#[test]
fn a_component_loads_and_plays_and_every_child_is_alike() {
    let mut running = zygote(&BOT.text());
    let mut seen = Vec::new();
    for _ in 0..3 {
        let mut child = running.zygote.fork();
        let Answer::Loaded(loaded) = child.load_with(load(7), &bundle()) else { panic!("not loaded") };
        let Answer::Reply(usage, reply) = child.turn(1) else { panic!("no reply") };
        assert_eq!(reply, "[\"LEFT\"]");
        assert!(matches!(child.turn(2), Answer::Reply(..)));
        seen.push((loaded, usage));
        child.hang_up();
        assert_eq!(running.zygote.reap(&child), Ended::Exited(0));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
}

#[test]
fn it_gets_the_other_files_of_its_bundle_and_not_itself() {
    let only_one =
        Stranger { load: "(if (i32.ne (local.get $count) (i32.const 1)) (then unreachable))", ..BOT };
    let mut running = zygote(&only_one.text());
    let answer = running.zygote.fork().load_with(load(7), &bundle());
    assert!(matches!(answer, Answer::Loaded(_)), "{answer:?}");
}

#[test]
fn starting_it_costs_load_fuel() {
    let busy = "(local $n i32) (loop (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 100000))))";
    let fuel = |stranger: Stranger| match zygote(&stranger.text()).zygote.fork().load_with(load(7), &bundle())
    {
        Answer::Loaded(usage) => usage.fuel,
        other => panic!("{other:?}"),
    };
    assert!(fuel(Stranger { start: busy, ..BOT }) > fuel(BOT) + 100_000);
    fails(&Stranger { start: "(loop (br 0))", ..BOT }.text(), FaultKind::OutOfFuel, "2000000000 units");
}

#[test]
fn what_fails_while_it_starts_is_its_own_fault() {
    use FaultKind::{LoadError, OutOfMemory, StackOverflow};
    let says = "does not start as a bot";
    fails(&Stranger { start: "unreachable", ..BOT }.text(), LoadError, says);
    fails(&Stranger { start: "(call $start)", ..BOT }.text(), StackOverflow, "the stack");
    fails(&Stranger { memory: "60000", ..BOT }.text(), OutOfMemory, "67108864 bytes");
    fails(&Stranger { tables: "(table 2000000 funcref)", ..BOT }.text(), LoadError, says);
    let tables = "(table 600000 funcref) (table 600000 funcref)";
    fails(&Stranger { tables, ..BOT }.text(), LoadError, says);
}

#[test]
fn what_is_no_bot_is_told_so() {
    use FaultKind::LoadError;
    fails("(component)", LoadError, "arena:bot/guest");
    fails("(component (import \"f\" (func)))", LoadError, "imports f, which the host does not know");
    let other = Stranger { ..BOT }.text().replace("param \"seed\" u64", "param \"seed\" u32");
    let other =
        other.replace("(param $count i32) (param i64 i32 i32)", "(param $count i32) (param i32 i32 i32)");
    fails(&other, LoadError, "does not start as a bot");
}

#[test]
fn a_reply_that_is_no_utf_8_is_made_so_within_bounds() {
    let mut running = zygote(&speaks_utf_16(8_000_000));
    let mut child = running.zygote.fork();
    assert!(matches!(child.load_with(load(7), &bundle()), Answer::Loaded(_)));
    for tick in 1..3 {
        let answer = child.turn(tick);
        let told = "the reply is 8000000 bytes long";
        assert!(
            matches!(&answer, Answer::Fault(_, FaultKind::BadReply, why, _) if why.contains(told)),
            "{answer:?}"
        );
    }
    child.hang_up();
    assert_eq!(running.zygote.reap(&child), Ended::Exited(0));
}
