//! A hostile bot does not make a record large, does not take its opponent's room, and is still held
//! to every byte that it said.

mod support;

use support::{Script, json, said, script};
use terms::{BySeat, Seat};
use transcript::{Difference, Field, RECORD_BYTES_MAX, Syntax, Transcript, compare};

/// One bot fills every reply and log, the other plays.
fn talkative(reply: &[u8]) -> Script {
    let mut script = script();
    script.ticks.truncate(1);
    script.spec.limits.ticks = 200;
    let observation = format!(r#"{{"game_state":"{}"}}"#, "s".repeat(500));
    let reply = Some((reply.to_vec(), Syntax::Unknown));
    let action = json(&format!(r#"{{"actions":["SHOOT"],"debug_info":"{}"}}"#, "d".repeat(200)));
    let turns = BySeat([said(&observation, reply), said(&observation, action)]);
    script.ticks.extend(std::iter::repeat_n(turns, 200));
    script
}

fn kept_replies(transcript: &Transcript, seat: Seat) -> usize {
    let reply = |tick| transcript.tick(tick)?[seat].reply.clone();
    (1..=200).filter_map(reply).filter(|reply| reply.bytes().is_some()).count()
}

#[test]
fn one_bot_that_says_as_much_as_it_can_takes_only_its_own_room() {
    for byte in [b'x', b'"', 1, 0xff] {
        let transcript = talkative(&[byte; 64 << 10]).transcript();
        assert!(transcript.text().len() < 6 << 20);
        assert_eq!(transcript.end().cut, None);
        let (loud, quiet) = (kept_replies(&transcript, Seat::Zero), kept_replies(&transcript, Seat::One));
        assert!((5..40).contains(&loud) && quiet == 200, "{byte}: {loud} {quiet}");
        let turns = transcript.tick(200).map(|turns| turns.map(|turn| turn.observation));
        let is_kept = |seat| turns.as_ref().is_some_and(|turns: &BySeat<_>| turns[seat].is_some());
        assert!(is_kept(Seat::Zero) && is_kept(Seat::One), "everybody can still be watched");
    }
}

#[test]
fn what_is_not_kept_is_still_compared() {
    let base = talkative(&[b'x'; 64 << 10]);
    let mut other = base.clone();
    other.ticks[150][Seat::Zero].reply = Some((vec![b'y'; 64 << 10], Syntax::Unknown));
    let (base, other) = (base.transcript(), other.transcript());
    assert_eq!(compare(&base, &base), None);
    let found = compare(&base, &other);
    let at = found.as_ref().map(|found| (found.tick, found.seat, found.field));
    assert_eq!(at, Some((Some(150), Some(Seat::Zero), Field::Reply)));
    assert!(found.is_some_and(|found| found.ours.starts_with("65536 bytes (")));
}

/// A match of so many ticks that its record would be too large.
fn endless(last_fuel: u64, last_reply: &str) -> Script {
    let mut script = script();
    script.ticks.truncate(1);
    script.spec.limits.ticks = 80_000;
    let turn = said(r#"{"some":"thing that is always kept"}"#, json(r#"{"actions":["FORWARD","SHOOT"]}"#));
    script.ticks.extend(std::iter::repeat_n(BySeat([turn.clone(), turn]), 80_000));
    if let Some(last) = script.ticks.last_mut() {
        last[Seat::One].fuel = last_fuel;
        last[Seat::One].reply = json(last_reply);
    }
    script
}

#[test]
fn a_record_that_is_full_is_cut_and_its_digests_cover_the_rest() {
    let one = endless(1, "[]").transcript();
    assert!(one.text().len() <= RECORD_BYTES_MAX && one.text().len() > RECORD_BYTES_MAX - 2_000);
    let cut = one.end().cut.as_ref().map(|cut| cut.before_tick);
    assert!(cut.is_some_and(|cut| one.tick(cut).is_none() && one.tick(cut - 1).is_some()));
    assert_eq!(one.end().ticks, 80_000);
    let field = |other: Script| compare(&one, &other.transcript()).map(|found: Difference| found.field);
    assert_eq!(compare(&one, &one), None);
    assert_eq!(field(endless(1, "{}")), Some(Field::Digest));
    assert_eq!(field(endless(2, "[]")), Some(Field::FuelDigest));
}
