//! What lies in a bots directory.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::*;

#[test]
fn files_folders_and_archives_become_contestants_in_the_order_of_their_names() {
    let bots = Bots::with(&[
        ("zed.py", b"z"),
        ("Ann/bot.py", b"a"),
        ("Ann/lib/aim.py", b"b"),
        ("SHOUT.PY", b"s"),
        ("-rf.py", b"-"),
        ("my bot.py", b"m"),
        ("人工.py", b"j"),
    ]);
    bots.put("pack.zip", &zip_maker::plain(&[("bot.py", b"p")]));
    let intake = bots.read().unwrap();
    assert_eq!(names(&intake), ["-rf", "Ann", "SHOUT", "my bot", "pack", "zed", "人工"]);
    let files: Vec<_> = intake.contestants[1].bundle.files().map(|(path, _)| path).collect();
    assert_eq!(files, ["bot.py", "lib/aim.py"]);
    assert!(intake.contestants.iter().all(|bot| bot.digest == bot.bundle.digest()));
    assert_eq!(bots.read().unwrap(), intake);
}

#[test]
fn the_form_of_a_bot_is_no_part_of_its_digest_and_twins_are_noted() {
    let bots = Bots::with(&[("a.py", b"same"), ("b/bot.py", b"same"), ("d.py", b"other")]);
    bots.put("c.zip", &zip_maker::plain(&[("c/bot.py", b"same"), ("__MACOSX/c/._bot.py", b"junk")]));
    let intake = bots.read().unwrap();
    assert_eq!(intake.notes(), ["identical bots: a, b, c"]);
}

#[test]
fn a_file_that_is_no_python_is_taken_as_it_is() {
    let contents: [&[u8]; 8] = [
        b"",
        b"\xef\xbb\xbfprint()",
        b"a\r\nb",
        b"a\0b",
        b"\xff\xfe",
        b"# -*- coding: latin-1 -*-\n\xe9",
        b"def main(:",
        b"\n",
    ];
    let bots = Bots::with(&[]);
    contents.iter().enumerate().for_each(|(number, content)| bots.put(format!("{number}.py"), content));
    let intake = bots.read().unwrap();
    for (bot, content) in intake.contestants.iter().zip(contents) {
        assert_eq!(bot.bundle.files().collect::<Vec<_>>(), [("bot.py", content)]);
    }
}

#[test]
fn what_is_no_bot_is_skipped_with_a_reason_or_ignored() {
    let bots = Bots::with(&[
        ("a.py", b"a"),
        ("b.py", b"b"),
        ("README.md", b"#"),
        ("old.tar.gz", b"x"),
        ("__init__.py", b""),
        ("assets/ship.png", b"x"),
        (".git/config", b"x"),
        (".hidden.py", b"x"),
        ("__pycache__/a.cpython-314.pyc", b"x"),
        ("a.pyc", b"x"),
    ]);
    let intake = bots.read().unwrap();
    assert_eq!(names(&intake), ["a", "b"]);
    assert_eq!(
        intake.notes(),
        [
            "skipped README.md: it is neither a .py, .wasm or .zip file nor a folder",
            "skipped __init__.py: it makes the directory a package and is no bot",
            "skipped assets: there is no .py or .wasm file in the folder",
            "skipped old.tar.gz: only .zip archives are read; pack it again as .zip",
        ]
    );
}

#[test]
fn junk_within_a_folder_is_left_out() {
    let bots = Bots::with(&[
        ("a.py", b"a"),
        ("b/bot.py", b"b"),
        ("b/.DS_Store", b"x"),
        ("b/__pycache__/bot.cpython-314.pyc", b"x"),
        ("b/data.json", b"{}"),
    ]);
    let intake = bots.read().unwrap();
    let files: Vec<_> = intake.contestants[1].bundle.files().map(|(path, _)| path).collect();
    assert_eq!(files, ["bot.py", "data.json"]);
}

