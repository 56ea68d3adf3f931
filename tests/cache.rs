//! A result is found again by everything that it depends on, and by nothing else.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use arena_tests::{Run, Tournament, write_bot};

/// A folder with three bots that differ.
fn three_bots(folder: &Path) {
    for (name, action) in [("ann", "LEFT"), ("bob", "RIGHT"), ("cleo", "FORWARD")] {
        write(folder, name, action);
    }
}

fn write(folder: &Path, name: &str, action: &str) {
    let source = format!("def bot_main(input_data):\n    return [\"{action}\"]\n");
    write_bot(folder, &format!("{name}.py"), source.as_bytes());
}

/// A short tournament of that folder.
fn tournament(folder: &Path) -> Tournament {
    Tournament::of(folder).with(&["--ticks", "20"])
}

/// How many matches a run had, and how many of them were not played again.
fn counts(run: &Run) -> (u64, u64) {
    let count = |key: &str| run.json["tournament"][key].as_u64().unwrap();
    (count("matches"), count("cached"))
}

fn ids(run: &Run) -> BTreeSet<String> {
    run.matches().iter().map(|played| played["id"].to_string()).collect()
}

#[test]
fn one_more_bot_plays_only_its_own_matches() {
    let folder = tempfile::tempdir().unwrap();
    three_bots(folder.path());
    let tournament = tournament(folder.path());
    assert_eq!(counts(&tournament.run().expect_code(0)), (6, 0));
    write(folder.path(), "dan", "SHOOT");
    assert_eq!(counts(&tournament.run().expect_code(0)), (12, 6));
    fs::remove_file(folder.path().join("dan.py")).unwrap();
    assert_eq!(counts(&tournament.run().expect_code(0)), (6, 6));
}

#[test]
fn a_bot_that_changed_plays_only_its_own_matches_again() {
    let folder = tempfile::tempdir().unwrap();
    three_bots(folder.path());
    let tournament = tournament(folder.path());
    let before = tournament.run().expect_code(0);
    write(folder.path(), "bob", "SHOOT");
    let after = tournament.run().expect_code(0);
    assert_eq!(counts(&after), (6, 2));
    for played in after.matches() {
        let is_bobs = played["bots"].to_string().contains("bob");
        assert_eq!(played["cached"], !is_bobs, "{played}");
    }
    write(folder.path(), "bob", "RIGHT");
    let again = tournament.run().expect_code(0);
    assert_eq!(counts(&again), (6, 6), "what bob was before is known as well");
    assert_eq!(again.lasting(), before.lasting());
}

#[test]
fn a_name_is_not_what_a_match_depends_on() {
    let folder = tempfile::tempdir().unwrap();
    three_bots(folder.path());
    let tournament = tournament(folder.path());
    let before = tournament.run().expect_code(0);
    fs::rename(folder.path().join("ann.py"), folder.path().join("zoe.py")).unwrap();
    let after = tournament.run().expect_code(0);
    assert_eq!(counts(&after), (6, 6));
    assert_eq!(ids(&after), ids(&before));
    let points = |run: &Run, name: &str| run.bot(name)["points"].clone();
    assert_eq!(points(&after, "zoe"), points(&before, "ann"));
}

#[test]
fn another_limit_length_seed_or_policy_plays_everything() {
    let folder = tempfile::tempdir().unwrap();
    three_bots(folder.path());
    let tournament = Tournament::of(folder.path());
    let short = ["--ticks", "20"];
    let known = ids(&tournament.run_with(&short).expect_code(0));
    for change in [
        ["--turn-fuel", "40M"],
        ["--memory-bytes", "48MiB"],
        ["--strikes", "9"],
        ["--log-bytes", "1KiB"],
        ["--seed", "2"],
        ["--policy", "strict"],
    ] {
        let run = tournament.run_with(&[short, change].concat()).expect_code(0);
        assert_eq!(counts(&run), (6, 0), "{change:?}");
        assert!(ids(&run).is_disjoint(&known), "{change:?}");
    }
    assert_eq!(counts(&tournament.run_with(&["--ticks", "21"]).expect_code(0)), (6, 0));
    assert_eq!(counts(&tournament.run_with(&short).expect_code(0)), (6, 6));
}
