//! The program as people meet it: what it says when it cannot go on, and its exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is a test")]

use std::path::Path;
use std::process::{Command, Output};

use coordinator::data_dir::DataDir;
use sha2::{Digest as _, Sha256};

/// A directory with two bots, an interpreter that nobody runs, and room for data.
fn arena() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("bots")).unwrap();
    for name in ["ann.py", "bob.py"] {
        std::fs::write(dir.path().join("bots").join(name), format!("# {name}\n")).unwrap();
    }
    std::fs::write(dir.path().join("python.wasm"), interpreter()).unwrap();
    dir
}

fn interpreter() -> Vec<u8> {
    let section = |name: &str, payload: &str| {
        let body = [&[name.len() as u8], name.as_bytes(), payload.as_bytes()].concat();
        // Both lengths fit: the first into seven bits, the second into fourteen.
        [vec![0, (body.len() & 0x7f) as u8 | 0x80, (body.len() >> 7) as u8], body].concat()
    };
    let mut bytes = [b"\0asm\x0d\0\x01\0".to_vec(), section("body", "x")].concat();
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let label = format!(r#"{{"version":1,"python":"3.14.0","harness":1,"sha256":"{sha256}"}}"#);
    bytes.extend(section("arena-runtime", &label));
    bytes
}

fn coordinator(dir: &Path, arguments: &[&str]) -> Output {
    let usual = ["--bots", "bots", "--python-wasm", "python.wasm", "--worker-bin", "/nowhere/worker"];
    Command::new(env!("CARGO_BIN_EXE_coordinator"))
        .current_dir(dir)
        .env_clear()
        .args(usual.iter().filter(|_| !arguments.contains(&"--bare")))
        .args(arguments.iter().filter(|argument| **argument != "--bare"))
        .output()
        .unwrap()
}

#[track_caller]
fn refuses(dir: &Path, arguments: &[&str], code: i32, parts: &[&str]) {
    let Output { status, stdout, stderr } = coordinator(dir, arguments);
    let said = String::from_utf8_lossy(&stderr);
    for part in parts {
        assert!(said.contains(part), "{arguments:?}: {said:?} does not contain {part:?}");
    }
    assert_eq!(status.code(), Some(code), "{arguments:?}: {said}");
    assert_eq!(stdout, b"", "{arguments:?}");
}

#[test]
fn what_cannot_be_used_is_named_and_exits_with_2() {
    let dir = arena();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    std::fs::write(dir.path().join("damaged.wasm"), &interpreter()[..40]).unwrap();
    std::fs::write(dir.path().join("wrong.toml"), "round = 1\n").unwrap();
    for (arguments, parts) in [
        (&["--bare"][..], &["--bots DIR"][..]),
        (&["--rounds", "many"], &["--rounds", "many"]),
        (&["--no-such-flag"], &["--no-such-flag"]),
        (&["--config", "wrong.toml"], &["`round`", "did you mean `rounds`"]),
        (&["--bare", "--bots", "missing"], &["missing"]),
        (&["--bare", "--bots", "empty"], &["empty"]),
        (&["--bare", "--bots", "ftp://bucket"], &["ftp://bucket", "s3://BUCKET/PREFIX"]),
        (&["--bare", "--bots", "bots", "--python-wasm", "missing.wasm"], &["missing.wasm"]),
        (&["--bare", "--bots", "bots", "--python-wasm", "damaged.wasm"], &["damaged.wasm", "cut off"]),
        (&["--listen", "0.0.0.0:0"], &["--insecure"]),
    ] {
        refuses(dir.path(), arguments, 2, parts);
    }
}

#[test]
fn what_fails_says_why_and_exits_with_1() {
    let dir = arena();
    let path = dir.path();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    refuses(path, &[], 1, &["/nowhere/worker", "--worker-bin"]);
    refuses(path, &["--listen", &taken], 0x01, &[&taken, "--listen"]);
    refuses(path, &["--data-dir", "a/b"], 1, &["a/b", "parent directory"]);
    refuses(path, &["--json", "missing/out.json"], 1, &["missing/out.json"]);
    std::fs::write(path.join("broken.sqlite"), "this is no database, and long enough to tell").unwrap();
    refuses(path, &["--store", "sqlite:broken.sqlite"], 1, &["broken.sqlite", "damaged"]);
}

#[test]
fn a_second_coordinator_on_one_directory_is_told_who_has_it() {
    let dir = arena();
    let _held = DataDir::open(&dir.path().join("arena-data")).unwrap();
    let pid = std::process::id().to_string();
    refuses(dir.path(), &[], 1, &["arena-data", &pid, "--data-dir"]);
}

#[test]
fn a_local_worker_that_ends_early_ends_the_run() {
    let dir = arena();
    let arguments =
        ["--bare", "--bots", "bots", "--python-wasm", "python.wasm", "--worker-bin", "/bin/false"];
    refuses(dir.path(), &arguments, 1, &["local-1", "ended early", "exit status: 1"]);
}

#[test]
fn help_shows_examples_and_exit_codes() {
    let dir = arena();
    let Output { status, stdout, .. } = coordinator(dir.path(), &["--bare", "--help"]);
    let help = String::from_utf8_lossy(&stdout);
    assert!(status.success());
    for part in ["Examples:", "--bots my-bots", "Exit codes:", "ARENA_TURN_FUEL", "--turn-fuel"] {
        assert!(help.contains(part), "no {part:?} in\n{help}");
    }
}
