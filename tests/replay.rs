//! Any recorded match can be played again, anywhere, from its transcript alone: it goes the same
//! way, or the first difference is shown.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use arena_tests::{Run, Tournament, example_bots};
use serde_json::{Value, json};
use terms::{BySeat, Digest, Fault, Runtime, Seat};
use transcript::{Recorder, Syntax, Transcript, Turn, Usage, file};

/// A short tournament whose transcripts are kept.
fn played() -> (Tournament, Run) {
    let tournament = Tournament::of(example_bots()).with(&["--ticks", "60"]);
    let run = tournament.run().expect_code(0);
    (tournament, run)
}

/// The command `coordinator replay MATCH`, typed next to that tournament's data.
fn replay(tournament: &Tournament, which: &str) -> Output {
    command(which).arg("--data-dir").arg(tournament.data_folder()).output().unwrap()
}

fn command(which: &str) -> std::process::Command {
    let mut command = std::process::Command::new(arena_tests::bin("coordinator"));
    command.arg("replay").arg(which);
    command.env("ARENA_CACHE_DIR", arena_tests::bin_folder().join("../arena-test-cache"));
    command
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The transcripts of a tournament.
fn transcripts(tournament: &Tournament) -> Vec<PathBuf> {
    let folders = fs::read_dir(tournament.data_folder().join("transcripts")).unwrap();
    let files = |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    folders.flat_map(|folder| files(folder.unwrap().path())).collect()
}

#[test]
fn every_result_prints_a_command_that_plays_it_again_with_the_same_digests() {
    let (tournament, run) = played();
    assert_eq!(transcripts(&tournament).len(), 56);
    for row in [&run.matches()[0], &run.matches()[31]] {
        let replay_command = row["replay"].as_str().unwrap();
        let which = replay_command.strip_prefix("coordinator replay ").unwrap();
        let json_path = tournament.data_folder().join("replay.json");
        let output = command(which)
            .args(["--json".as_ref(), json_path.as_os_str(), "--data-dir".as_ref()])
            .arg(tournament.data_folder())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let document: Value = serde_json::from_slice(&fs::read(json_path).unwrap()).unwrap();
        assert_eq!(document["match"], row["id"]);
        assert_eq!(document["equal"], true);
        for side in ["recorded", "replayed"] {
            assert_eq!(document[side]["digest"], row["digest"]);
            assert_eq!(document[side]["fuel_digest"], row["fuel_digest"]);
        }
    }
}

#[test]
fn a_transcript_alone_is_enough_on_a_machine_without_the_store() {
    let (tournament, _) = played();
    let elsewhere = tempfile::tempdir().unwrap();
    let carried = elsewhere.path().join("carried");
    fs::copy(&transcripts(&tournament)[0], &carried).unwrap();
    drop(tournament);
    let output = command("carried").current_dir(elsewhere.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("equal: digest "), "{}", said(&output));
}

#[test]
fn the_first_difference_is_shown_with_its_tick_seat_and_field() {
    let (tournament, _) = played();
    let path = &transcripts(&tournament)[0];
    let honest = fs::read(path).unwrap();
    type Change = fn(u32, Seat, &mut Shown);
    let changes: [(Change, &str); 3] = [
        (
            |tick, seat, shown| {
                if (tick, seat) == (9, Seat::One) {
                    // No example bot says this, whichever of them plays first.
                    shown.reply = br#"{"actions":[],"debug":"never said"}"#.to_vec()
                }
            },
            "tick 9, seat 1: reply",
        ),
        (
            |tick, seat, shown| {
                if (tick, seat) == (4, Seat::Zero) {
                    shown.fuel += 1
                }
            },
            "tick 4, seat 0: fuel",
        ),
        (
            |tick, seat, shown| {
                if (tick, seat) == (0, Seat::One) {
                    shown.fuel += 1
                }
            },
            "loading, seat 1: fuel",
        ),
    ];
    for (change, expected) in changes {
        fs::write(path, changed(&honest, None, change)).unwrap();
        let output = replay(&tournament, path.to_str().unwrap());
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(expected), "{expected}: {}", said(&output));
    }
}

#[test]
fn a_transcript_is_printed_as_one_line_of_json_for_each_tick() {
    let (tournament, run) = played();
    let row = &run.matches()[0];
    let mut command = std::process::Command::new(arena_tests::bin("coordinator"));
    command
        .arg("transcript")
        .arg(row["id"].as_str().unwrap())
        .arg("--data-dir")
        .arg(tournament.data_folder());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ticks = row["ticks"].as_u64().unwrap();
    assert_eq!(lines.len() as u64, 1 + 1 + ticks + 1, "a header, the load, every tick, the end");
    assert_eq!(lines[0]["match"], row["id"]);
    assert_eq!(lines[18]["tick"], 17);
    assert_eq!(lines[18]["turns"][1]["observation"]["time_step"], 17);
    let fuel =
        |seat: usize| lines.iter().filter_map(|line| line["turns"][seat]["fuel"].as_u64()).sum::<u64>();
    assert_eq!(json!([fuel(0), fuel(1)]), row["fuel"]);
    let end = lines.last().unwrap();
    assert_eq!((&end["digest"], &end["fuel_digest"]), (&row["digest"], &row["fuel_digest"]));
}

