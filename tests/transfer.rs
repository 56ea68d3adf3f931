//! A tournament moves from one machine to another as one file, and nothing in that file is
//! believed that its transcripts contradict.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arena_tests::{Tournament, bin, example_bots};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn short() -> Tournament {
    Tournament::of(example_bots()).with(&["--ticks", "40"])
}

/// `coordinator export FILE` or `coordinator import FILE` next to that tournament's data.
fn transfer(what: &str, file: &Path, tournament: &Tournament) -> (Option<i32>, String) {
    let mut command = Command::new(bin("coordinator"));
    let output =
        command.arg(what).arg(file).arg("--data-dir").arg(tournament.data_folder()).output().unwrap();
    let Output { status, stdout, stderr } = output;
    (status.code(), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
}

/// A tournament that was played, and its export.
fn exported(folder: &Path) -> (Tournament, PathBuf) {
    let (tournament, file) = (short(), folder.join("arena.zip"));
    let _ = tournament.run().expect_code(0);
    let (code, said) = transfer("export", &file, &tournament);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("56 results and 56 transcripts"), "{said}");
    (tournament, file)
}

#[test]
fn what_was_played_here_is_not_played_again_there() {
    let folder = tempfile::tempdir().unwrap();
    let (here, file) = exported(folder.path());
    let there = short();
    let (code, said) = transfer("import", &file, &there);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("56 results taken in, 0 were there already, 0 contradict"), "{said}");
    let run = there.run().expect_code(0);
    assert!(run.stderr.contains("nothing is left to play"), "{}", run.stderr);
    assert_eq!(run.json["tournament"]["cached"], 56);
    assert_eq!(run.lasting(), here.run().expect_code(0).lasting());

    let (code, said) = transfer("import", &file, &there);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("0 results taken in, 56 were there already, 0 contradict"), "{said}");
    let mut replay = Command::new(bin("coordinator"));
    replay.arg("replay").arg(run.matches()[5]["id"].as_str().unwrap());
    replay.env("ARENA_CACHE_DIR", arena_tests::bin_folder().join("../arena-test-cache"));
    let replay = replay.arg("--data-dir").arg(there.data_folder()).output().unwrap();
    assert_eq!(replay.status.code(), Some(0), "{}", String::from_utf8_lossy(&replay.stderr));
}

#[test]
fn a_file_that_is_damaged_or_lies_is_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let (_, file) = exported(folder.path());
    let whole = fs::read(&file).unwrap();
    let lie = |line: &str| line.replacen("\"attempt\":1", "\"attempt\":0", 1);
    let flip = |line: &str| line.replacen("\"ticks\":40", "\"ticks\":39", 1);
    let shout = |line: &str| line.replacen("\"seccomp\"", "\"a,b\"", 1);
    let long = |line: &str| line.replacen("\"worker\":\"", &format!("\"worker\":\"{}", "x".repeat(9_000)), 1);
    let results = |change: fn(&str) -> String| {
        edited(&whole, |name, bytes| {
            Some(if name == "results.jsonl" { lines(&bytes, change) } else { bytes })
        })
    };
    let cases: [(Vec<u8>, &str); 11] = [
        (results(shout), "line 1 of results.jsonl: a layer has no name"),
        (results(long), "line 1 of results.jsonl: the name of a worker has"),
        (b"no archive".to_vec(), "is no whole export"),
        (whole[..whole.len() / 2].to_vec(), "is no whole export"),
        (
            edited(&whole, |name, bytes| (name != "arena-export.json").then_some(bytes)),
            "is no export of arena",
        ),
        (
            edited(&whole, |name, bytes| {
                Some(if name == "arena-export.json" { br#"{"version":2}"#.to_vec() } else { bytes })
            }),
            "newer version of arena (version 2",
        ),
        (
            edited(&whole, |name, bytes| {
                Some(if name == "results.jsonl" { b"{}\n".to_vec() } else { bytes })
            }),
            "line 1 of results.jsonl",
        ),
        (
            edited(&whole, |name, bytes| {
                Some(if name == "results.jsonl" { lines(&bytes, lie) } else { bytes })
            }),
            "line 1 of results.jsonl: seed, wall_micros or attempt is out of range",
        ),
        (
            edited(&whole, |name, bytes| {
                Some(if name == "results.jsonl" { lines(&bytes, flip) } else { bytes })
            }),
            "ended in another way",
        ),
        (
            edited(&whole, |name, bytes| {
                Some(if name.starts_with("transcripts/") { bytes[..bytes.len() - 9].to_vec() } else { bytes })
            }),
            "is damaged: the transcript of match",
        ),
        (shuffled(&whole), "is not what its name says"),
    ];
    for (bytes, reason) in cases {
        let (bad, there) = (folder.path().join("bad.zip"), short());
        fs::write(&bad, bytes).unwrap();
        let (code, said) = transfer("import", &bad, &there);
        assert_eq!(code, Some(2), "{reason}: {said}");
        assert!(said.contains(reason) && said.contains("bad.zip"), "{reason}: {said}");
    }
}

#[test]
fn a_result_that_contradicts_what_is_there_changes_nothing_and_is_an_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let (here, file) = exported(folder.path());
    let before = here.run().expect_code(0);
    // Without its transcript, nothing in the file says that this result is made up.
    let whole = fs::read(&file).unwrap();
    let lie = |line: &str| line.replacen("\"ticks\":40", "\"ticks\":39", 1);
    let lying = edited(&whole, |name, bytes| match name {
        "results.jsonl" => Some(lines(&bytes, lie)),
        name => (!name.starts_with("transcripts/")).then_some(bytes),
    });
    fs::write(&file, lying).unwrap();
    let (code, said) = transfer("import", &file, &here);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("has another result here, which stays"), "{said}");
    assert_eq!(here.run().expect_code(0).lasting(), before.lasting());
}

