//! What `worker play --json` writes. Names and order of the fields are a contract: programs of other
//! people read them. Add at the end; never rename, reorder or reuse.
//!
//! The fields that a tournament's `matches[]` has as well mean the same here.

use serde::Serialize;
use terms::{BySeat, Seat, Verdict};

use super::report::Played;

/// The version of the document's form.
const VERSION: u32 = 1;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    version: u32,
    /// Whether the bots ran in the sandbox, as in a tournament.
    sandboxed: bool,
    /// The id of the match; null without a sandbox, because no tournament knows such a match.
    id: Option<String>,
    seed: u64,
    bots: [&'a str; 2],
    outcome: &'static str,
    /// Points by seat; null for a void match.
    scores: Option<[f64; 2]>,
    faults: Vec<FaultRow<'a>>,
    ticks: u32,
    /// Null without a sandbox.
    digest: Option<String>,
    /// Null without a sandbox.
    fuel_digest: Option<String>,
    /// Fuel by seat, load and turns together; null without a sandbox.
    fuel: Option<[u64; 2]>,
    /// Fuel of each load by seat; null without a sandbox, and for a bot that was never loaded.
    load_fuel: Option<[Option<u64>; 2]>,
    /// Fuel of each turn by seat, from tick 1; null without a sandbox.
    turn_fuel: Option<[&'a [u64]; 2]>,
    /// Largest linear memory by seat, in bytes; null without a sandbox.
    memory_peak_bytes: Option<[u64; 2]>,
    /// Why the match is void; only there if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    host_fault: Option<HostFaultRow<'a>>,
}

#[derive(Serialize)]
struct FaultRow<'a> {
    seat: u8,
    kind: &'static str,
    /// 0 while loading, otherwise the tick.
    tick: u32,
    message: &'a str,
    /// Only there if Python gave one.
    #[serde(skip_serializing_if = "str::is_empty")]
    traceback: &'a str,
}

#[derive(Serialize)]
struct HostFaultRow<'a> {
    kind: &'static str,
    message: &'a str,
}

impl<'a> Document<'a> {
    pub(super) fn of(played: &'a Played) -> Document<'a> {
        let outcome = &played.outcome;
        let sandboxed = played.is_sandboxed;
        let seats = BySeat(Seat::BOTH);
        Document {
            version: VERSION,
            sandboxed,
            id: sandboxed.then(|| played.spec.id().to_string()),
            seed: played.spec.seed.0,
            bots: played.names.0.each_ref().map(String::as_str),
            outcome: outcome.verdict.name(),
            scores: outcome.verdict.scores().map(|scores| scores.points().0),
            faults: outcome.faults.iter().map(fault_row).collect(),
            ticks: outcome.ticks,
            digest: sandboxed.then(|| outcome.digest.to_string()),
            fuel_digest: sandboxed.then(|| outcome.fuel_digest.to_string()),
            fuel: sandboxed.then(|| seats.map(|seat| outcome.usage[seat].fuel()).0),
            load_fuel: sandboxed.then_some(played.load_fuel.0),
            turn_fuel: sandboxed.then(|| played.turn_fuel.0.each_ref().map(Vec::as_slice)),
            memory_peak_bytes: sandboxed.then(|| seats.map(|seat| outcome.usage[seat].memory_peak_bytes).0),
            host_fault: match &outcome.verdict {
                Verdict::Void(fault) => {
                    Some(HostFaultRow { kind: fault.name(), message: &outcome.host_message })
                }
                _ => None,
            },
        }
    }

    pub(super) fn to_json(&self) -> String {
        // What it is made of can always be written.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }
}

fn fault_row(fault: &terms::Fault) -> FaultRow<'_> {
    FaultRow {
        seat: fault.seat.index(),
        kind: fault.kind.name(),
        tick: fault.tick,
        message: &fault.message,
        traceback: &fault.traceback,
    }
}
