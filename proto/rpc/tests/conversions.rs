//! What goes over the wire comes back unchanged, and what no honest peer sends is refused.
#![cfg(not(feature = "bare"))]

use proptest::prelude::*;
use prost::Message;
use rpc::{BadMessage, v1};
use terms::{
    Attempt, BySeat, Digest, Fault, FaultKind, FuelHistogram, GameId, HostFault, Limits, MatchId, Outcome,
    Policy, Report, Runtime, Scores, Seat, SeatUsage, Verdict,
};

fn report(verdict: Verdict) -> Report {
    let mut turn_fuel = FuelHistogram::default();
    [5, 5, 70_000].into_iter().for_each(|fuel| turn_fuel.record(fuel));
    let fault = Fault {
        seat: Seat::One,
        kind: FaultKind::Exception,
        tick: 3,
        message: "ValueError: no".into(),
        traceback: "File \"bot.py\", line 1".into(),
    };
    let usage = SeatUsage {
        load_fuel: 9,
        turns_fuel: 70_010,
        turn_fuel,
        memory_peak_bytes: 1 << 20,
        log_dropped_bytes: 2,
    };
    let host_message = if matches!(verdict, Verdict::Void(_)) { "signal 31".into() } else { String::new() };
    Report {
        id: MatchId(Digest::of(b"id")),
        attempt: Attempt(2),
        outcome: Outcome {
            verdict,
            faults: vec![fault],
            ticks: 17,
            digest: Digest::of(b"transcript"),
            fuel_digest: Digest::of(b"fuel"),
            transcript: Digest::of(b"address"),
            usage: BySeat([usage, SeatUsage::default()]),
            host_message,
        },
        record: b"record".to_vec(),
        wall_micros: 1234,
    }
}

#[test]
fn a_report_survives_the_wire() {
    let verdicts = [
        Verdict::Played(Scores::win(Seat::One)),
        Verdict::Played(Scores::DRAW),
        Verdict::Forfeit(BySeat([true, true])),
        Verdict::Forfeit(BySeat([false, true])),
        Verdict::Void(HostFault::ShimDied),
    ];
    for verdict in verdicts {
        let sent = report(verdict);
        let bytes = v1::Report::from(&sent).encode_to_vec();
        let received = v1::Report::decode(bytes.as_slice()).unwrap();
        assert_eq!(Report::try_from(&received), Ok(sent));
    }
}

#[test]
fn a_tournament_survives_the_wire() {
    let game = GameId::named("spacecode").unwrap();
    let runtime = Runtime::of_this_build(Digest::of(b"python.wasm"));
    for policy in [Policy::open(), Policy::strict()] {
        let sent = v1::Tournament::of(&game, &Limits::default(), &runtime, &policy);
        assert_eq!(sent.read(), Ok((game.clone(), Limits::default(), runtime.clone(), policy)));
    }
}

/// One way to spoil a good report, and what the refusal must say.
type Spoiled = (fn(&mut v1::Report), &'static str);

#[test]
fn what_no_honest_worker_reports_is_refused_by_name() {
    let cases: [Spoiled; 13] = [
        (|r| r.match_id.truncate(31), "31 bytes"),
        (|r| r.digest.clear(), "0 bytes"),
        (|r| r.verdict = None, "report.verdict is missing"),
        (|r| r.verdict = Some(v1::report::Verdict::Played(v1::Played { zero: 2, one: 2 })), "2:2"),
        (|r| r.verdict = Some(v1::report::Verdict::Played(v1::Played { zero: 258, one: 0 })), "258:0"),
        (|r| r.verdict = Some(v1::report::Verdict::Forfeit(v1::Forfeit::default())), "seat that forfeits"),
        (|r| set_void(r, "bored", ""), "host fault \"bored\""),
        (|r| set_void(r, "stalled", &"x".repeat(1 << 20)), "host message is 1048576"),
        (|r| r.faults = vec![r.faults[0].clone(); 1000], "number of faults is 1000"),
        (|r| r.faults[0].seat = 2, "seat \"2\""),
        (|r| r.faults[0].kind = "x".repeat(5000), "fault kind \"xxx"),
        (|r| r.usage_one = None, "report.usage_one is missing"),
        (|r| r.usage_zero = Some(v1::Usage { buckets: vec![9, 9], ..Default::default() }), "fuel histogram"),
    ];
    for (spoil, complaint) in cases {
        let mut message = v1::Report::from(&report(Verdict::Played(Scores::DRAW)));
        spoil(&mut message);
        let refused = Report::try_from(&message).expect_err(complaint).to_string();
        assert!(refused.contains(complaint), "{refused:?} does not contain {complaint:?}");
        assert!(refused.len() < 300, "the refusal itself is bounded");
    }
}

fn set_void(report: &mut v1::Report, fault: &str, message: &str) {
    let void = v1::Void { fault: fault.into(), message: message.into() };
    report.verdict = Some(v1::report::Verdict::Void(void));
}

#[test]
fn oversized_requests_are_refused_by_name() {
    let cases = [
        v1::SynchronizeRequest { name: "n".repeat(257), ..Default::default() },
        v1::SynchronizeRequest { instance: "n".repeat(33), ..Default::default() },
        v1::SynchronizeRequest { note: "n".repeat(257), ..Default::default() },
        v1::SynchronizeRequest { http: "n".repeat(260), ..Default::default() },
        v1::SynchronizeRequest { slots: u32::MAX, ..Default::default() },
        v1::SynchronizeRequest { layers: vec![v1::Layer::default(); 65], ..Default::default() },
        v1::SynchronizeRequest { holding: vec![v1::Holding::default(); 16_385], ..Default::default() },
    ];
    for request in cases {
        assert!(matches!(request.check_sizes(), Err(BadMessage::TooLarge { .. })));
    }
    assert_eq!(v1::SynchronizeRequest::default().check_sizes(), Ok(()));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        if let Ok(message) = v1::Report::decode(bytes.as_slice()) {
            let _ = Report::try_from(&message);
        }
        if let Ok(message) = v1::Tournament::decode(bytes.as_slice()) {
            let _ = message.read();
        }
    }
}
