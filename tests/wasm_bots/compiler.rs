//! The compiler as a process: shared, one at a time, never left behind, and its troubles are ours.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use arena_tests::{Tournament, bin, descendants, is_gone, send, wait_for, write_bot};
use nix::sys::signal::Signal;

use super::{ARGUMENTS, folder_with, fresh_cache, has, hostile, run_with};

/// A stand-in for the compiler: does that with a stranger's component, and the usual with others.
fn stand_in(folder: &Path, does: &str) -> PathBuf {
    let (path, real) = (folder.join("precompile"), bin("precompile"));
    let real = real.display();
    let script =
        format!("#!/bin/sh\nreal='{real}'\n[ \"$1\" = --untrusted ] || exec \"$real\" \"$@\"\n{does}\n");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_compiler_that_fails_voids_matches_and_is_no_bots_loss() {
    let bots = folder_with(&["idle", "spinner"]);
    write_bot(bots.path(), "small.wasm", &hostile::smallest());
    for (does, says) in [
        ("kill -9 $$", "signal: 9"),
        ("kill -24 $$", "signal: 24"),
        ("echo no memory >&2; exit 1", "no memory"),
        ("exit 0", "the compiler of a component failed"),
        ("echo nonsense", "no zygote of a component starts"),
    ] {
        let (folder, cache) = (tempfile::tempdir().unwrap(), fresh_cache());
        let tournament = Tournament::of(bots.path()).with(&ARGUMENTS);
        let precompile = stand_in(folder.path(), does);
        let variables = [("ARENA_CACHE_DIR", cache.path()), ("ARENA_PRECOMPILE", precompile.as_path())];
        let run = run_with(&tournament, &variables).expect_code(3);
        assert_eq!(run.json["tournament"]["void"], 4, "{does}: {}", run.stdout);
        for played in run.matches() {
            let expected = if has(played, "small") { "void" } else { "played" };
            assert_eq!(played["outcome"], expected, "{does}: {played}");
            assert_eq!(played["faults"], serde_json::json!([]));
        }
        assert!(run.stderr.contains(says), "{does}: {}", run.stderr);
    }
}

#[test]
fn matches_that_wait_for_a_component_share_its_compilation_one_at_a_time() {
    let bots = folder_with(&["idle", "spinner"]);
    write_bot(bots.path(), "one.wasm", &hostile::smallest());
    write_bot(bots.path(), "twin.wasm", &hostile::smallest());
    write_bot(bots.path(), "refused.wasm", b"\0asm\x0d\0\x01\0noise");
    let (_, other, _) = hostile::running().swap_remove(1);
    write_bot(bots.path(), "other.wasm", &other);
    let (folder, cache) = (tempfile::tempdir().unwrap(), fresh_cache());
    let log = folder.path().join("log");
    let does = format!(
        "echo begin >> '{0}'; \"$real\" \"$@\"; code=$?; echo end >> '{0}'; exit $code",
        log.display()
    );
    let precompile = stand_in(folder.path(), &does);
    let tournament = Tournament::of(bots.path()).with(&ARGUMENTS);
    let variables = [
        ("ARENA_CACHE_DIR", cache.path()),
        ("ARENA_PRECOMPILE", precompile.as_path()),
        ("ARENA_SLOTS", Path::new("6")),
    ];
    let run = run_with(&tournament, &variables).expect_code(0);
    assert_eq!(run.json["tournament"]["void"], 0);
    assert!(run.matches().iter().all(|played| played["attempt"] == 1), "{}", run.stdout);
    assert_eq!(fs::read_to_string(log).unwrap(), "begin\nend\n".repeat(3));
}

#[test]
fn no_compiler_outlives_its_worker() {
    let bots = folder_with(&["idle"]);
    write_bot(bots.path(), "slow.wasm", &hostile::long_to_compile());
    let cache = fresh_cache();
    let tournament = Tournament::of(bots.path()).with(&ARGUMENTS);
    let mut child = tournament.command().env("ARENA_CACHE_DIR", cache.path()).spawn().unwrap();
    let compiler = wait_for("a compiler", || descendants(child.id(), "--untrusted --stack").pop());
    let worker = descendants(child.id(), "worker").remove(0);
    send(Signal::SIGKILL, worker);
    wait_for("the end of the compiler", || is_gone(compiler).then_some(()));
    // Another worker, or nobody any more: whoever asks twice to stop is not kept waiting either.
    send(Signal::SIGKILL, child.id());
    child.wait().unwrap();
}

#[test]
fn a_long_compilation_costs_nobody_a_try() {
    let bots = folder_with(&["idle", "spinner"]);
    write_bot(bots.path(), "small.wasm", &hostile::smallest());
    let (folder, cache) = (tempfile::tempdir().unwrap(), fresh_cache());
    let precompile = stand_in(folder.path(), "/bin/sleep 16; exec \"$real\" \"$@\"");
    // So impatient that a match which stands still for thirteen seconds is taken away.
    let patience = ["--ticks", "13", "--turn-wall-ms", "500ms", "--load-wall-ms", "1s"];
    let tournament = Tournament::of(bots.path()).with(&patience);
    let variables = [("ARENA_CACHE_DIR", cache.path()), ("ARENA_PRECOMPILE", precompile.as_path())];
    let run = run_with(&tournament, &variables).expect_code(0);
    assert_eq!(run.json["tournament"]["played"], 6, "{}", run.stdout);
    assert!(run.matches().iter().all(|played| played["attempt"] == 1), "{}", run.stdout);
}
