//! Archives that must be taken, and archives that must not, each with its sentence.

use terms::Bundle;

use super::super::archive::unpack;
use super::zip_maker::{Item, archive, end, plain, with_directory};
use super::*;

fn refused(packed: &[u8]) -> String {
    let reasons = unpack(packed, &DEFAULTS).expect_err("the archive was taken");
    reasons.iter().map(Reason::to_string).collect::<Vec<_>>().join(" / ")
}

fn refused_item(item: Item) -> String {
    refused(&archive(&[Item::stored("bot.py", b"x"), item]))
}

fn paths(bundle: &Bundle) -> Vec<&str> {
    bundle.files().map(|(path, _)| path).collect()
}

#[test]
fn folders_junk_and_one_outer_folder_are_no_part_of_the_bot() {
    let nested = plain(&[
        ("my bot/", b""),
        ("my bot/bot.py", b"x"),
        ("my bot/lib/aim.py", b"y"),
        ("my bot/.git/config", b"z"),
        ("my bot/__pycache__/bot.cpython-314.pyc", b"z"),
        ("__MACOSX/my bot/._bot.py", b"z"),
    ]);
    assert_eq!(paths(&unpack(&nested, &DEFAULTS).unwrap()), ["bot.py", "lib/aim.py"]);
    let flat = plain(&[("bot.py", b"x"), ("a/bot.py", b"y")]);
    assert_eq!(paths(&unpack(&flat, &DEFAULTS).unwrap()), ["a/bot.py", "bot.py"]);
}

#[test]
fn what_ordinary_tools_write_is_taken() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.add_directory("bot", options).unwrap();
    writer.start_file("bot/bot.py", options.large_file(true)).unwrap();
    std::io::Write::write_all(&mut writer, &b"x = 1\n".repeat(1_000)).unwrap();
    writer.set_comment("packed with love").unwrap();
    let bundle = unpack(&writer.finish().unwrap().into_inner(), &DEFAULTS).unwrap();
    assert_eq!((paths(&bundle), bundle.content_bytes()), (vec!["bot.py"], 6_000));
}

#[test]
fn an_archive_without_a_start_says_what_to_do() {
    assert!(refused(&plain(&[])).contains("add one: it is the file a bot starts with"));
    assert!(
        refused(&plain(&[("main.py", b"x")])).contains("rename the file it starts with (it has main.py)")
    );
    let two = refused(&plain(&[("a/bot.py", b"x"), ("b/aim.py", b"y")]));
    assert!(two.contains("move the contents of a up"), "{two}");
}

#[test]
fn bombs_are_stopped_by_what_comes_out_not_by_what_they_declare() {
    let open = refused_item(Item::zeros("bomb", 32, 32 << 16));
    assert!(open.contains("larger than the 1048576 bytes allowed"), "{open}");
    let hidden = refused_item(Item::zeros("bomb", 32, 10));
    assert!(hidden.contains("bomb in the archive is damaged"), "{hidden}");
    let together: Vec<_> = (0..20).map(|number| Item::zeros(&format!("{number}.py"), 1, 1 << 16)).collect();
    assert!(refused(&archive(&together)).contains("larger than the 1048576 bytes allowed"));
    let many: Vec<_> = (0..65).map(|number| Item::stored(format!("{number}.py"), b"")).collect();
    assert!(refused(&archive(&many)).contains("more than the 64 files allowed"));
}

#[test]
fn a_bomb_of_junk_is_not_unpacked_at_all() {
    let junk = archive(&[Item::stored("bot.py", b"x"), Item::zeros("__pycache__/a.pyc", 32, 32 << 16)]);
    assert_eq!(paths(&unpack(&junk, &DEFAULTS).unwrap()), ["bot.py"]);
}

#[test]
fn paths_out_of_the_bot_are_refused() {
    for path in ["../up.py", "/etc/passwd", "a/../../b", "a\\b.py", "C:\\b.py", "a//b", "./a", ".."] {
        let told = refused_item(Item::stored(path, b"x"));
        assert!(told.contains("is not allowed"), "{path}: {told}");
    }
    assert!(refused_item(Item::stored("a\nb.py", b"x")).contains("is not allowed"));
    assert!(refused_item(Item::stored("a\u{202e}b.py", b"x")).contains("characters that cannot be seen"));
    assert!(refused_item(Item::stored(b"\xe9.py", b"x")).contains("is not UTF-8"));
}

