//! What a user gets wrong is named, with its value and what to do, before anything is played.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;

use arena_tests::{Run, Tournament, bin, write_bot};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const GOOD: &[u8] = b"def bot_main(input_data):\n    return []\n";

/// Runs a tournament between what `fill` puts into the folder of bots.
fn refused(fill: impl Fn(&Path)) -> Run {
    let bots = tempfile::tempdir().unwrap();
    fill(bots.path());
    Tournament::of(bots.path()).run()
}

fn assert_says(run: Run, code: i32, parts: &[&str]) {
    let run = run.expect_code(code);
    for part in parts {
        assert!(run.stderr.contains(part), "{part:?} is not in:\n{}", run.stderr);
    }
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}

fn zip_of(path: &Path, files: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(fs::File::create(path).unwrap());
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn a_folder_without_a_tournament_in_it_is_refused() {
    assert_says(Tournament::of("/nowhere/bots").run(), 2, &["/nowhere/bots"]);
    assert_says(refused(|_| ()), 2, &["no bot"]);
    assert_says(refused(|bots| write_bot(bots, "only.py", GOOD)), 2, &["only", "two"]);
}

#[test]
fn all_problems_of_a_folder_are_listed_at_once() {
    let run = refused(|bots| {
        write_bot(bots, "twin.py", GOOD);
        write_bot(bots, "twin/bot.py", GOOD);
        write_bot(bots, "good.py", GOOD);
        write_bot(bots, "broken.zip", b"this is no archive");
        write_bot(bots, "large.py", &vec![b'#'; (1 << 20) + 1]);
        zip_of(&bots.join("bomb.zip"), &[("bot.py", &vec![b'#'; 64 << 20])]);
        zip_of(&bots.join("climber.zip"), &[("../bot.py", GOOD)]);
        zip_of(&bots.join("headless.zip"), &[("main.py", GOOD)]);
        std::os::unix::fs::symlink("/etc/passwd", bots.join("link.py")).unwrap();
    });
    assert_says(
        run,
        2,
        &[
            "twin",
            "broken.zip",
            "large.py",
            "1048576",
            "bomb.zip",
            "climber.zip",
            "..",
            "headless.zip",
            "bot.py",
            "link.py",
        ],
    );
}

#[test]
fn a_zip_plays_like_a_folder() {
    let bots = tempfile::tempdir().unwrap();
    zip_of(
        &bots.path().join("packed.zip"),
        &[
            ("bot.py", b"from lib.act import go\ndef bot_main(d):\n    return go()\n"),
            ("lib/act.py", b"def go():\n    return ['LEFT']\n"),
        ],
    );
    write_bot(bots.path(), "good.py", GOOD);
    let run = Tournament::of(bots.path()).with(&["--ticks", "5"]).run().expect_code(0);
    assert_eq!(run.json["tournament"]["played"], 2, "{}", run.stdout);
}

#[test]
fn wrong_flags_name_themselves_and_the_rule() {
    let cases: [(&[&str], &[&str]); 9] = [
        (&["--colour"], &["--colour"]),
        (&["--rounds", "0"], &["--rounds", "0"]),
        (&["--rounds", "many"], &["--rounds", "many"]),
        (&["--seed", "-1"], &["--seed", "-1"]),
        (&["--game", "chess"], &["chess", "spacecode"]),
        (&["--memory-bytes", "5"], &["memory", "5", "33554432"]),
        (&["--listen", "0.0.0.0:0"], &["0.0.0.0", "--insecure", "certificate", "join token", "/dev/urandom"]),
        (&["--listen", "nonsense"], &["--listen", "nonsense"]),
        (&["--store", "mysql://x"], &["mysql"]),
    ];
    for (arguments, parts) in cases {
        let run = Tournament::of(arena_tests::example_bots()).with(arguments).run();
        assert_says(run, 2, parts);
    }
}

#[test]
fn a_wrong_key_in_arena_toml_is_named() {
    for (content, parts) in [
        ("roundz = 3\n", &["arena.toml", "roundz"][..]),
        ("[limits]\nturn_fule = 3\n", &["arena.toml", "turn_fule"]),
        ("rounds = \"three\"\n", &["arena.toml", "rounds"]),
        ("rounds = \n", &["arena.toml"]),
        ("[limits]\nmemory_bytes = 5\n", &["memory_bytes", "5", "33554432"]),
    ] {
        let tournament = Tournament::of(arena_tests::example_bots());
        let file = tempfile::tempdir().unwrap();
        let path = file.path().join("arena.toml");
        fs::write(&path, content).unwrap();
        let run = tournament.with(&["--config", path.to_str().unwrap()]).run();
        assert_says(run, 2, parts);
    }
}

#[test]
fn a_place_that_nobody_knows_is_refused_with_those_that_are_known() {
    assert_says(Tournament::of("ftp://bucket/bots").run(), 2, &["ftp://bucket/bots", "s3://BUCKET/PREFIX"]);
}

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = Tournament::of(arena_tests::example_bots()).with(&["--listen", &address]).run();
    assert!(matches!(run.code, Some(1 | 2)), "{}", run.stderr);
    assert!(run.stderr.contains(&address) && run.stderr.contains("in use"), "{}", run.stderr);
}

#[test]
fn a_damaged_python_wasm_is_named_before_anything_is_played() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(bin("python.wasm")).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let cases: [(&str, &[u8]); 4] = [
        ("truncated", &whole[..whole.len() / 2]),
        ("flipped", &flipped),
        ("empty", b""),
        ("text", b"this is no WebAssembly"),
    ];
    for (name, content) in cases {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        let run = Tournament::of(arena_tests::example_bots())
            .with(&["--python-wasm", path.to_str().unwrap()])
            .run();
        assert!(matches!(run.code, Some(1 | 2)), "{}", run.stderr);
        assert!(run.stderr.contains(name), "{}", run.stderr);
    }
    let run = Tournament::of(arena_tests::example_bots()).with(&["--python-wasm", "/nowhere.wasm"]).run();
    assert!(run.stderr.contains("/nowhere.wasm"), "{}", run.stderr);
}

#[test]
fn a_damaged_native_cache_is_built_again() {
    let cache = tempfile::tempdir().unwrap();
    let bots = tempfile::tempdir().unwrap();
    write_bot(bots.path(), "one.py", GOOD);
    write_bot(bots.path(), "two.py", GOOD);
    let play = || {
        let tournament = Tournament::of(bots.path()).with(&["--ticks", "5"]);
        let child = tournament.command().env("ARENA_CACHE_DIR", cache.path()).spawn().unwrap();
        tournament.finish(child).expect_code(0)
    };
    let first = play();
    for folder in ["native", "blobs"] {
        let files = fs::read_dir(cache.path().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        for path in files.filter(|path| path.metadata().unwrap().len() > 1_000_000) {
            let mut content = fs::read(&path).unwrap();
            let middle = content.len() / 2;
            content[middle] ^= 1;
            fs::write(&path, content).unwrap();
        }
    }
    let second = play();
    assert!(second.stderr.contains("damaged"), "{}", second.stderr);
    assert_eq!(first.lasting(), second.lasting());
}
