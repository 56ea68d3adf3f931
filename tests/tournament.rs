//! One command plays a real tournament: what the README promises, seen from outside.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use arena_tests::{Tournament, bin, copy_program, example_bots, write_bot};
use serde_json::json;

const IDLE: &[u8] = b"def bot_main(input_data):\n    return []\n";

#[test]
fn the_example_bots_play_56_matches_and_the_ladder_shows() {
    let run = Tournament::of(example_bots()).run().expect_code(0);
    let tournament = &run.json["tournament"];
    assert_eq!(tournament["matches"], 56);
    assert_eq!(tournament["played"], 56, "{}", run.stdout);
    assert_eq!((&tournament["void"], &tournament["forfeits"]), (&json!(0), &json!(0)));
    assert_eq!(run.bots().len(), 8);
    for bot in run.bots() {
        let name = bot["name"].as_str().unwrap();
        assert!(run.stdout.contains(name), "{name} is not in the table:\n{}", run.stdout);
        assert_eq!(bot["played"], 14);
        assert!(bot["fuel_per_turn_p50"].as_u64() > Some(0));
        assert!(bot["memory_peak_bytes"].as_u64() > Some(0));
    }
    let rank = |name: &str| run.bot(name)["rank"].as_u64().unwrap();
    assert!(rank("hunter") <= 3, "{}", run.stdout);
    assert!(rank("hunter") < rank("spinner") && rank("spinner") < rank("idle"), "{}", run.stdout);
    let layers = run.json["workers"][0]["layers"].to_string();
    for layer in ["seccomp", "landlock", "no_new_privs", "rlimits"] {
        assert!(layers.contains(layer), "{layer} is not among {layers}");
    }
}

#[test]
fn two_runs_with_one_seed_differ_only_in_the_four_fields() {
    let run = |slots: &str| {
        let tournament = Tournament::of(example_bots()).with(&["--seed", "7", "--ticks", "150"]);
        let child = tournament.command().env("ARENA_SLOTS", slots).spawn().unwrap();
        tournament.finish(child).expect_code(0)
    };
    let (one, other) = (run("1"), run("3"));
    assert_eq!(one.lasting(), other.lasting());
    let digests: BTreeSet<String> = one.matches().iter().map(|played| played["digest"].to_string()).collect();
    assert_eq!(digests.len(), 56, "every match has a transcript of its own");
}

#[test]
fn another_seed_is_another_tournament() {
    let run = |seed| Tournament::of(example_bots()).with(&["--seed", seed, "--ticks", "50"]).run();
    let (one, other) = (run("1").expect_code(0), run("2").expect_code(0));
    assert_ne!(one.matches()[0]["seed"], other.matches()[0]["seed"]);
    assert_ne!(one.matches()[0]["digest"], other.matches()[0]["digest"]);
}

#[test]
fn the_same_command_again_plays_nothing_again() {
    let tournament = Tournament::of(example_bots()).with(&["--ticks", "50"]);
    let first = tournament.run().expect_code(0);
    let again = tournament.run().expect_code(0);
    assert_eq!(first.json["tournament"]["cached"], 0);
    assert_eq!(again.json["tournament"]["cached"], 56);
    assert_eq!(first.lasting(), again.lasting());
}

#[test]
fn rounds_play_more_seeds_with_seats_swapped() {
    let bots = tempfile::tempdir().unwrap();
    write_bot(bots.path(), "one.py", IDLE);
    write_bot(bots.path(), "two.py", IDLE);
    let run = Tournament::of(bots.path()).with(&["--rounds", "3", "--ticks", "5"]).run().expect_code(0);
    let rows: Vec<_> = run.matches().iter().map(|m| (m["seed"].clone(), m["bots"].clone())).collect();
    assert_eq!(rows.len(), 6);
    for pair in rows.chunks(2) {
        assert_eq!(pair[0].0, pair[1].0, "a pair shares its seed");
        assert_eq!(pair[0].1[0], pair[1].1[1], "and swaps its seats");
    }
    let seeds: BTreeSet<String> = rows.iter().map(|(seed, _)| seed.to_string()).collect();
    assert_eq!(seeds.len(), 3);
}

#[test]
fn the_programs_work_outside_the_source_tree() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["coordinator", "worker", "sandbox-shim", "precompile", "python.wasm"] {
        copy_program(&bin(name), &folder.path().join(name));
    }
    write_bot(&folder.path().join("bots"), "one.py", IDLE);
    write_bot(&folder.path().join("bots"), "two.py", IDLE);
    let tournament = Tournament::of(folder.path().join("bots"))
        .by(folder.path().join("coordinator"))
        .with(&["--ticks", "5"]);
    let run = tournament.finish(tournament.command().env("PATH", "").spawn().unwrap());
    assert_eq!(run.expect_code(0).json["tournament"]["played"], 2);
}

#[test]
fn json_on_standard_output_is_the_only_thing_there() {
    let bots = tempfile::tempdir().unwrap();
    write_bot(bots.path(), "one.py", IDLE);
    write_bot(bots.path(), "two.py", IDLE);
    let data = tempfile::tempdir().unwrap();
    let csv = data.path().join("out.csv");
    let output = Command::new(bin("coordinator"))
        .arg("--bots")
        .arg(bots.path())
        .arg("--data-dir")
        .arg(data.path())
        .args(["--ticks", "5", "--json", "-", "--csv"])
        .arg(&csv)
        .env("ARENA_CACHE_DIR", arena_tests::bin_folder().join("../arena-test-cache"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["version"], 1);
    let csv = fs::read_to_string(csv).unwrap();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(csv.contains("one") && csv.contains("two"), "{csv}");
}
