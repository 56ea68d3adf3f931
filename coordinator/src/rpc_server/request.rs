//! From a stranger's request to a picture of a worker: every length, number and text is checked.

use std::net::IpAddr;

use rpc::{BadMessage, v1};
use terms::printable::clean;
use terms::{Attempt, MatchId, Report, Runtime};

use crate::call::{Picture, State};
use crate::targets::Reach;

/// Length of an instance, in hexadecimal digits.
const INSTANCE_DIGITS: usize = 32;
/// Highest attempt that makes sense.
const ATTEMPT_MAX: u32 = i32::MAX as u32;

/// Reads a request that came from there.
///
/// # Errors
/// The first part that no honest worker sends.
pub(super) fn read_picture(request: v1::SynchronizeRequest, peer: IpAddr) -> Result<Picture, BadMessage> {
    request.check_sizes()?;
    check_instance(&request.instance)?;
    Ok(Picture {
        state: read_state(request.state())?,
        reach: read_reach(&request.http, peer)?,
        runtime: request.runtime.as_ref().map(Runtime::try_from).transpose()?,
        layers: read_layers(&request.layers)?,
        holding: request.holding.iter().map(read_holding).collect::<Result<_, _>>()?,
        finished: request.finished.iter().map(read_report).collect::<Result<_, _>>()?,
        instance: request.instance,
        name: clean(&request.name),
        slots: request.slots,
        note: clean(&request.note),
    })
}

fn check_instance(instance: &str) -> Result<(), BadMessage> {
    let fine = instance.len() == INSTANCE_DIGITS && instance.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fine { Ok(()) } else { Err(unknown("instance", instance)) }
}

fn read_state(state: v1::WorkerState) -> Result<State, BadMessage> {
    match state {
        v1::WorkerState::Preparing => Ok(State::Preparing),
        v1::WorkerState::Ready => Ok(State::Ready),
        v1::WorkerState::Draining => Ok(State::Draining),
        v1::WorkerState::Unspecified => Err(BadMessage::Missing("state")),
    }
}

/// Workers of older versions say nothing of it.
fn read_reach(http: &str, peer: IpAddr) -> Result<Option<Reach>, BadMessage> {
    if http.is_empty() {
        return Ok(None);
    }
    let http = http.parse().map_err(|_| unknown("http", http))?;
    Ok(Some(Reach { http, peer: peer.to_canonical() }))
}

/// The names of the active layers.
fn read_layers(layers: &[v1::Layer]) -> Result<Vec<String>, BadMessage> {
    let fine =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let enabled = layers.iter().filter(|layer| layer.enabled).map(|layer| layer.name.as_str());
    enabled.map(|name| if fine(name) { Ok(name.to_owned()) } else { Err(unknown("layer", name)) }).collect()
}

fn read_holding(holding: &v1::Holding) -> Result<(MatchId, Attempt, u32), BadMessage> {
    let (id, attempt) = rpc::read_attempt(&holding.match_id, holding.attempt)?;
    check_attempt(attempt)?;
    Ok((id, attempt, holding.ticks))
}

fn read_report(report: &v1::Report) -> Result<Report, BadMessage> {
    let report = Report::try_from(report)?;
    check_attempt(report.attempt)?;
    Ok(report)
}

fn check_attempt(attempt: Attempt) -> Result<(), BadMessage> {
    let Attempt(number) = attempt;
    if (1..=ATTEMPT_MAX).contains(&number) { Ok(()) } else { Err(unknown("attempt", &number.to_string())) }
}

fn unknown(what: &'static str, value: &str) -> BadMessage {
    BadMessage::Unknown { what, value: value.chars().take(80).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use terms::{BySeat, Digest, Outcome, Scores, SeatUsage, Verdict};

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

    fn report() -> v1::Report {
        let outcome = Outcome {
            verdict: Verdict::Played(Scores::DRAW),
            faults: Vec::new(),
            ticks: 7,
            digest: Digest::of(b"transcript"),
            fuel_digest: Digest::of(b"fuel"),
            transcript: Digest::of(b"address"),
            usage: BySeat::<SeatUsage>::default(),
            host_message: String::new(),
        };
        (&Report {
            id: MatchId(Digest::of(b"match")),
            attempt: Attempt(1),
            outcome,
            record: b"record".to_vec(),
            wall_micros: 3,
        })
            .into()
    }

    fn honest() -> v1::SynchronizeRequest {
        v1::SynchronizeRequest {
            protocol: rpc::PROTOCOL_VERSION,
            instance: "0123456789abcdef0123456789abcdef".to_owned(),
            name: "host\u{1b}[31m\u{202e}".to_owned(),
            slots: 2,
            state: v1::WorkerState::Ready.into(),
            note: String::new(),
            runtime: Some((&Runtime::of_this_build(Digest::of(b"python"))).into()),
            layers: vec![
                v1::Layer { name: "seccomp".into(), enabled: true, detail: String::new() },
                v1::Layer { name: "landlock".into(), enabled: false, detail: String::new() },
            ],
            holding: vec![v1::Holding { match_id: vec![1; 32], attempt: 1, ticks: 3 }],
            finished: vec![report()],
            http: ":7071".to_owned(),
        }
    }

    #[test]
    fn an_honest_request_is_read() {
        let picture = read_picture(honest(), PEER).unwrap();
        assert_eq!(picture.reach.unwrap().http.to_string(), ":7071");
        assert_eq!(picture.name, "host\u{fffd}");
        assert_eq!(picture.layers, ["seccomp"]);
        assert_eq!(picture.holding.len(), 1);
        assert_eq!(picture.finished.len(), 1);
    }

    #[test]
    fn what_no_honest_worker_sends_is_refused() {
        type Spoil = fn(&mut v1::SynchronizeRequest);
        let cases: [(Spoil, &str); 14] = [
            (|r| r.instance = "x".repeat(32), "instance"),
            (|r| r.instance = String::new(), "instance"),
            (|r| r.name = "x".repeat(10_000), "name"),
            (|r| r.note = "x".repeat(10_000), "note"),
            (|r| r.slots = u32::MAX, "slots"),
            (|r| r.state = 77, "state"),
            (|r| r.layers = vec![v1::Layer::default(); 1_000], "layers"),
            (|r| r.layers[0].name = "a,b".to_owned(), "layer"),
            (|r| r.holding[0].match_id = vec![1; 31], "31 bytes"),
            (|r| r.holding[0].attempt = 0, "attempt"),
            (|r| r.finished[0].attempt = u32::MAX, "attempt"),
            (|r| r.finished[0].verdict = None, "verdict"),
            (|r| r.http = "user@host:80".to_owned(), "http"),
            (|r| r.http = "h".repeat(300), "http"),
        ];
        for (spoil, named) in cases {
            let mut request = honest();
            spoil(&mut request);
            let refused = read_picture(request, PEER).unwrap_err().to_string();
            assert!(refused.contains(named), "{refused:?} does not name {named}");
        }
    }

    proptest! {
        #[test]
        fn no_text_or_number_makes_it_panic(
            instance: String, name: String, note: String, http: String, slots: u32, state: i32, id: Vec<u8>, attempt: u32,
        ) {
            let mut request = honest();
            request.holding[0] = v1::Holding { match_id: id, attempt, ticks: attempt };
            let _ = read_picture(v1::SynchronizeRequest { instance, name, note, http, slots, state, ..request }, PEER);
        }
    }
}