#[test]
fn a_directory_that_is_none_is_named() {
    let bots = Bots::with(&[("a.py", b"a")]);
    let of = |path: &str| read_bots(&bots.path().join(path), &DEFAULTS).unwrap_err();
    let missing = of("nowhere");
    assert!(matches!(missing, IntakeError::Missing { .. }));
    assert!(missing.to_string().ends_with("nowhere: check the path given with --bots"), "{missing}");
    assert!(matches!(of("a.py"), IntakeError::NotADirectory { .. }));
    assert!(matches!(of("a.py/b"), IntakeError::NotADirectory { .. }));
    // Not a test with permissions: it would pass as root only by accident. A loop fails for all.
    symlink("loop", bots.path().join("loop")).unwrap();
    assert!(matches!(of("loop"), IntakeError::Unreadable { .. }));
}

#[test]
fn fewer_than_two_bots_are_no_tournament() {
    let empty = Bots::with(&[("notes.txt", b"x")]).read().unwrap_err();
    assert!(matches!(empty, IntakeError::Empty { .. }));
    assert!(empty.to_string().contains("put .py or .wasm files"), "{empty}");
    assert!(empty.to_string().contains("\n  skipped notes.txt: "), "{empty}");
    let alone = Bots::with(&[("solo.py", b"x")]).read().unwrap_err().to_string();
    assert!(alone.ends_with("holds one bot only, \"solo\": a tournament needs at least two"), "{alone}");
}

#[test]
fn two_bots_of_one_name_are_both_named() {
    let bots = Bots::with(&[("a.py", b"1"), ("a/bot.py", b"2"), ("b.py", b"3")]);
    bots.put("a.zip", &zip_maker::plain(&[("bot.py", b"4")]));
    assert_eq!(
        bots.problems(),
        ["a: the name \"a\" is also that of a.py, a.zip; rename all but one of them"]
    );
}

#[test]
fn names_that_cannot_be_shown_are_refused() {
    let bots = Bots::with(&[("a.py", b"a"), ("b.py", b"b")]);
    for name in [&b"bad\x1b[31m.py"[..], b"bad\n.py", b"bad\xff.py", "bad\u{202e}.py".as_bytes(), b" .py"] {
        bots.put(OsStr::from_bytes(name), b"x");
    }
    bots.put(OsStr::from_bytes(b"deep/lib/\xff.py"), b"x");
    let problems = bots.problems();
    assert_eq!(problems.len(), 6, "{problems:?}");
    assert!(problems.iter().all(|problem| problem.ends_with("rename it")), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.starts_with("deep: lib/\u{fffd}.py: ")), "{problems:?}");
    assert!(!problems.concat().contains(['\x1b', '\n', '\u{202e}']), "{problems:?}");
}

#[test]
fn sources_over_the_limits_are_refused_and_at_the_limits_taken() {
    let limits = Limits { source_bytes: 10, source_files: 2, ..DEFAULTS };
    let bots = Bots::with(&[("a.py", b"0123456789"), ("b/bot.py", b"01234"), ("b/c.py", b"56789")]);
    assert_eq!(names(&bots.read_within(limits).unwrap()), ["a", "b"]);
    bots.put("a.py", b"0123456789x");
    bots.put("b/d/e.py", b"");
    bots.put("c/bot.py", b"01234");
    bots.put("c/data", b"567890");
    assert_eq!(
        problems(bots.read_within(limits)),
        [
            "a.py: its source is larger than the 10 bytes allowed, unpacked; make it smaller or raise --source-bytes",
            "b: it has more than the 2 files allowed; remove some or raise --source-files",
            "c: its source is larger than the 10 bytes allowed, unpacked; make it smaller or raise --source-bytes",
        ]
    );
}

#[test]
fn folders_without_a_start_say_what_they_have() {
    let bots = Bots::with(&[
        ("a.py", b"a"),
        ("main/main.py", b"x"),
        ("nested/nested/bot.py", b"x"),
        ("odd/bot.py/x.py", b"x"),
    ]);
    assert_eq!(
        bots.problems(),
        [
            "main: it has no bot.py at its top level; rename the file it starts with (it has main.py)",
            "nested: it has no bot.py at its top level; move the contents of nested up to where it is",
            "odd: it has no bot.py at its top level; rename the file it starts with (it has bot.py/x.py)",
        ]
    );
}