#[test]
fn nobody_vouches_from_afar_for_what_was_here_before() {
    let folder = tempfile::tempdir().unwrap();
    let (here, file) = exported(folder.path());
    let before = here.run().expect_code(0);
    let id = before.matches().first().and_then(|played| played["id"].as_str()).unwrap();
    let forged = format!("{{\"match\":\"{id}\",\"worker\":\"somebody\"}}\n");
    let vouching = edited(&fs::read(&file).unwrap(), |name, bytes| {
        Some(if name == "corroborations.jsonl" { forged.clone().into_bytes() } else { bytes })
    });
    fs::write(&file, vouching).unwrap();
    let there = short();
    assert_eq!(transfer("import", &file, &here).0, Some(0));
    assert_eq!(transfer("import", &file, &there).0, Some(0));
    let vouched = |tournament: &Tournament| {
        let again = folder.path().join("again.zip");
        assert_eq!(transfer("export", &again, tournament).0, Some(0));
        let found = entries(&fs::read(again).unwrap());
        let (_, bytes) = found.into_iter().find(|(name, _)| name == "corroborations.jsonl").unwrap();
        String::from_utf8(bytes).unwrap().contains("somebody")
    };
    assert!(!vouched(&here), "what was here before");
    assert!(vouched(&there), "what came with it");
}

#[test]
fn there_must_be_something_to_export() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = transfer("export", &folder.path().join("arena.zip"), &short());
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there is no store") && said.contains("--data-dir"), "{said}");
    let tournament = short();
    let _ = tournament.run().expect_code(0);
    let (code, said) = transfer("export", Path::new("/nowhere/arena.zip"), &tournament);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("/nowhere/arena.zip"), "{said}");
}

/// Every line of a text, changed.
fn lines(bytes: &[u8], change: impl Fn(&str) -> String) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.lines().map(|line| change(line) + "\n").collect::<String>().into_bytes()
}

/// The archive with each entry as `change` makes it, or without it.
fn edited(archive: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let entries = entries(archive).into_iter();
    packed(entries.filter_map(|(name, bytes)| change(&name, bytes).map(|bytes| (name, bytes))))
}

/// The archive with every transcript under the name of another.
fn shuffled(archive: &[u8]) -> Vec<u8> {
    let (transcripts, others): (Vec<_>, Vec<_>) =
        entries(archive).into_iter().partition(|(name, _)| name.starts_with("transcripts/"));
    let (names, mut contents): (Vec<String>, Vec<Vec<u8>>) = transcripts.into_iter().unzip();
    contents.rotate_left(1);
    packed(others.into_iter().chain(names.into_iter().zip(contents)))
}

fn entries(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let count = archive.len();
    let read = |index| {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.name().unwrap().into_owned(), bytes)
    };
    (0..count).map(read).collect()
}

fn packed(entries: impl Iterator<Item = (String, Vec<u8>)>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
