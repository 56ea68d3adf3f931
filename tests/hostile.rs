//! Hostile bots play tournaments with honest ones: each ends as the table says, nothing is void,
//! the honest bots' matches among themselves come out as if nobody else were there, and nothing
//! that a bot says reaches a terminal as anything but text.
//!
//! A bot is a file in `hostile/`, whose first lines say what it attacks, and a row in
//! `hostile/expectations.rs`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers fail by panicking")]

#[path = "hostile/expectations.rs"]
mod expectations;
#[path = "hostile/generated.rs"]
mod generated;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use arena_tests::{Run, Tournament, example_bots, write_bot};
use expectations::{End, Row};
use serde_json::Value;

/// Those that do nothing wrong.
const HONEST: [&str; 2] = ["hunter", "spinner"];
/// A round robin grows with the square of its bots, so the hostile ones come a few at a time.
const BOTS_PER_TOURNAMENT: usize = 6;
/// Enough ticks for all strikes; less fuel, to waste less time; and so much time that no machine is
/// too busy for it.
const ARGUMENTS: [&str; 10] = [
    "--ticks",
    "13",
    "--load-fuel",
    "500M",
    "--source-files",
    "512",
    "--turn-wall-ms",
    "60s",
    "--load-wall-ms",
    "60s",
];

#[test]
fn computing_without_end() {
    play_all("time", expectations::TIME);
}

#[test]
fn more_memory_than_there_is() {
    play_all("memory", expectations::MEMORY);
}

#[test]
fn calls_within_calls() {
    play_all("stack", expectations::STACK);
}

#[test]
fn leaving_in_the_middle() {
    play_all("exits", expectations::EXITS);
}

#[test]
fn abuse_of_the_interpreter() {
    play_all("interpreter", expectations::INTERPRETER);
}

#[test]
fn odd_answers() {
    play_all("replies", expectations::REPLIES);
}

#[test]
fn odd_exceptions() {
    play_all("exceptions", expectations::EXCEPTIONS);
}

#[test]
fn floods_of_output() {
    play_all("output", expectations::OUTPUT);
}

#[test]
fn ways_out() {
    play_all("environment", expectations::ENVIRONMENT);
}

#[test]
fn speaking_in_the_name_of_others() {
    play_all("pretence", expectations::PRETENCE);
}

#[test]
fn odd_sources() {
    play_all("sources", expectations::SOURCES);
}

#[test]
fn sources_too_odd_to_keep() {
    play_generated(expectations::GENERATED);
}

#[test]
fn sources_too_deep_to_parse_do_not_load() {
    play_generated(expectations::TOO_DEEP);
}

fn play_generated(rows: &[Row]) {
    let made = tempfile::tempdir().unwrap();
    generated::files().iter().for_each(|(file, source)| write_bot(made.path(), file, source));
    rows.chunks(BOTS_PER_TOURNAMENT).for_each(|rows| drop(play(made.path(), rows)));
}

#[test]
fn bots_that_look_for_differences_find_none() {
    play_twice("determinism", expectations::DETERMINISM);
}

#[test]
fn undefined_behaviour_is_the_same_every_time() {
    let rows: Vec<Row> =
        expectations::INTERPRETER.iter().filter(|(_, end)| *end == End::Somehow).copied().collect();
    play_twice("interpreter", &rows);
}

/// Two runs differ in nothing, however many workers share the work.
fn play_twice(folder: &str, rows: &[Row]) {
    for rows in rows.chunks(BOTS_PER_TOURNAMENT) {
        let first = play(&corpus(folder), rows);
        let bots = folder_of(&corpus(folder), rows);
        let again = Tournament::of(bots.path()).with(&ARGUMENTS).with(&["--local-workers", "2"]);
        assert_eq!(first.lasting(), again.run().expect_code(0).lasting());
    }
}

#[test]
fn the_json_can_be_shown_on_a_terminal() {
    let rows: Vec<Row> =
        expectations::EXCEPTIONS.iter().filter(|(name, _)| name.contains("escape")).copied().collect();
    let bots = folder_of(&corpus("exceptions"), &rows);
    let tournament = Tournament::of(bots.path()).with(&ARGUMENTS);
    let _ = tournament.run().expect_code(0);
    let json = fs::read_to_string(tournament.data_folder().with_file_name("out.json")).unwrap();
    assert_is_plain("the JSON", &json);
}

#[test]
fn every_file_has_its_row_and_says_what_it_attacks() {
    let tables: [(&str, &[Row]); 12] = [
        ("time", expectations::TIME),
        ("memory", expectations::MEMORY),
        ("stack", expectations::STACK),
        ("exits", expectations::EXITS),
        ("interpreter", expectations::INTERPRETER),
        ("replies", expectations::REPLIES),
        ("exceptions", expectations::EXCEPTIONS),
        ("output", expectations::OUTPUT),
        ("environment", expectations::ENVIRONMENT),
        ("determinism", expectations::DETERMINISM),
        ("pretence", expectations::PRETENCE),
        ("sources", expectations::SOURCES),
    ];
    let made: BTreeSet<String> = generated::files().iter().map(|(file, _)| bot_of(file)).collect();
    assert_eq!(made, &names_of(expectations::GENERATED) | &names_of(expectations::TOO_DEEP));
    for (folder, rows) in tables {
        assert_eq!(names_in(&corpus(folder)), names_of(rows), "{folder}");
        for (name, _) in rows {
            let source = fs::read_to_string(entry_of(&corpus(folder), name)).unwrap();
            assert!(source.starts_with("\"\"\""), "{folder}/{name} does not say what it attacks");
        }
    }
}