#[test]
fn links_are_followed_to_files_within_the_directory_only() {
    let bots = Bots::with(&[("a.py", b"a"), ("..data/b.py", b"b"), ("c/bot.py", b"c")]);
    let elsewhere = Bots::with(&[("secret.py", b"s"), ("bot.py", b"s")]);
    let link = |target: &Path, name: &str| symlink(target, bots.path().join(name)).unwrap();
    link(Path::new("..data/b.py"), "b.py");
    let intake = bots.read().unwrap();
    assert_eq!(names(&intake), ["a", "b", "c"]);
    assert_eq!(intake.contestants[1].bundle.files().collect::<Vec<_>>(), [("bot.py", &b"b"[..])]);

    link(&elsewhere.path().join("secret.py"), "out.py");
    link(Path::new("nowhere"), "broken.py");
    link(Path::new("c"), "folder");
    link(Path::new("c"), "folder.py");
    link(&elsewhere.path().join("secret.py"), "c/aim.py");
    link(Path::new(".."), "c/up");
    let problems = bots.problems();
    let entries: Vec<_> = problems.iter().map(|problem| problem.split(':').next().unwrap()).collect();
    assert_eq!(entries, ["broken.py", "c", "c", "folder", "folder.py", "out.py"], "{problems:?}");
    assert!(problems.iter().all(|problem| problem.contains("is a symbolic link")), "{problems:?}");
}

#[test]
fn what_is_no_file_is_refused_without_waiting_for_it() {
    let bots = Bots::with(&[("a.py", b"a"), ("d/bot.py", b"d")]);
    let fifo = |name: &str| {
        nix::unistd::mkfifo(&bots.path().join(name), nix::sys::stat::Mode::S_IRWXU).unwrap();
    };
    fifo("b.py");
    fifo("d/data");
    fifo("unrelated");
    symlink("b.py", bots.path().join("e.zip")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(bots.path().join("c.zip")).unwrap();
    assert_eq!(
        bots.problems(),
        [
            "b.py: b.py is a FIFO, not a file; remove it",
            "c.zip: c.zip is a socket, not a file; remove it",
            "d: d/data is a FIFO, not a file; remove it",
            "e.zip: e.zip is a FIFO, not a file; remove it",
        ]
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let bots = Bots::with(&[("a.py", b"a"), ("b.py", b"b"), ("x.zip", b"no zip"), ("y/main.py", b"y")]);
    bots.put("z.zip", &zip_maker::plain(&[("../up.py", b""), ("/etc/passwd", b"")]));
    let told = bots.read().unwrap_err().to_string();
    assert!(told.starts_with("there are 4 problems with the bots in /"), "{told}");
    assert_eq!(told.lines().count(), 5, "{told}");
    for entry in ["\n  x.zip: ", "\n  y: ", "\n  z.zip: "] {
        assert!(told.contains(entry), "{told}");
    }
}

#[test]
fn a_folder_of_endless_junk_is_given_up() {
    let bots = Bots::with(&[("a.py", b"a"), ("b/bot.py", b"b")]);
    for number in 0..10_001 {
        std::fs::create_dir(bots.path().join(format!("b/{number}"))).unwrap();
    }
    let problems = bots.problems();
    assert!(
        matches!(problems.as_slice(), [one] if one.starts_with("b: it has more than 10000 entries")),
        "{problems:?}"
    );
}

#[test]
fn a_folder_deeper_than_a_path_may_be_long_is_refused() {
    let bots = Bots::with(&[("a.py", b"a"), ("b/bot.py", b"b")]);
    bots.put(format!("b/{}x.py", "d/".repeat(200)), b"x");
    let problems = bots.problems();
    assert!(matches!(problems.as_slice(), [one] if one.contains("is not allowed")), "{problems:?}");
}
