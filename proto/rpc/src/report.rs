//! Reports to and from `terms`.

use terms::fault::{FAULTS_PER_SEAT_MAX, MESSAGE_BYTES_MAX, TRACEBACK_BYTES_MAX};
use terms::{
    BySeat, Digest, Fault, FaultKind, FuelHistogram, HostFault, Outcome, Report, Scores, Seat, SeatUsage,
    Verdict,
};

use crate::convert::{BadMessage, bounded, read_attempt, required, unknown};
use crate::{RECORD_BYTES_MAX, v1};
use v1::report::Verdict as WireVerdict;

impl From<&Report> for v1::Report {
    fn from(report: &Report) -> v1::Report {
        let Report { id, attempt, outcome, record, wall_micros } = report;
        v1::Report {
            match_id: id.0.0.to_vec(),
            attempt: attempt.0,
            verdict: Some(write_verdict(outcome)),
            faults: outcome.faults.iter().map(v1::Fault::from).collect(),
            ticks: outcome.ticks,
            digest: outcome.digest.0.to_vec(),
            fuel_digest: outcome.fuel_digest.0.to_vec(),
            transcript: outcome.transcript.0.to_vec(),
            record: record.clone(),
            usage_zero: Some((&outcome.usage[Seat::Zero]).into()),
            usage_one: Some((&outcome.usage[Seat::One]).into()),
            wall_micros: *wall_micros,
        }
    }
}

impl TryFrom<&v1::Report> for Report {
    type Error = BadMessage;

    fn try_from(report: &v1::Report) -> Result<Report, BadMessage> {
        let (id, attempt) = read_attempt(&report.match_id, report.attempt)?;
        bounded("number of faults", report.faults.len(), 2 * FAULTS_PER_SEAT_MAX)?;
        let (verdict, host_message) = read_verdict(required("report.verdict", report.verdict.as_ref())?)?;
        let faults = report.faults.iter().map(Fault::try_from).collect::<Result<_, _>>()?;
        let usage = BySeat([
            required("report.usage_zero", report.usage_zero.as_ref())?.try_into()?,
            required("report.usage_one", report.usage_one.as_ref())?.try_into()?,
        ]);
        let outcome = Outcome {
            verdict,
            faults,
            ticks: report.ticks,
            digest: Digest::try_from(report.digest.as_slice())?,
            fuel_digest: Digest::try_from(report.fuel_digest.as_slice())?,
            transcript: Digest::try_from(report.transcript.as_slice())?,
            usage,
            host_message,
        };
        bounded("record", report.record.len(), RECORD_BYTES_MAX)?;
        Ok(Report { id, attempt, outcome, record: report.record.clone(), wall_micros: report.wall_micros })
    }
}

fn write_verdict(outcome: &Outcome) -> WireVerdict {
    match outcome.verdict {
        Verdict::Played(scores) => {
            let BySeat([zero, one]) = scores.half_points().map(u32::from);
            WireVerdict::Played(v1::Played { zero, one })
        }
        Verdict::Forfeit(BySeat([zero, one])) => WireVerdict::Forfeit(v1::Forfeit { zero, one }),
        Verdict::Void(fault) => WireVerdict::Void(v1::Void {
            fault: fault.name().to_owned(),
            message: outcome.host_message.clone(),
        }),
    }
}

fn read_verdict(verdict: &WireVerdict) -> Result<(Verdict, String), BadMessage> {
    match verdict {
        WireVerdict::Played(v1::Played { zero, one }) => {
            let half = |points: u32| u8::try_from(points).unwrap_or(u8::MAX);
            let scores = Scores::from_half_points(BySeat([half(*zero), half(*one)]))
                .ok_or_else(|| unknown("score", &format!("{zero}:{one} half points")))?;
            Ok((Verdict::Played(scores), String::new()))
        }
        WireVerdict::Forfeit(v1::Forfeit { zero: false, one: false }) => {
            Err(BadMessage::Missing("the seat that forfeits"))
        }
        WireVerdict::Forfeit(v1::Forfeit { zero, one }) => {
            Ok((Verdict::Forfeit(BySeat([*zero, *one])), String::new()))
        }
        WireVerdict::Void(v1::Void { fault, message }) => {
            bounded("host message", message.len(), MESSAGE_BYTES_MAX)?;
            let fault: HostFault = fault.parse().map_err(|_| unknown("host fault", fault))?;
            Ok((Verdict::Void(fault), message.clone()))
        }
    }
}

impl From<&Fault> for v1::Fault {
    fn from(fault: &Fault) -> v1::Fault {
        v1::Fault {
            seat: fault.seat.index().into(),
            kind: fault.kind.name().to_owned(),
            tick: fault.tick,
            message: fault.message.clone(),
            traceback: fault.traceback.clone(),
        }
    }
}

impl TryFrom<&v1::Fault> for Fault {
    type Error = BadMessage;

    fn try_from(fault: &v1::Fault) -> Result<Fault, BadMessage> {
        bounded("fault message", fault.message.len(), MESSAGE_BYTES_MAX)?;
        bounded("fault traceback", fault.traceback.len(), TRACEBACK_BYTES_MAX)?;
        let seat = u8::try_from(fault.seat).ok().and_then(Seat::from_index);
        let kind: FaultKind = fault.kind.parse().map_err(|_| unknown("fault kind", &fault.kind))?;
        Ok(Fault {
            seat: seat.ok_or_else(|| unknown("seat", &fault.seat.to_string()))?,
            kind,
            tick: fault.tick,
            message: fault.message.clone(),
            traceback: fault.traceback.clone(),
        })
    }
}

impl From<&SeatUsage> for v1::Usage {
    fn from(usage: &SeatUsage) -> v1::Usage {
        let (buckets, counts) = usage.turn_fuel.entries().map(|(b, count)| (u32::from(b), count)).unzip();
        v1::Usage {
            load_fuel: usage.load_fuel,
            turns_fuel: usage.turns_fuel,
            buckets,
            counts,
            memory_peak_bytes: usage.memory_peak_bytes,
            log_dropped_bytes: usage.log_dropped_bytes,
        }
    }
}

impl TryFrom<&v1::Usage> for SeatUsage {
    type Error = BadMessage;

    fn try_from(usage: &v1::Usage) -> Result<SeatUsage, BadMessage> {
        let refused = || unknown("fuel histogram", &format!("of {} buckets", usage.buckets.len()));
        if usage.buckets.len() != usage.counts.len() {
            return Err(refused());
        }
        let buckets = usage.buckets.iter().map(|bucket| u16::try_from(*bucket).unwrap_or(u16::MAX));
        let turn_fuel = FuelHistogram::from_entries(buckets.zip(usage.counts.iter().copied()));
        Ok(SeatUsage {
            load_fuel: usage.load_fuel,
            turns_fuel: usage.turns_fuel,
            turn_fuel: turn_fuel.ok_or_else(refused)?,
            memory_peak_bytes: usage.memory_peak_bytes,
            log_dropped_bytes: usage.log_dropped_bytes,
        })
    }
}