#[test]
fn one_name_twice_is_refused() {
    let twice = archive(&[Item::stored("bot.py", b"good"), Item::stored("bot.py", b"evil")]);
    assert!(refused(&twice).contains("several files of one name"));
}

#[test]
fn links_and_devices_are_refused() {
    for (mode, told) in [
        (0o120_777, "is a symbolic link"),
        (0o020_644, "neither a file nor a folder"),
        (0o010_644, "neither a file nor a folder"),
        (0o140_644, "neither a file nor a folder"),
    ] {
        let reason = refused_item(Item { mode, ..Item::stored("odd", b"bot.py") });
        assert!(reason.contains(told), "{mode:o}: {reason}");
    }
}

#[test]
fn encryption_and_rare_methods_are_refused() {
    let encrypted = refused_item(Item { flags: 0x801, ..Item::stored("a.py", &[0; 20]) });
    assert!(encrypted.contains("a.py in the archive is encrypted"), "{encrypted}");
    for method in [1, 9, 12, 14, 93, 99] {
        let told = refused_item(Item { method, ..Item::stored("a.py", b"x") });
        assert!(told.contains(&format!("is packed by method {method};")), "{told}");
    }
}

#[test]
fn archives_that_readers_disagree_on_are_refused() {
    let good = Item::stored("bot.py", b"good");
    let renamed = Item { local_name: Some(b"bat.py".to_vec()), ..good.clone() };
    assert!(refused(&archive(&[renamed])).contains("differ"));

    let one = archive(std::slice::from_ref(&good));
    let body = one[..one.len() - 22 - 46 - 6].to_vec();
    let items = [good.clone(), Item { name: b"b.py".to_vec(), ..good.clone() }];
    let overlapping = with_directory(body, &items, &[0, 0]);
    assert!(refused(&overlapping).contains("overlap"));

    let mut hidden = archive(&[Item::stored("evil.py", b"evil")]);
    hidden.truncate(hidden.len() - 22 - 46 - 7);
    let offset = hidden.len() as u32;
    hidden.extend(&one[..one.len() - 22 - 46 - 6]);
    let unlisted = with_directory(hidden, std::slice::from_ref(&good), &[offset]);
    assert!(refused(&unlisted).contains("differ"), "{}", refused(&unlisted));
}

#[test]
fn bytes_around_an_archive_and_other_ends_are_refused() {
    let good = plain(&[("bot.py", b"good")]);
    let around = "bytes before or behind";
    assert!(refused(&[&good[..], b"x"].concat()).contains(around));
    assert!(refused(&[b"#!/usr/bin/env python3\n", &good[..]].concat()).contains(around));
    assert!(refused(&[&good[..], &good[..]].concat()).contains(around));
    let emptied = refused(&[&good[..], &end(0, 0, good.len() as u32)].concat());
    assert!(emptied.contains("differ"), "{emptied}");
    for large in [end(u16::MAX, 0, 0), end(1, u32::MAX, 0), end(1, 0, u32::MAX)] {
        assert!(refused(&large).contains("zip64"));
    }
    for none in [&b""[..], b"PK", b"PK\x05\x06", b"def main(): pass"] {
        assert!(refused(none).contains("no zip archive"), "{none:?}");
    }
    assert!(refused(&end(1, 0, 0)).contains("no zip archive"));
    assert!(refused(&good[..good.len() - 1]).contains("no zip archive"));
}

#[test]
fn damage_is_told() {
    let wrong_sum = refused_item(Item { crc: 1, ..Item::stored("a.py", b"x") });
    assert!(wrong_sum.contains("a.py in the archive is damaged"), "{wrong_sum}");
    let noise = refused_item(Item { method: 8, ..Item::stored("a.py", b"\xff\xff\xff") });
    assert!(noise.contains("a.py in the archive is damaged"), "{noise}");
}

#[test]
fn a_thousand_problems_are_a_short_list() {
    let items: Vec<_> = (0..1_000).map(|number| Item::stored(format!("../{number}"), b"")).collect();
    let reasons = unpack(&archive(&items), &DEFAULTS).unwrap_err();
    assert_eq!(reasons.len(), 9);
    assert_eq!(reasons.last().unwrap().to_string(), "and 992 more problems of this bot");
}

#[test]
fn a_huge_archive_is_not_read() {
    let bots = Bots::with(&[("a.py", b"a")]);
    std::fs::File::create(bots.path().join("b.zip")).unwrap().set_len(1 << 40).unwrap();
    assert_eq!(
        bots.problems(),
        ["b.zip: the archive is larger than 5242880 bytes; pack only what the bot needs"]
    );
}
