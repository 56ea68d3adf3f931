//! Components take part like bots in Python: the example in Rust wins and loses by the rules, hostile
//! ones end as the table says on every machine, and whatever goes wrong with compiling is never a
//! bot's loss.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers fail by panicking")]

#[path = "wasm_bots/compiler.rs"]
mod compiler;
#[path = "wasm_bots/hostile.rs"]
mod hostile;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use arena_tests::{Run, Tournament, bin_folder, example_bots, write_bot};
use hostile::{End, Row};
use serde_json::Value;

/// Those that do nothing wrong.
const HONEST: [&str; 2] = ["hunter", "spinner"];
/// A round robin grows with the square of its bots, so the hostile ones come a few at a time.
const BOTS_PER_TOURNAMENT: usize = 8;
/// Enough ticks for all strikes; less fuel, to waste less time; and so much time that no machine is
/// too busy for it.
const ARGUMENTS: [&str; 8] =
    ["--ticks", "13", "--load-fuel", "500M", "--turn-wall-ms", "60s", "--load-wall-ms", "60s"];

/// The example in Rust, built once by its own recipe.
fn marksman() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let path = bin_folder().join("../arena-test-cache/wasm-bot/marksman.wasm");
        let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/wasm-bot/build");
        let built = Command::new(recipe).arg("--out").arg(&path).output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        path
    })
}

/// A folder with these bots out of the examples.
fn folder_with(examples: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in examples {
        let file = format!("{name}.py");
        fs::copy(example_bots().join(&file), folder.path().join(&file)).unwrap();
    }
    folder
}

/// A cache in which only the interpreter is compiled already.
fn fresh_cache() -> tempfile::TempDir {
    let cache = tempfile::tempdir().unwrap();
    // Compiled here if this is the first test of all.
    let native = arena_tests::native().path;
    symlink(native.parent().unwrap().parent().unwrap(), cache.path().join("native")).unwrap();
    cache
}

fn run_with(tournament: &Tournament, variables: &[(&str, &Path)]) -> Run {
    let mut command = tournament.command();
    command.envs(variables.iter().copied());
    tournament.finish(command.spawn().unwrap())
}

