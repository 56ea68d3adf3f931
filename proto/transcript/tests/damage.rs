//! What is not whole, not ours or not true is refused, in words, and nothing panics.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

mod support;

use support::{Script, bundles, script};
use terms::{BySeat, Seat};
use transcript::file::{Packed, pack, unpack};
use transcript::{BadTranscript, LINE_BYTES_MAX, RECORD_BYTES_MAX, Transcript, read_record, read_text};

fn file() -> Vec<u8> {
    let bundles = bundles();
    let [zero, one] = &bundles.0;
    pack(&BySeat([zero, one]), &script().record().record)
}

fn text() -> String {
    script().transcript().text().to_owned()
}

/// What reading says of a changed text.
fn refused(text: String) -> BadTranscript {
    read_text(text.into_bytes()).map(|transcript| transcript.text().to_owned()).unwrap_err()
}

fn replaced(what: &str, with: &str) -> BadTranscript {
    assert!(text().contains(what), "{what}");
    refused(text().replacen(what, with, 1))
}

#[test]
fn every_truncation_is_an_error() {
    let (file, record, text) = (file(), script().record().record, text());
    assert!(unpack(&file).is_ok() && read_record(&record).is_ok());
    for end in 0..file.len() {
        assert!(unpack(&file[..end]).is_err(), "the file, until {end}");
    }
    for end in 0..record.len() {
        assert_eq!(read_record(&record[..end]).unwrap_err(), BadTranscript::Truncated, "until {end}");
    }
    for end in 0..text.len() {
        assert!(read_text(text.as_bytes()[..end].to_vec()).is_err(), "the text, until {end}");
    }
}

#[test]
fn a_record_without_its_last_line_is_said_to_end_early() {
    let text = text();
    let until_last = text.trim_end().rfind('\n').unwrap();
    let bad = refused(text[..=until_last].to_owned());
    assert_eq!(bad, BadTranscript::Truncated);
    assert!(bad.to_string().contains("ends early"));
}

#[test]
fn a_changed_byte_is_an_error_or_changes_nothing() {
    let (file, whole) = (file(), unpack(&file()).unwrap());
    for at in 0..file.len() {
        for flip in [1, 0x80, 0xff] {
            let mut damaged = file.clone();
            damaged[at] ^= flip;
            let Ok(Packed { bundles, transcript }) = unpack(&damaged) else { continue };
            assert_eq!((bundles, transcript.text()), (whole.bundles.clone(), whole.transcript.text()));
        }
    }
}

#[test]
fn what_contradicts_a_digest_is_named() {
    use BadTranscript::WrongDigest;
    assert_eq!(replaced("\"seed\":7", "\"seed\":8"), WrongDigest("match id"));
    assert_eq!(replaced("\"strikes\":10", "\"strikes\":11"), WrongDigest("match id"));
    assert_eq!(replaced("\"engine\":1", "\"engine\":2"), WrongDigest("runtime fingerprint"));
    assert_eq!(replaced("SHOOT", "shoot"), WrongDigest("digest"));
    assert_eq!(replaced("what?", "what!"), WrongDigest("digest"));
    assert_eq!(replaced("[false,true]", "[true,false]"), WrongDigest("digest"));
    assert_eq!(replaced("\"fuel\":1000", "\"fuel\":1001"), WrongDigest("fuel digest"));
}

#[test]
fn a_newer_version_and_something_else_are_told_apart() {
    let newer = replaced("{\"arena_transcript\":1,", "{\"arena_transcript\":2,\"what\":\"is new\",");
    assert_eq!(newer, BadTranscript::Newer(2));
    assert!(newer.to_string().contains("written by a newer version"), "{newer}");
    let mut newer = file();
    newer[16] = 3;
    assert_eq!(unpack(&newer).unwrap_err(), BadTranscript::Newer(3));
    for foreign in ["{}\n", "[]\n", "\n", "hello\n", "{\"arena_transcript\":\"1\"}\n", "\u{feff}{}\n"] {
        assert_eq!(refused(foreign.to_owned()), BadTranscript::Foreign, "{foreign:?}");
    }
    for foreign in [&b"PK\x03\x04"[..], b"{\"arena_transcript\":1}\n", &[0; 100]] {
        assert_eq!(read_record(foreign).unwrap_err(), BadTranscript::Foreign);
        assert_eq!(unpack(foreign).unwrap_err(), BadTranscript::Foreign);
    }
}

