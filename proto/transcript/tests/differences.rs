//! The first difference of two transcripts is found and named.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers fail by panicking")]

mod support;

use support::{Said, Script, json, script};
use terms::{BySeat, Digest, HostFault, Policy, Scores, Seat, Seed, Verdict};
use transcript::compare::{compare, play, played, settings};
use transcript::{Aspect, Difference, Field};

/// The first difference between the script and a changed one.
fn first(change: impl FnOnce(&mut Script)) -> Difference {
    let mut other = script();
    change(&mut other);
    compare(&script().transcript(), &other.transcript()).unwrap()
}

fn in_turn(tick: usize, seat: Seat, change: impl FnOnce(&mut Said)) -> Difference {
    let found = first(|script| change(&mut script.ticks[tick][seat]));
    assert_eq!((found.tick, found.seat), (Some(tick as u32), Some(seat)), "{found}");
    found
}

#[test]
fn a_match_does_not_differ_from_itself() {
    assert_eq!(compare(&script().transcript(), &script().transcript()), None);
}

#[test]
fn every_field_of_a_turn_is_found_where_it_differs() {
    let (zero, one) = (Seat::Zero, Seat::One);
    let cases = [
        (in_turn(2, zero, |said| said.observation = b"{}".to_vec()), Field::Observation, Aspect::Play),
        (in_turn(1, zero, |said| said.reply = json("[]")), Field::Reply, Aspect::Play),
        (in_turn(1, one, |said| said.reply = None), Field::Reply, Aspect::Play),
        (in_turn(2, zero, |said| said.faults.clear()), Field::Fault, Aspect::Play),
        (in_turn(2, one, |said| said.faults[0].1.push('!')), Field::Fault, Aspect::Play),
        (in_turn(2, one, |said| said.faults[0].2.push('!')), Field::Fault, Aspect::Play),
        (in_turn(0, one, |said| said.fuel += 1), Field::Fuel, Aspect::Fuel),
        (in_turn(2, zero, |said| said.fuel += 1), Field::Fuel, Aspect::Fuel),
        (in_turn(1, one, |said| said.memory += 1), Field::Memory, Aspect::Usage),
        (in_turn(0, zero, |said| said.log.push(b'!')), Field::Log, Aspect::Usage),
        (in_turn(2, one, |said| said.dropped += 1), Field::LogDropped, Aspect::Usage),
    ];
    for (found, field, aspect) in cases {
        assert_eq!((found.field, found.field.aspect()), (field, aspect), "{found}");
    }
}

#[test]
fn the_first_of_many_differences_is_the_one_that_is_told() {
    let found = first(|script| {
        script.ticks[2][Seat::Zero].reply = None;
        script.ticks[1][Seat::One].reply = json("[1]");
        script.ticks[1][Seat::One].fuel = 7;
    });
    assert_eq!((found.tick, found.seat, found.field), (Some(1), Some(Seat::One), Field::Reply));
    assert_eq!(found.to_string(), "tick 1, seat 1: reply differs: no json \u{fffd}\" against [1]");
}

#[test]
fn the_end_differs_where_nothing_before_it_does() {
    let longer = first(|script| script.ticks.push(script.ticks[1].clone()));
    assert_eq!((longer.field, longer.to_string()), (Field::Ticks, "ticks differs: 2 against 3".to_owned()));
    let verdict = |verdict| first(|script| script.verdict = verdict);
    let found = verdict(Verdict::Played(Scores::win(Seat::Zero)));
    assert_eq!(found.to_string(), "verdict differs: forfeit of seat 1 against played 1:0");
    let found = verdict(Verdict::Void(HostFault::Stalled));
    assert_eq!(found.to_string(), "verdict differs: forfeit of seat 1 against void (stalled)");
    assert_eq!(verdict(Verdict::Forfeit(BySeat([true, true]))).theirs, "forfeit of both seats");
}

#[test]
fn settings_come_first_and_can_be_left_out() {
    let mut other = script();
    other.spec.seed = Seed(8);
    other.spec.bots[Seat::One] = Digest::of(b"other");
    other.spec.limits.strikes = 3;
    other.spec.policy = Policy::open();
    other.runtime.engine = 2;
    other.spec.runtime = other.runtime.fingerprint();
    other.ticks[1][Seat::Zero].fuel = 5;
    let (ours, theirs) = (script().transcript(), other.transcript());
    let fields: Vec<_> = settings(&ours, &theirs).iter().map(|found| found.field).collect();
    assert_eq!(fields, [Field::Seed, Field::Bot, Field::Limits, Field::Policy, Field::Runtime]);
    assert_eq!(compare(&ours, &theirs).unwrap().to_string(), "seed differs: 7 against 8");
    let runtime = settings(&ours, &theirs).pop().unwrap().to_string();
    assert_eq!(runtime, "runtime differs: engine revision 1 against engine revision 2");
    let found = played(&ours, &theirs).unwrap();
    assert_eq!((found.tick, found.field, found.ours.as_str()), (Some(1), Field::Fuel, "1000"));
}

#[test]
fn fuel_can_be_left_out() {
    let mut other = script();
    other.ticks[1][Seat::Zero].fuel = 5;
    let (ours, theirs) = (script().transcript(), other.transcript());
    assert_eq!(play(&ours, &theirs), None);
    assert_eq!(ours.end().digest, theirs.end().digest);
    assert_ne!(ours.end().fuel_digest, theirs.end().fuel_digest);
    other.ticks[2][Seat::One].reply = json("[]");
    let found = play(&ours, &other.transcript()).unwrap();
    assert_eq!((found.tick, found.field), (Some(2), Field::Reply));
}
