//! Outcomes as they stand in the column `detail`: JSON with a version of its own.

use serde::{Deserialize, Serialize};
use terms::{BySeat, Digest, Digester, Fault, FuelHistogram, Outcome, Scores, Seat, SeatUsage, Verdict};

/// The version that is written. Older ones stay readable.
const VERSION: u32 = 2;

/// Everything of an outcome that has no column of its own.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Detail {
    version: u32,
    verdict: Ending,
    faults: Vec<FaultDetail>,
    usage: [UsageDetail; 2],
    /// Since version 2, as is the next one.
    #[serde(default)]
    fuel_digest: Option<String>,
    #[serde(default)]
    transcript: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ending {
    /// Half points by seat.
    Played([u8; 2]),
    /// The seats that forfeit.
    Forfeit([bool; 2]),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultDetail {
    seat: u8,
    kind: String,
    tick: u32,
    message: String,
    traceback: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsageDetail {
    load_fuel: u64,
    turns_fuel: u64,
    turn_fuel: Vec<(u16, u64)>,
    memory_peak_bytes: u64,
    log_dropped_bytes: u64,
}

/// The outcome as text, or nothing if it is void.
pub(super) fn write_detail(outcome: &Outcome) -> Option<String> {
    let verdict = match outcome.verdict {
        Verdict::Played(scores) => Ending::Played(scores.half_points().0),
        Verdict::Forfeit(seats) => Ending::Forfeit(seats.0),
        Verdict::Void(_) => return None,
    };
    let detail = Detail {
        version: VERSION,
        verdict,
        faults: outcome.faults.iter().map(write_fault).collect(),
        usage: BySeat::from_fn(|seat| write_usage(&outcome.usage[seat])).0,
        fuel_digest: Some(outcome.fuel_digest.to_string()),
        transcript: Some(outcome.transcript.to_string()),
    };
    serde_json::to_string(&detail).ok()
}

/// A digest of everything about an outcome: two have the same exactly if they are equal.
pub fn mark(outcome: &Outcome) -> Digest {
    let detail = write_detail(outcome).unwrap_or_default();
    let mut digester = Digester::new("arena outcome 1");
    digester.digest(&outcome.digest).number(outcome.ticks.into()).bytes(detail.as_bytes()).finish()
}

/// The outcome of such text, or which part of it makes no sense.
pub(super) fn read_outcome(detail: &str, ticks: u32, digest: Digest) -> Result<Outcome, &'static str> {
    let detail: Detail = serde_json::from_str(detail).map_err(|_| "detail")?;
    if !(1..=VERSION).contains(&detail.version) {
        return Err("detail.version");
    }
    let [zero, one] = detail.usage;
    Ok(Outcome {
        verdict: read_verdict(detail.verdict)?,
        faults: detail.faults.into_iter().map(read_fault).collect::<Result<_, _>>()?,
        ticks,
        digest,
        fuel_digest: read_digest(detail.fuel_digest).ok_or("detail.fuel_digest")?,
        transcript: read_digest(detail.transcript).ok_or("detail.transcript")?,
        usage: BySeat([read_usage(zero)?, read_usage(one)?]),
        host_message: String::new(),
    })
}

/// A digest that older versions did not write.
fn read_digest(text: Option<String>) -> Option<Digest> {
    text.map_or(Some(Digest::NONE), |text| text.parse().ok())
}

fn read_verdict(ending: Ending) -> Result<Verdict, &'static str> {
    match ending {
        Ending::Played(half_points) => {
            Scores::from_half_points(BySeat(half_points)).map(Verdict::Played).ok_or("detail.verdict")
        }
        Ending::Forfeit([false, false]) => Err("detail.verdict"),
        Ending::Forfeit(seats) => Ok(Verdict::Forfeit(BySeat(seats))),
    }
}

fn write_fault(fault: &Fault) -> FaultDetail {
    let Fault { seat, kind, tick, message, traceback } = fault.clone();
    FaultDetail { seat: seat.index(), kind: kind.name().to_owned(), tick, message, traceback }
}

fn read_fault(fault: FaultDetail) -> Result<Fault, &'static str> {
    let FaultDetail { seat, kind, tick, message, traceback } = fault;
    let seat = Seat::from_index(seat).ok_or("detail.faults.seat")?;
    let kind = kind.parse().map_err(|_| "detail.faults.kind")?;
    Ok(Fault { seat, kind, tick, message, traceback })
}

fn write_usage(usage: &SeatUsage) -> UsageDetail {
    UsageDetail {
        load_fuel: usage.load_fuel,
        turns_fuel: usage.turns_fuel,
        turn_fuel: usage.turn_fuel.entries().collect(),
        memory_peak_bytes: usage.memory_peak_bytes,
        log_dropped_bytes: usage.log_dropped_bytes,
    }
}

fn read_usage(usage: UsageDetail) -> Result<SeatUsage, &'static str> {
    Ok(SeatUsage {
        load_fuel: usage.load_fuel,
        turns_fuel: usage.turns_fuel,
        turn_fuel: FuelHistogram::from_entries(usage.turn_fuel).ok_or("detail.usage.turn_fuel")?,
        memory_peak_bytes: usage.memory_peak_bytes,
        log_dropped_bytes: usage.log_dropped_bytes,
    })
}