#[test]
fn what_is_written_in_another_way_is_refused() {
    let changes = [
        ("{\"tick\":0,", "{\"tick\": 0,"),
        ("{\"tick\":1,", "{\"tick\":2,"),
        ("\"fuel\":1000,\"memory_peak_bytes\":2000", "\"memory_peak_bytes\":2000,\"fuel\":1000"),
        ("\"memory_peak_bytes\":2000", "\"memory_peak_bytes\":2000,\"log_dropped_bytes\":0"),
        ("\"memory_peak_bytes\":2000", "\"memory_peak_bytes\":2000,\"more\":0"),
        ("\"fuel\":1000,", ""),
        ("\\u0000", "\\u0000\\u0000\",\"reply_base64\":\"AA=="),
        ("//4=", "//5="),
        ("\"kind\":\"bad_reply\"", "\"kind\":\"bad_luck\""),
        ("{\"verdict\":", "\n{\"verdict\":"),
        ("\"ticks\":2,", "\"ticks\":1,"),
        ("\"ticks\":2,", "\"ticks\":21,"),
        ("\"verdict\":\"forfeit\"", "\"verdict\":\"played\""),
        ("\"strikes\":10", "\"strikes\":1001"),
    ];
    for (what, with) in changes {
        let bad = replaced(what, with);
        assert!(matches!(bad, BadTranscript::Line { .. }), "{with}: {bad:?}");
    }
    assert!(matches!(refused(text() + "\n"), BadTranscript::Line { .. }));
    assert!(matches!(refused(text().replace('\n', "\r\n")), BadTranscript::Line { .. }));
}

#[test]
fn what_is_quoted_of_a_bad_line_is_short_and_harmless() {
    let key = format!("\"\\u001b[31m{}\":0,\"fuel\"", "x".repeat(5_000));
    let said = replaced("\"fuel\"", &key).to_string();
    assert!(said.len() < 500 && !said.contains('\u{1b}'), "{said}");
}

#[test]
fn the_bots_of_a_file_are_those_that_played() {
    let bundles = bundles();
    let [zero, one] = &bundles.0;
    let record = script().record().record;
    let swapped = pack(&BySeat([one, zero]), &record);
    assert_eq!(unpack(&swapped).unwrap_err(), BadTranscript::WrongBot(Seat::Zero));
    let other = pack(&BySeat([zero, b"another bot"]), &record);
    assert_eq!(unpack(&other).unwrap_err(), BadTranscript::WrongBot(Seat::One));
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let bomb = zstd::bulk::compress(&vec![b' '; RECORD_BYTES_MAX + 1], 1).unwrap();
    assert!(matches!(read_record(&bomb), Err(BadTranscript::TooLarge { .. })));
    assert!(matches!(read_text(vec![b' '; RECORD_BYTES_MAX + 1]), Err(BadTranscript::TooLarge { .. })));
    let record = script().record().record;
    let mut file = b"arena transcript\x01\0\0\0".to_vec();
    file.extend((record.len() as u32).to_le_bytes());
    file.extend(&record);
    file.extend(zstd::bulk::compress(&vec![0; 32 << 20], 1).unwrap());
    assert!(matches!(unpack(&file), Err(BadTranscript::TooLarge { .. })));
    let endless = [b"arena transcript\x01\0\0\0".as_slice(), &u32::MAX.to_le_bytes(), &record].concat();
    assert_eq!(unpack(&endless).unwrap_err(), BadTranscript::Truncated);
}

#[test]
fn a_line_has_a_largest_size_and_a_match_a_last_tick() {
    let long = format!("\"observation\":\"{}\",", "x".repeat(LINE_BYTES_MAX));
    let bad = replaced("\"observation\":", &format!("{long}\"observation\":"));
    assert!(bad.to_string().contains("too long"), "{bad}");
    let mut script = Script { ..script() };
    script.spec.limits.ticks = 1;
    let bad = read_record(&script.record().record).map(|read: Transcript| read.text().len()).unwrap_err();
    assert!(bad.to_string().contains("tick 2"), "{bad}");
}
