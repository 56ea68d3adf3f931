//! Hostile components, each with what becomes of it: a row for each.

/// The smallest bot that is a component, with places to fill in.
const SMALLEST: &str = include_str!("../../sandbox-shim/tests/support/stranger.wat");

/// How a bot ends, if nobody else ends the match first: the kind of its last fault, and what its
/// message says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// It plays on to the last tick.
    PlaysOn,
    /// It forfeits while loading.
    AtLoad(&'static str, &'static str),
    /// It forfeits in a turn.
    InTurn(&'static str, &'static str),
}
use End::{AtLoad, InTurn, PlaysOn};

/// A name, the bytes, the end.
pub(crate) type Row = (&'static str, Vec<u8>, End);

/// What differs from the smallest bot.
#[derive(Clone, Copy)]
struct Parts {
    memory: &'static str,
    tables: &'static str,
    start: &'static str,
    load: &'static str,
    turn: &'static str,
}

const BOT: Parts = Parts { memory: "1", tables: "", start: "", load: "", turn: "" };
const FOR_EVER: &str = "(loop (br 0))";
const GROWS: &str = "(loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable";

impl Parts {
    fn text(self) -> String {
        // The referee wants the longer form of a reply, and the shim, whose bot this is, none at all.
        SMALLEST
            .replace(r#"[\"LEFT\"]"#, r#"{\"actions\":[\"LEFT\"]}"#)
            .replace("(i32.const 136) (i32.const 8)", "(i32.const 136) (i32.const 20)")
            .replace("MEMORY", self.memory)
            .replace("TABLES", self.tables)
            .replace("START)", &format!("{})", self.start))
            .replace("LOAD", self.load)
            .replace("TURN", self.turn)
    }

    fn bytes(self) -> Vec<u8> {
        encoded(&self.text())
    }
}

fn encoded(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// The smallest bot, which turns left.
pub(crate) fn smallest() -> Vec<u8> {
    BOT.bytes()
}

/// A turn that answers with so many bytes from there on.
macro_rules! replies {
    ($place:literal, $bytes:literal) => {
        Parts {
            turn: concat!(
                "(i32.store (i32.const 132) (i32.const ",
                $place,
                ")) (i32.store (i32.const 136) (i32.const ",
                $bytes,
                ")) (return (i32.const 128))"
            ),
            memory: "20",
            ..BOT
        }
    };
}

/// A turn that answers with a fault of that kind, without a word.
macro_rules! claims {
    ($kind:literal) => {
        Parts {
            turn: concat!(
                "(i32.store8 (i32.const 192) (i32.const 1)) (i32.store8 (i32.const 196) (i32.const ",
                $kind,
                ")) (return (i32.const 192))"
            ),
            ..BOT
        }
    };
}

/// Components that run.
pub(crate) fn running() -> Vec<Row> {
    let recurses = Parts {
        start: "(if (i32.load (i32.const 0)) (then (call $start)))",
        turn: "(i32.store (i32.const 0) (i32.const 1)) (call $start)",
        ..BOT
    };
    let no_text = Parts { turn: "(i32.store8 (i32.const 256) (i32.const 255))", ..BOT };
    let rows: [(&str, Parts, End); 21] = [
        ("does_nothing_wrong", BOT, PlaysOn),
        ("loops_in_a_turn", Parts { turn: FOR_EVER, ..BOT }, InTurn("out_of_fuel", "the turn")),
        ("loops_while_loading", Parts { load: FOR_EVER, ..BOT }, AtLoad("out_of_fuel", "loading")),
        ("loops_at_the_start", Parts { start: FOR_EVER, ..BOT }, AtLoad("out_of_fuel", "loading")),
        ("grows_in_a_turn", Parts { turn: GROWS, ..BOT }, InTurn("out_of_memory", "67108864 bytes")),
        ("grows_while_loading", Parts { load: GROWS, ..BOT }, AtLoad("out_of_memory", "67108864 bytes")),
        ("wants_much_memory", Parts { memory: "60000", ..BOT }, AtLoad("out_of_memory", "67108864 bytes")),
        (
            "wants_large_tables",
            Parts { tables: "(table 2000000 funcref)", ..BOT },
            AtLoad("load_error", "does not start as a bot"),
        ),
        ("traps_in_a_turn", Parts { turn: "unreachable", ..BOT }, InTurn("trap", "unreachable")),
        ("traps_while_loading", Parts { load: "unreachable", ..BOT }, AtLoad("trap", "unreachable")),
        (
            "traps_at_the_start",
            Parts { start: "unreachable", ..BOT },
            AtLoad("load_error", "does not start as a bot"),
        ),
        ("recurses_in_a_turn", recurses, InTurn("stack_overflow", "the stack")),
        (
            "recurses_at_the_start",
            Parts { start: "(call $start)", ..BOT },
            AtLoad("stack_overflow", "the stack"),
        ),
        ("answers_half", replies!("256", "4"), InTurn("bad_reply", "")),
        ("answers_nothing", replies!("256", "0"), InTurn("bad_reply", "")),
        ("answers_at_length", replies!("4096", "100000"), InTurn("bad_reply", "100000 bytes long")),
        ("answers_from_nowhere", replies!("0x7fffff00", "8"), InTurn("trap", "")),
        ("answers_no_text", no_text, InTurn("trap", "")),
        ("claims_a_policy", claims!("1"), InTurn("policy", "")),
        ("claims_an_exception", claims!("2"), InTurn("exception", "")),
        ("claims_no_known_fault", claims!("99"), InTurn("trap", "")),
    ];
    rows.into_iter().map(|(name, parts, end)| (name, parts.bytes(), end)).collect()
}

/// Components that do not get that far.
pub(crate) fn refused() -> Vec<Row> {
    let whole = smallest();
    let other_types = BOT
        .text()
        .replace("param \"seed\" u64", "param \"seed\" u32")
        .replace("(param $count i32) (param i64 i32 i32)", "(param $count i32) (param i32 i32 i32)");
    let no_bot = "does not start as a bot";
    let no_component = "bot.wasm is not accepted: it is no valid component";
    let noise: Vec<u8> =
        (0..9_999_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    vec![
        ("is_empty", encoded("(component)"), AtLoad("load_error", "arena:bot/guest")),
        ("has_other_types", encoded(&other_types), AtLoad("load_error", no_bot)),
        (
            "imports_a_function",
            encoded("(component (import \"f\" (func)))"),
            AtLoad("load_error", "imports f, which the host does not know"),
        ),
        (
            "imports_the_web",
            encoded(
                "(component (import \"wasi:http/outgoing-handler@0.2.0\" (instance (export \"handle\" (func)))))",
            ),
            AtLoad("load_error", "arena:bot/guest"),
        ),
        ("is_cut_off", whole[..whole.len() - 40].to_vec(), AtLoad("load_error", no_component)),
        ("is_noise", [b"\0asm\x0d\0\x01\0", &noise[..]].concat(), AtLoad("load_error", no_component)),
        ("shares_memory", with_module("(memory 1 1 shared)"), AtLoad("load_error", "shared memor")),
        ("is_a_compile_bomb", compile_bomb(), AtLoad("load_error", "units of work to compile")),
        (
            "has_many_functions",
            with_module(&"(func)".repeat(15_001)),
            AtLoad("load_error", "15001 functions; at most 15000 are allowed"),
        ),
    ]
}

fn with_module(text: &str) -> Vec<u8> {
    encoded(&format!("(component (core module {text}))"))
}

/// A few kilobytes that a compiler would be busy with for hours.
fn compile_bomb() -> Vec<u8> {
    let loops = format!("{} nop {}", "(loop ".repeat(10_000), ")".repeat(10_000));
    with_module(&format!("(func (local {}) {loops})", "i32 ".repeat(1_000)))
}

/// About as much work for the compiler as is accepted: seconds of it. It is no bot.
pub(crate) fn long_to_compile() -> Vec<u8> {
    let uses: String =
        (0..1_000).map(|local| format!("(local.set {local} (i32.load (local.get {local})))")).collect();
    let nested = format!("{} {uses} {} ", "(loop (br_if 0 (local.get 0)) ".repeat(500), ")".repeat(500));
    let function = format!("(func (param i32) (local {}) {nested})", "i32 ".repeat(999));
    with_module(&format!("(memory 1) {}", function.repeat(7)))
}