/// Plays all bots of a folder, a few at a time.
fn play_all(folder: &str, rows: &[Row]) {
    rows.chunks(BOTS_PER_TOURNAMENT).for_each(|rows| drop(play(&corpus(folder), rows)));
}

/// One tournament of these bots and the honest ones, and everything that must hold.
fn play(source: &Path, rows: &[Row]) -> Run {
    let bots = folder_of(source, rows);
    let tournament = Tournament::of(bots.path()).with(&ARGUMENTS);
    let run = tournament.run().expect_code(0);

    assert_eq!(run.json["tournament"]["void"], 0, "{}", run.stdout);
    let surprises: Vec<String> = rows.iter().filter_map(|(name, end)| surprise(&run, name, *end)).collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    assert_eq!(&honest_digests(&run), digests_without_others());
    assert_is_plain("standard output", &run.stdout);
    assert_is_plain("standard error", &run.stderr);
    run
}

/// Nothing in a text moves a cursor, switches modes, or makes text look like other text.
fn assert_is_plain(what: &str, text: &str) {
    let reorders =
        |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line = text.lines().find(|line| line.chars().any(|c| c.is_control() || reorders(c)));
    assert_eq!(line, None, "{what} is not plain");
}

/// The first match with an honest bot in which a bot did not end as the table says. (In others,
/// the other one may have failed first.)
fn surprise(run: &Run, name: &str, end: End) -> Option<String> {
    let with_honest = run.matches_of(name).filter(|(played, _)| bots_of(played).any(is_honest));
    with_honest.into_iter().find_map(|(played, seat)| {
        let mut own = played["faults"].as_array().unwrap().iter().filter(|fault| fault["seat"] == seat);
        let last = own.next_back().filter(|_| played["outcome"] == "forfeit");
        let found = last.map(|fault| (fault["kind"].as_str().unwrap(), fault["tick"].as_u64().unwrap()));
        let is_expected = match (end, found) {
            (End::PlaysOn, None) | (End::Somehow, _) => true,
            (End::AtLoad(kind), Some((found, tick))) => kind == found && tick == 0,
            (End::InTurn(kind), Some((found, tick))) => kind == found && tick > 0,
            _ => false,
        };
        (!is_expected).then(|| format!("{name} should end with {end:?}, but seat {seat} did with {last:?}"))
    })
}

fn bots_of(played: &Value) -> impl Iterator<Item = &Value> {
    played["bots"].as_array().unwrap().iter()
}

fn is_honest(bot: &Value) -> bool {
    HONEST.iter().any(|honest| bot == honest)
}

/// A temporary folder with these bots and the honest ones.
fn folder_of(source: &Path, rows: &[Row]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in HONEST {
        copy(&entry_of(&example_bots(), name), &folder.path().join(format!("{name}.py")));
    }
    for (name, _) in rows {
        let file = format!("{name}.py");
        let is_file = source.join(&file).is_file();
        let entry = if is_file { file } else { (*name).to_owned() };
        copy(&source.join(&entry), &folder.path().join(&entry));
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// The honest bots' matches among themselves, in schedule order.
fn honest_digests(run: &Run) -> Vec<Value> {
    let among = run.matches().iter().filter(|played| bots_of(played).all(is_honest));
    among.map(|played| played["digest"].clone()).collect()
}

/// The same from a tournament in which nobody else takes part.
fn digests_without_others() -> &'static Vec<Value> {
    static DIGESTS: OnceLock<Vec<Value>> = OnceLock::new();
    DIGESTS.get_or_init(|| {
        let bots = folder_of(Path::new(""), &[]);
        let digests = honest_digests(&Tournament::of(bots.path()).with(&ARGUMENTS).run().expect_code(0));
        assert_eq!(digests.len(), HONEST.len() * (HONEST.len() - 1));
        digests
    })
}

fn corpus(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile").join(folder)
}

fn entry_of(folder: &Path, name: &str) -> PathBuf {
    let file = folder.join(format!("{name}.py"));
    if file.is_file() { file } else { folder.join(name).join("bot.py") }
}

/// The name of the bot that a file is of.
fn bot_of(file: &str) -> String {
    let first = file.split('/').next().unwrap();
    first.trim_end_matches(".py").to_owned()
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn names_of(rows: &[Row]) -> BTreeSet<String> {
    rows.iter().map(|(name, _)| (*name).to_owned()).collect()
}
