//! `precompile --untrusted` as a worker uses it, with what strangers may hand in.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The exit code of a rejection.
const REJECTED: Option<i32> = Some(3);
/// Longer than it takes to start, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(50);

fn compile(component: &[u8]) -> Output {
    let mut compiler = Command::new(env!("CARGO_BIN_EXE_precompile"))
        .arg("--untrusted")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    compiler.stdin.take().unwrap().write_all(component).unwrap();
    compiler.wait_with_output().unwrap()
}

fn component(text: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {text})")).unwrap()
}

/// A component with one core module of that text.
fn with_module(text: &str) -> Vec<u8> {
    component(&format!("(core module {text})"))
}

fn accepted(bytes: &[u8]) -> Vec<u8> {
    let said = compile(bytes);
    assert_eq!(said.status.code(), Some(0), "{} {}", text(&said.stdout), text(&said.stderr));
    said.stdout
}

fn rejected(bytes: &[u8], expected: &str) {
    let said = compile(bytes);
    let reason = text(&said.stdout);
    assert_eq!(said.status.code(), REJECTED, "{expected}: {reason} {}", text(&said.stderr));
    assert!(reason.contains(expected), "expected {expected:?}: {reason}");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(500).collect()
}

#[test]
fn a_component_becomes_native_code_and_nothing_else_is_said() {
    let bytes =
        with_module("(func (export \"f\") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))");
    let said = compile(&bytes);
    assert!(said.status.success() && said.stderr.is_empty(), "{}", text(&said.stderr));
    assert!(said.stdout.starts_with(b"\x7fELF"));
    assert_eq!(said.stdout, compile(&bytes).stdout, "the same code every time");
}

#[test]
fn what_is_no_component_is_named() {
    let whole = with_module("(func)");
    for (bytes, expected) in [
        (&b""[..], "it is empty"),
        (b"\0asm\x01\0\0\0", "it is a core module"),
        (b"def bot_main(d): pass", "it is a text file"),
        (&[0xfe; 300], "does not begin like WebAssembly"),
        (&whole[..whole.len() - 3], "it is no valid component"),
    ] {
        rejected(bytes, expected);
    }
}

#[test]
fn features_that_bots_do_not_have_are_named() {
    rejected(&with_module("(memory i64 1)"), "memory64");
    rejected(&with_module("(memory 1 1 shared)"), "shared memor");
    rejected(&with_module("(type (struct))"), "gc");
}

#[test]
fn what_would_take_long_to_compile_is_rejected_by_its_size() {
    let many = |text: &str, count| text.repeat(count);
    let locals = format!("(func {})", many("(local i32)", 4_001));
    let long = format!("(func {})", many("nop ", 200_000));
    let wide = format!("(func (param {}))", many("i32 ", 49));
    let deep = format!("{} {} {}", many("(loop ", 10_000), "nop", many(")", 10_000));
    let branchy = format!(
        "(func (local {}) (loop (br_table {} (i32.const 0))))",
        many("i32 ", 1_000),
        many("0 ", 60_000)
    );
    let heavy = format!("(func (local {}) {deep})", many("i32 ", 1_000));
    for (bytes, expected) in [
        (with_module(&locals), "local variables in one function"),
        (with_module(&long), "bytes in one function"),
        (with_module(&wide), "parameters of one function"),
        (with_module("(func (result i32 i32 i32 i32 i32) unreachable)"), "results of one function"),
        (with_module(&branchy), "units of work"),
        (with_module(&heavy), "units of work"),
        (with_module(&many("(func)", 15_001)), "15001 functions; at most 15000"),
        (with_module(&many("(type (func))", 50_001)), "entries in its sections"),
        (component(&many("(core module)", 33)), "33 core modules; at most 32"),
        (
            component(&format!("(core module $m) {}", many("(core instance (instantiate $m))", 33))),
            "instances of core",
        ),
        (component("(component (core module))"), "code of its own"),
    ] {
        rejected(&bytes, expected);
    }
}

#[test]
fn the_most_that_is_accepted_compiles_in_time() {
    // The kernel ends whoever takes more than two minutes of the processor. Many small functions; and loops within loops, with variables that live across all of them.
    accepted(&with_module(&"(func (result i32) i32.const 1)".repeat(14_000)));
    let uses: String =
        (0..1_000).map(|local| format!("(local.set {local} (i32.load (local.get {local})))")).collect();
    let nested = format!("{} {uses} {} ", "(loop (br_if 0 (local.get 0)) ".repeat(500), ")".repeat(500));
    let function = format!("(func (param i32) (local {}) {nested})", "i32 ".repeat(999));
    accepted(&with_module(&format!("(memory 1) {}", function.repeat(7))));
}

#[test]
fn no_input_makes_it_panic() {
    let whole = with_module(
        "(memory 1) (func (param i32) (result i32) (loop (br_if 0 (local.get 0))) (local.get 0))",
    );
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for _ in 0..100 {
        let mut bytes = whole.clone();
        let place = random() % bytes.len();
        bytes[place] = random() as u8;
        let said = compile(&bytes);
        assert!(
            matches!(said.status.code(), Some(0 | 3)),
            "{bytes:?}: {:?} {}",
            said.status,
            text(&said.stderr)
        );
    }
}

/// What the process may still do, as the kernel tells it while it waits for its component.
#[test]
fn it_is_sealed_before_it_reads() {
    let mut compiler = Command::new(env!("CARGO_BIN_EXE_precompile"))
        .arg("--untrusted")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", compiler.id());
    let field = |name: &str| {
        let status = std::fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        line.trim().to_owned()
    };
    let began = Instant::now();
    while field("Seccomp:") != "2" {
        assert!(began.elapsed() < PATIENCE, "it never seals itself");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(field("NoNewPrivs:"), "1");
    assert_eq!(field("CapBnd:"), "0000000000000000");
    assert_eq!(field("Threads:"), "1");
    // An open pipe is all that it waits for.
    drop(compiler.stdin.take());
    assert_eq!(compiler.wait().unwrap().code(), REJECTED);
}
