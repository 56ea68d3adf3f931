//! What was recorded comes back, byte for byte.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

mod support;

use proptest::prelude::*;
use support::{Said, played, said, script};
use terms::transcript::{FuelDigest, TranscriptDigest};
use terms::{BySeat, Digest, Fault, HostFault, Scores, Seat, Verdict};
use transcript::{Addresses, Form, Recorder, Syntax, Transcript, Turn, read_record, read_text};

/// Everything that was said is in the turn, and nothing else.
fn assert_same(said: &Said, turn: &Turn) {
    let bytes =
        |blob: &Option<transcript::Blob>| blob.as_ref().and_then(|blob| blob.bytes().map(<[u8]>::to_vec));
    assert_eq!(bytes(&turn.reply), said.reply.as_ref().map(|(reply, _)| reply.clone()));
    assert_eq!(bytes(&turn.observation).unwrap_or_default(), said.observation);
    let used = turn.used.as_ref().unwrap();
    let numbers = (used.fuel, used.memory_peak_bytes, used.log_dropped_bytes);
    assert_eq!(numbers, (said.fuel, said.memory, said.dropped));
    assert_eq!(bytes(&used.log).unwrap_or_default(), said.log);
    let text = |blob: &transcript::Blob| String::from_utf8(blob.bytes().unwrap().to_vec()).unwrap();
    let faults: Vec<_> =
        turn.faults.iter().map(|fault| (fault.kind, text(&fault.message), text(&fault.traceback))).collect();
    assert_eq!(faults, said.faults);
}

fn assert_has(transcript: &Transcript, script: &support::Script) {
    for (tick, turns) in (0..).zip(&script.ticks) {
        let read = transcript.tick(tick).unwrap();
        for (seat, said) in turns.iter() {
            assert_same(said, &read[seat]);
        }
    }
    assert_eq!(transcript.tick(script.ticks.len() as u32), None);
}

#[test]
fn everything_comes_back() {
    let (script, recorded) = (script(), script().record());
    let transcript = read_record(&recorded.record).unwrap();
    assert_eq!((&transcript.header().spec, &transcript.header().runtime), (&script.spec, &script.runtime));
    assert_has(&transcript, &script);
    let end = transcript.end();
    assert_eq!((end.verdict, end.ticks, end.cut.clone()), (script.verdict, 2, None));
    assert_eq!((end.digest, end.fuel_digest), (recorded.digest, recorded.fuel_digest));
    assert_eq!(transcript.address(), &recorded.address);
    assert_eq!(Addresses::new().of(&recorded.record).unwrap(), recorded.address);
    assert_eq!(read_text(transcript.text().into()).unwrap().address(), &recorded.address);
}

#[test]
fn each_verdict_comes_back() {
    let verdicts = [
        Verdict::Played(Scores::DRAW),
        Verdict::Played(Scores::win(Seat::Zero)),
        Verdict::Played(Scores::win(Seat::One)),
        Verdict::Forfeit(BySeat([true, false])),
        Verdict::Forfeit(BySeat([true, true])),
    ];
    let voids = HostFault::ALL.iter().map(|fault| Verdict::Void(*fault));
    for verdict in verdicts.into_iter().chain(voids) {
        let script = support::Script { verdict, ..script() };
        assert_eq!(script.transcript().end().verdict, verdict);
    }
}

#[test]
fn a_match_that_never_began_has_a_record() {
    let script = script();
    let recorded =
        Recorder::new(&script.spec, &script.runtime).finish(&Verdict::Void(HostFault::SpawnFailed), 0);
    let transcript = read_record(&recorded.record).unwrap();
    assert_eq!(transcript.tick(0), Some(BySeat::default()));
    assert_eq!(transcript.tick(1), None);
}

/// The digests that a referee computes who keeps nothing.
#[test]
fn the_digests_are_those_of_terms() {
    let (script, recorded) = (script(), script().record());
    let mut play = TranscriptDigest::new(&script.spec);
    let mut fuel = FuelDigest::new(&script.spec);
    for (tick, turns) in (0..).zip(&script.ticks) {
        for (seat, said) in turns.iter().filter(|_| tick > 0) {
            play.observation(seat, tick, &said.observation);
        }
        for (seat, said) in turns.iter() {
            fuel.used(seat, tick, said.fuel);
            if let Some((reply, _)) = &said.reply {
                play.reply(seat, tick, reply);
            }
            for (kind, message, traceback) in said.faults.clone() {
                play.fault(&Fault { seat, kind, tick, message, traceback });
            }
        }
    }
    assert_eq!(recorded.digest, play.finish(&script.verdict, 2));
    assert_eq!(recorded.fuel_digest, fuel.finish(2));
}

#[test]
fn equal_play_has_one_address_and_other_play_another() {
    let address = |script: &support::Script| script.record().address;
    let base = script();
    assert_eq!(address(&base), address(&script()));
    let mut other = script();
    other.ticks[2][Seat::One].log.push(b'!');
    assert_ne!(address(&base), address(&other));
    assert_eq!(base.record().digest, other.record().digest, "a log is no part of the digest");
    assert_eq!(Digest::of(base.transcript().text().as_bytes()), address(&base));
}

#[test]
fn json_stands_in_the_record_as_it_was_said() {
    let transcript = script().transcript();
    let line = transcript.text().lines().nth(2).unwrap();
    let verbatim = r#""reply":{"actions":["SHOOT"],"debug_info":{"why":"é"}},"fuel":1000"#;
    assert!(line.contains(verbatim), "{line}");
    assert!(line.contains(r#""reply_text":"no json \u0000\"","#), "{line}");
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let mut script = script();
    script.ticks[1][Seat::Zero] = said("{}", support::json(&deep));
    let turns = script.transcript().tick(1).unwrap();
    assert_eq!(turns[Seat::Zero].reply.as_ref().and_then(|reply| reply.form()), Some(Form::Text(&deep)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_reply_and_any_log_come_back(replies: Vec<(Vec<u8>, Vec<u8>)>, texts: Vec<(String, String)>) {
        let texts = texts.into_iter().map(|(reply, log)| (reply.into_bytes(), log.into_bytes()));
        let script = played(replies.into_iter().chain(texts).collect());
        assert_has(&script.transcript(), &script);
    }

    #[test]
    fn whatever_is_read_is_what_would_be_written(text in "(\\{\"tick\":[0-9]\\}|[\\[\\]{},:\"a-z0-9]){0,60}\n") {
        let mut all = script().transcript().text().lines().next().unwrap().to_owned();
        all.push('\n');
        all.push_str(&text);
        prop_assert!(read_text(all.into_bytes()).is_err());
    }
}

#[test]
fn a_caller_that_calls_nonsense_json_gets_a_record_that_is_refused_and_no_panic() {
    for lie in ["{", "}", "\"", "]]}", "nul"] {
        let mut script = script();
        script.ticks[1][Seat::Zero].reply = Some((lie.as_bytes().to_vec(), Syntax::Json));
        assert!(read_record(&script.record().record).is_err(), "{lie}");
    }
}