/// The compiled components of a cache.
fn compiled(cache: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(cache.join("components")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_bot_in_rust_plays_among_bots_in_python_and_beats_the_simple_ones() {
    let bots = folder_with(&["idle", "spinner", "gambler"]);
    fs::copy(marksman(), bots.path().join("marksman.wasm")).unwrap();
    let run = Tournament::of(bots.path()).with(&["--rounds", "2"]).run().expect_code(0);
    assert_eq!(run.json["tournament"]["played"], 24, "{}", run.stdout);
    for other in ["idle", "spinner", "gambler"] {
        let mut points = 0.0;
        for (played, seat) in run.matches_of("marksman").filter(|(played, _)| has(played, other)) {
            points += played["scores"][seat as usize].as_f64().unwrap();
        }
        assert!(points > 2.0, "{points} of 4 points against {other}\n{}", run.stdout);
    }
    assert_eq!(run.bot("marksman")["rank"], 1, "{}", run.stdout);
}

#[test]
fn fresh_or_cached_here_or_there_a_component_plays_the_same_to_the_unit_of_fuel() {
    let bots = folder_with(&HONEST);
    fs::copy(marksman(), bots.path().join("marksman.wasm")).unwrap();
    write_bot(bots.path(), "folder/bot.wasm", &hostile::smallest());
    write_bot(bots.path(), "folder/book.txt", b"openings");
    let play = |cache: &Path, more: &[&str]| {
        let tournament = Tournament::of(bots.path()).with(&["--ticks", "150"]).with(more);
        run_with(&tournament, &[("ARENA_CACHE_DIR", cache)]).expect_code(0)
    };
    let (one, other) = (fresh_cache(), fresh_cache());
    let first = play(one.path(), &[]);
    let made = compiled(one.path());
    let again = play(one.path(), &[]);
    let elsewhere = play(other.path(), &["--local-workers", "2"]);
    assert_eq!(first.lasting(), again.lasting());
    assert_eq!(first.lasting(), elsewhere.lasting());
    assert!(first.matches_of("marksman").all(|(played, seat)| played["fuel"][seat as usize] != 0));
    assert_eq!(made.len(), 2);
    assert_eq!(compiled(one.path()), made, "nothing is compiled twice");
}

#[test]
fn damaged_native_code_is_made_again_and_never_run() {
    let bots = folder_with(&["idle"]);
    write_bot(bots.path(), "small.wasm", &hostile::smallest());
    let cache = fresh_cache();
    let play = || {
        let tournament = Tournament::of(bots.path()).with(&ARGUMENTS);
        run_with(&tournament, &[("ARENA_CACHE_DIR", cache.path())]).expect_code(0)
    };
    let first = play();
    let [native] = &compiled(cache.path())[..] else { panic!("one component") };
    let mut code = fs::read(native).unwrap();
    let middle = code.len() / 2;
    code[middle] ^= 1;
    fs::write(native, &code).unwrap();
    assert_eq!(play().lasting(), first.lasting());
    assert_ne!(fs::read(native).unwrap(), code);
}

#[test]
fn hostile_components_end_as_the_table_says() {
    play_all(&hostile::running());
}

#[test]
fn components_that_are_no_bots_fail_to_load_with_the_reason() {
    play_all(&hostile::refused());
}

/// Plays all rows, a few at a time, and everything that must hold.
fn play_all(rows: &[Row]) {
    for rows in rows.chunks(BOTS_PER_TOURNAMENT) {
        let bots = folder_with(&HONEST);
        rows.iter().for_each(|(name, bytes, _)| write_bot(bots.path(), &format!("{name}.wasm"), bytes));
        let run = Tournament::of(bots.path()).with(&ARGUMENTS).run().expect_code(0);
        assert_eq!(run.json["tournament"]["void"], 0, "{}", run.stdout);
        let surprises: Vec<String> =
            rows.iter().filter_map(|(name, _, end)| surprise(&run, name, *end)).collect();
        assert!(surprises.is_empty(), "{}", surprises.join("\n"));
        assert_eq!(&honest_digests(&run), digests_without_others());
    }
}

/// The first match with an honest bot in which a bot did not end as the table says.
fn surprise(run: &Run, name: &str, end: End) -> Option<String> {
    let with_honest = run.matches_of(name).filter(|(played, _)| HONEST.iter().any(|bot| has(played, bot)));
    with_honest.into_iter().find_map(|(played, seat)| {
        let mut own = played["faults"].as_array().unwrap().iter().filter(|fault| fault["seat"] == seat);
        let last = own.next_back().filter(|_| played["outcome"] == "forfeit");
        let found = last.map(|fault| (fault["kind"].as_str().unwrap(), fault["tick"] != 0));
        let message = last.map_or("", |fault| fault["message"].as_str().unwrap());
        let blames_python = ["interpreter", "Python"].iter().any(|word| message.contains(word));
        let is_expected = match (end, found) {
            (End::PlaysOn, None) => true,
            (End::AtLoad(kind, says), Some((found, false))) => kind == found && message.contains(says),
            (End::InTurn(kind, says), Some((found, true))) => kind == found && message.contains(says),
            _ => false,
        };
        (!is_expected || blames_python)
            .then(|| format!("{name} should end with {end:?}, but seat {seat} did with {last:?}"))
    })
}

fn has(played: &Value, bot: &str) -> bool {
    played["bots"].as_array().unwrap().iter().any(|name| name == bot)
}

/// The honest bots' matches among themselves, in schedule order.
fn honest_digests(run: &Run) -> Vec<Value> {
    let among = run.matches().iter().filter(|played| HONEST.iter().all(|bot| has(played, bot)));
    among.map(|played| played["digest"].clone()).collect()
}

/// The same from a tournament in which nobody else takes part.
fn digests_without_others() -> &'static Vec<Value> {
    static DIGESTS: OnceLock<Vec<Value>> = OnceLock::new();
    DIGESTS.get_or_init(|| {
        let bots = folder_with(&HONEST);
        honest_digests(&Tournament::of(bots.path()).with(&ARGUMENTS).run().expect_code(0))
    })
}
