//! Bots that have broken out of WebAssembly, in a real tournament with honest ones: a worker plays
//! with the breakout drill for its shim, in which a bot that asks for an attack runs native code and
//! says to the worker whatever it likes. Nothing works, the worker plays on, and the honest bots'
//! matches come out as with the shim that is shipped.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers fail by panicking")]

use std::path::Path;

use arena_tests::{Run, Tournament, descendants, drill, example_bots, wait_for, write_bot};
use serde_json::Value;

/// What comes of an attacker's matches with honest bots, if it is not its opponent who fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// A host fault of that kind: not scored.
    Void(&'static str),
    /// It harms itself, with a fault of that kind.
    Forfeits(&'static str),
    /// It plays to the end, as anybody may.
    Plays,
}
use End::{Forfeits, Plays, Void};

/// Each attack, as the drill knows it.
const ATTACKERS: &[(&str, End)] = &[
    // Native code that makes a call which is not allowed.
    ("open", Void("shim_died")),
    ("connect 80", Void("shim_died")),
    ("kill_all", Void("shim_died")),
    ("ptrace 1", Void("shim_died")),
    ("mmap_exec", Void("shim_died")),
    // Native code that takes what it can get.
    ("memory", Void("shim_died")),
    ("frames", Void("protocol")),
    // Answers to what was not asked, and more than one.
    ("forge early_reply", Void("protocol")),
    ("forge second_load", Void("protocol")),
    ("forge two_answers", Void("protocol")),
    ("forge many_answers", Void("protocol")),
    // Faults.
    ("forge forged_fault", Forfeits("out_of_fuel")),
    ("forge strikes", Forfeits("exception")),
    ("forge fault_of_no_kind", Void("protocol")),
    ("forge forged_breakdown", Void("shim_died")),
    // Numbers and lengths.
    ("forge boundless_usage", Plays),
    ("forge long_log", Plays),
    ("forge long_reply", Forfeits("bad_reply")),
    ("forge declared_length", Void("protocol")),
    ("forge long_frame", Void("protocol")),
    ("forge empty_frame", Void("shim_died")),
    // The protocol of the zygote, and the worker's own words.
    ("forge zygote_ready", Void("protocol")),
    ("forge zygote_forked", Void("protocol")),
    ("forge zygote_reaped", Void("protocol")),
    ("forge zygote_failed", Void("protocol")),
    ("forge echo", Void("protocol")),
    // The child that compiles a bot: what it makes goes to that bot alone.
    ("compiler_frames", Void("protocol")),
    ("compiler_forge nothing", Void("protocol")),
    ("compiler_forge two_answers", Void("protocol")),
    ("compiler_forge zygote_forked", Void("protocol")),
    ("compiler_forge dear_bytecode", Forfeits("out_of_fuel")),
    ("compiler_forge bad_bytecode", Forfeits("load_error")),
    // Nothing but well-formed answers, without any interpreter.
    ("forge nothing", Plays),
];
const HONEST: [&str; 2] = ["hunter", "spinner"];
/// A round robin grows with the square of its bots.
const BOTS_PER_TOURNAMENT: usize = 9;
const TICKS: [&str; 2] = ["--ticks", "13"];

#[test]
fn whoever_breaks_out_of_a_real_tournament_changes_nothing() {
    let alone = folder_of(&[]);
    let shipped = honest_matches(&Tournament::of(alone.path()).with(&TICKS).run().expect_code(0));
    assert_eq!(shipped.len(), HONEST.len() * (HONEST.len() - 1));
    for attackers in ATTACKERS.chunks(BOTS_PER_TOURNAMENT) {
        let run = play_with_the_drill(attackers);
        assert_eq!(honest_matches(&run), shipped, "{}", run.stderr);
        let surprises: Vec<String> = attackers.iter().filter_map(|one| surprise(&run, one)).collect();
        assert!(surprises.is_empty(), "{}", surprises.join("\n"));
        for (what, text) in [("standard output", &run.stdout), ("standard error", &run.stderr)] {
            let odd = text.lines().find(|line| line.chars().any(|c| c.is_control() || c == '\u{202e}'));
            assert_eq!(odd, None, "{what} is not plain");
        }
    }
}

/// One tournament, played by one worker that lives to its end.
fn play_with_the_drill(attackers: &[(&str, End)]) -> Run {
    let bots = folder_of(attackers);
    let tournament = Tournament::of(bots.path()).with(&TICKS);
    let child = tournament.command().env("ARENA_SANDBOX_SHIM", drill()).spawn().unwrap();
    let worker = || descendants(child.id(), "--until-stdin-closes").first().copied();
    wait_for("the worker", worker);
    let is_void = attackers.iter().any(|(_, end)| matches!(end, Void(_)));
    let run = tournament.finish(child).expect_code(if is_void { 3 } else { 0 });
    assert_eq!(run.json["workers"].as_array().unwrap().len(), 1, "one worker has played all: {}", run.stderr);
    run
}

/// The attackers as bots, and the honest ones.
fn folder_of(attackers: &[(&str, End)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in HONEST {
        let source = std::fs::read(example_bots().join(name).with_extension("py")).unwrap();
        write_bot(folder.path(), &format!("{name}.py"), &source);
    }
    for (attack, _) in attackers {
        // One that is not taken over would do nothing.
        let source = format!("#!attack {attack}\ndef bot_main(data):\n    return []\n");
        write_bot(folder.path(), &format!("{}.py", name_of(attack)), source.as_bytes());
    }
    folder
}

fn name_of(attack: &str) -> String {
    attack.replace(' ', "_")
}

fn honest_matches(run: &Run) -> Vec<Value> {
    let is_honest = |bot: &Value| HONEST.iter().any(|honest| bot == honest);
    let among = |played: &&Value| played["bots"].as_array().unwrap().iter().all(is_honest);
    run.matches().iter().filter(among).map(|played| played["digest"].clone()).collect()
}

/// The first match with an honest bot that did not end as it should, if there is one.
fn surprise(run: &Run, (attack, end): &(&str, End)) -> Option<String> {
    let name = name_of(attack);
    let with_honest = run
        .matches_of(&name)
        .filter(|(played, seat)| HONEST.iter().any(|honest| played["bots"][1 - *seat as usize] == *honest));
    with_honest.into_iter().find_map(|(played, seat)| {
        let faults = played["faults"].as_array().unwrap();
        let own = faults.iter().rfind(|fault| fault["seat"] == seat);
        let is_expected = match end {
            Void(fault) => played["outcome"] == "void" && played.to_string().contains(fault),
            Forfeits(kind) => played["outcome"] == "forfeit" && own.is_some_and(|own| own["kind"] == *kind),
            Plays => played["outcome"] == "played",
        };
        (!is_expected).then(|| format!("{name} should end with {end:?}: {played}"))
    })
}

#[test]
fn the_programs_that_are_shipped_know_of_no_attack() {
    for name in ["sandbox-shim", "worker", "coordinator"] {
        let program = std::fs::read(arena_tests::bin(name)).unwrap();
        let has = |text: &[u8]| program.windows(text.len()).any(|window| window == text);
        assert!(!has(b"#!attack"), "{name} has the drill in it");
    }
    assert!(Path::new(drill()).exists());
}
