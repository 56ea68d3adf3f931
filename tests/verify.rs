//! What is recorded can be checked long after the tournament, with nothing but the data directory.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use arena_tests::{Tournament, bin, bin_folder, example_bots};
use serde_json::Value;

fn played() -> Tournament {
    let tournament = Tournament::of(example_bots()).with(&["--ticks", "40", "--audit", "0%"]);
    let _ = tournament.run().expect_code(0);
    tournament
}

/// `coordinator verify`, its exit code, what it said, and its document.
fn verify(tournament: &Tournament, arguments: &[&str]) -> (Option<i32>, String, Value) {
    let json_path = tournament.data_folder().join("verified.json");
    let mut command = Command::new(bin("coordinator"));
    command.arg("verify").args(arguments).arg("--data-dir").arg(tournament.data_folder());
    command.env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache"));
    let said =
        |output: Output| String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let text = command.output().unwrap();
    let code = text.status.code();
    let text = said(text);
    let documented = command.arg("--json").arg(&json_path).output().unwrap();
    let document = fs::read(json_path).unwrap_or_default();
    (code, text + &said(documented), serde_json::from_slice(&document).unwrap_or_default())
}

/// What a broken disk, or somebody with an editor, does to one result.
fn spoil(tournament: &Tournament) {
    let script = "import sqlite3, sys\n\
                  store = sqlite3.connect(sys.argv[1])\n\
                  first = store.execute('SELECT MIN(match_id) FROM results').fetchone()\n\
                  store.execute('UPDATE results SET ticks = ticks - 1 WHERE match_id = ?', first)\n\
                  store.commit()\n";
    let store = tournament.data_folder().join("arena.sqlite");
    let done = Command::new("python3").args(["-c", script]).arg(store).status().unwrap();
    assert!(done.success());
}

#[test]
fn honest_results_are_found_equal_every_one() {
    let tournament = played();
    let (code, said, document) = verify(&tournament, &["--sample", "100%"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("56 of 56 recorded matches played again: 56 equal"), "{said}");
    assert_eq!((&document["verified"], &document["equal"]), (&56.into(), &56.into()));
    assert_eq!(document["alarms"], Value::Array(Vec::new()));
    let (code, said, document) = verify(&tournament, &[]);
    assert_eq!((code, document["verified"].as_u64()), (Some(0), Some(3)), "five per cent of 56: {said}");
}

#[test]
fn a_wrong_result_is_corrected_if_two_workers_agree() {
    let tournament = played();
    let before = tournament.run().expect_code(0);
    spoil(&tournament);
    let (code, said, again) = verify(&tournament, &["--sample", "100%", "--local-workers", "2"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("1 recorded wrongly, and corrected"), "{said}");
    assert_eq!(again["equal"], 56, "the second time: {again}");
    let after = tournament.run().expect_code(0);
    assert_eq!(after.json["tournament"]["cached"], 56);
    assert_eq!(after.lasting(), before.lasting());
}

#[test]
fn a_wrong_result_that_one_worker_alone_disputes_is_set_aside_and_played_again() {
    let tournament = played();
    let before = tournament.run().expect_code(0);
    spoil(&tournament);
    let (code, said, _) = verify(&tournament, &["--sample", "100%"]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("1 undecided") && said.contains("1 not recorded any more"), "{said}");
    let after = tournament.run().expect_code(0);
    assert_eq!(after.json["tournament"]["cached"], 55);
    assert_eq!(after.lasting(), before.lasting());
}

#[test]
fn what_cannot_be_played_again_is_counted_and_named() {
    let tournament = played();
    let transcripts = tournament.data_folder().join("transcripts");
    let folders = fs::read_dir(&transcripts).unwrap().map(|folder| folder.unwrap().path());
    let files: Vec<_> = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).collect();
    let [one, other, ..] = &files[..] else { panic!("no transcripts") };
    fs::remove_file(one.as_ref().unwrap().path()).unwrap();
    fs::write(other.as_ref().unwrap().path(), b"damaged").unwrap();
    let (code, said, document) = verify(&tournament, &["--sample", "100%"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("54 of 56 recorded matches played again: 54 equal"), "{said}");
    assert!(said.contains("1 left out, because their transcript is damaged"), "{said}");
    assert_eq!(document["skipped"]["without_transcript"], 1);
}

#[test]
fn there_must_be_something_to_verify() {
    let folder = tempfile::tempdir().unwrap();
    let output = |arguments: &[&str], data: &Path| {
        let mut command = Command::new(bin("coordinator"));
        command.arg("verify").args(arguments).arg("--data-dir").arg(data).output().unwrap()
    };
    let nothing = output(&[], &folder.path().join("data"));
    assert_eq!(nothing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("there is no store"));
    let wrong = output(&["--sample", "120%"], folder.path());
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("--sample is \"120%\""));
}