#[test]
fn another_runtime_is_named_as_the_reason() {
    let (tournament, _) = played();
    let path = &transcripts(&tournament)[0];
    let honest = fs::read(path).unwrap();
    let other = Runtime { referee: 99, ..file::unpack(&honest).unwrap().transcript.header().runtime.clone() };
    fs::write(path, changed(&honest, Some(other), |_, _, _| {})).unwrap();
    let output = replay(&tournament, path.to_str().unwrap());
    assert!(
        said(&output).contains("recorded with another runtime: referee revision is 99"),
        "{}",
        said(&output)
    );
    assert_eq!(output.status.code(), Some(0), "what was played is the same: {}", said(&output));
}

#[test]
fn what_cannot_be_replayed_is_refused_with_the_reason() {
    let (tournament, run) = played();
    let id = run.matches()[0]["id"].as_str().unwrap();
    let address = Path::new("transcripts");
    let kept = tournament.data_folder().join(address);
    let bad = kept.join("bad");
    let first = transcripts(&tournament).remove(0);
    let whole = fs::read(&first).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    for (bytes, reason) in [
        (&whole[..whole.len() / 2], "cannot be used"),
        (&damaged[..], "cannot be used"),
        (&b""[..], "cannot be used"),
        (&b"print('hello')"[..], "cannot be used"),
    ] {
        fs::write(&bad, bytes).unwrap();
        let output = replay(&tournament, bad.to_str().unwrap());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(reason), "{}", said(&output));
    }
    for (which, reason) in [
        ("0123456789ab", "no match whose id begins"),
        ("zz", "neither a file nor the id"),
        ("../x", "neither a file"),
    ] {
        let output = replay(&tournament, which);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(reason), "{which}: {}", said(&output));
    }
    fs::remove_dir_all(&kept).unwrap();
    let output = replay(&tournament, id);
    assert!(said(&output).contains("has no transcript here"), "{}", said(&output));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn transcripts_can_be_kept_elsewhere_or_not_at_all() {
    let elsewhere = tempfile::tempdir().unwrap();
    let place = elsewhere.path().join("kept");
    let tournament = Tournament::of(example_bots()).with(&["--ticks", "20", "--transcripts"]);
    let run = tournament.with(&[place.to_str().unwrap()]).run().expect_code(0);
    assert!(fs::read_dir(&place).unwrap().count() > 10, "{}", run.stderr);
    let without = Tournament::of(example_bots()).with(&["--ticks", "20", "--transcripts", "none"]);
    let run = without.run().expect_code(0);
    assert!(!without.data_folder().join("transcripts").exists());
    let output = replay(&without, run.matches()[0]["id"].as_str().unwrap());
    assert!(said(&output).contains("transcript"), "{}", said(&output));
    assert_ne!(output.status.code(), Some(0));
    assert_eq!(json!(run.json["tournament"]["played"]), 56);
}

/// What a test may change of a turn.
struct Shown {
    reply: Vec<u8>,
    fuel: u64,
}

/// The same file with a change in what was said or used, as a liar would write it: whole, with
/// digests that fit.
fn changed(packed: &[u8], runtime: Option<Runtime>, change: fn(u32, Seat, &mut Shown)) -> Vec<u8> {
    let file::Packed { bundles, transcript } = file::unpack(packed).unwrap();
    let mut header = transcript.header().clone();
    header.runtime = runtime.unwrap_or(header.runtime);
    header.spec.runtime = header.runtime.fingerprint();
    let mut recorder = Recorder::new(&header.spec, &header.runtime);
    for (tick, turns) in ticks(&transcript) {
        for (seat, turn) in turns.iter() {
            record(&mut recorder, tick, seat, turn, change);
        }
    }
    let end = transcript.end();
    let recorded = recorder.finish(&end.verdict, end.ticks);
    assert_eq!(Digest::of(&bundles[Seat::Zero]), header.spec.bots[Seat::Zero]);
    file::pack(&BySeat(bundles.0.each_ref().map(Vec::as_slice)), &recorded.record)
}

fn ticks(transcript: &Transcript) -> impl Iterator<Item = (u32, BySeat<Turn>)> + '_ {
    (0..).map_while(|tick| Some((tick, transcript.tick(tick)?)))
}

fn record(recorder: &mut Recorder, tick: u32, seat: Seat, turn: &Turn, change: fn(u32, Seat, &mut Shown)) {
    let bytes = |blob: &transcript::Blob| blob.bytes().unwrap().to_vec();
    if let Some(observation) = &turn.observation {
        recorder.observation(seat, tick, &bytes(observation));
    }
    let reply = turn.reply.as_ref().map(bytes).unwrap_or_default();
    let mut shown = Shown { reply, fuel: turn.used.as_ref().map_or(0, |used| used.fuel) };
    change(tick, seat, &mut shown);
    if let Some(used) = &turn.used {
        let log = used.log.as_ref().map(bytes).unwrap_or_default();
        let (memory_peak_bytes, log_dropped_bytes) = (used.memory_peak_bytes, used.log_dropped_bytes);
        recorder.used(
            seat,
            tick,
            &Usage { fuel: shown.fuel, memory_peak_bytes, log: &log, log_dropped_bytes },
        );
    }
    if turn.reply.is_some() {
        recorder.reply(seat, tick, &shown.reply, Syntax::Json);
    }
    for fault in &turn.faults {
        let text = |blob: &transcript::Blob| String::from_utf8(bytes(blob)).unwrap();
        let (message, traceback) = (text(&fault.message), text(&fault.traceback));
        recorder.fault(&Fault { seat, kind: fault.kind, tick, message, traceback });
    }
}
