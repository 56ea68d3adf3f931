//! What was written down of a match, as the steps of its trace. Pure.

use std::borrow::Cow;
use std::time::Instant;

use telemetry::traces::{Attribute, Step, attribute};
use terms::printable::clean;
use terms::{Attempt, BySeat, MatchId, Report, Seat, Verdict};

use super::Watch;
use super::laps::{Lap, Laps};

/// Longest reason of a void, in characters.
const REASON_CHARS_MAX: usize = 200;

/// What a trace says of a report.
#[derive(Debug)]
pub(super) struct Summary {
    outcome: &'static str,
    ticks: u32,
    /// Why our side could not finish it.
    void: Option<String>,
}

impl Summary {
    pub(super) fn of(report: &Report) -> Summary {
        let (outcome, void) = match report.outcome.verdict {
            Verdict::Played(_) => ("played", None),
            Verdict::Forfeit(_) => ("forfeit", None),
            Verdict::Void(fault) => {
                let why = format!("{fault}: {}", report.outcome.host_message);
                ("void", Some(clean(&why.chars().take(REASON_CHARS_MAX).collect::<String>())))
            }
        };
        Summary { outcome, ticks: report.outcome.ticks, void }
    }
}

/// The match in the worker's hands.
pub(super) fn whole(summary: &Summary, time: (Instant, Instant)) -> Step {
    let attributes =
        vec![attribute("arena.outcome", summary.outcome), attribute("arena.ticks", i64::from(summary.ticks))];
    Step { error: summary.void.clone().map(Cow::Owned), ..Step::new("match", time, attributes) }
}

/// Which match it is, and who played it.
pub(super) fn names(id: &MatchId, attempt: Attempt, worker: &str) -> [Attribute; 3] {
    [
        attribute("arena.match", id.0.to_string()),
        attribute("arena.attempt", i64::from(attempt.0)),
        attribute("arena.worker", worker.to_owned()),
    ]
}

/// What there is to say of turns that have no step of their own.
pub(super) fn turns(laps: &BySeat<Laps>) -> Vec<Attribute> {
    let unlisted: u32 = laps.0.iter().map(|laps| laps.unlisted).sum();
    let mut attributes = vec![attribute("arena.turns.unlisted", i64::from(unlisted))];
    let of_seat = |seat: Seat| laps[seat].slowest.map(|(tick, took)| (seat, tick, took));
    if let Some((seat, tick, took)) =
        Seat::BOTH.into_iter().filter_map(of_seat).max_by_key(|(.., took)| *took)
    {
        attributes.push(attribute("arena.turns.slowest.seat", i64::from(seat.index())));
        attributes.push(attribute("arena.turns.slowest.tick", i64::from(tick)));
        attributes.push(attribute("arena.turns.slowest.seconds", took.as_secs_f64()));
    }
    attributes
}

/// What happened within it, in order.
pub(super) fn within(
    bots: &BySeat<String>,
    watch: &Watch,
    (arrived, finished, settled): (Instant, Instant, Option<Instant>),
) -> Vec<Step> {
    let of = |seat: Seat| {
        vec![attribute("arena.seat", i64::from(seat.index())), attribute("arena.bot", bots[seat].clone())]
    };
    let mut steps = vec![Step::new("wait", (arrived, watch.began), Vec::new())];
    steps.extend(watch.fetched.map(|fetched| Step::new("fetch", (watch.began, fetched), Vec::new())));
    for seat in Seat::BOTH {
        steps.extend(watch.starts[seat].map(|time| Step::new("start", time, of(seat))));
        steps.extend(watch.laps[seat].load.iter().map(|load| lap("load", load, of(seat))));
    }
    for seat in Seat::BOTH {
        steps.extend(watch.laps[seat].turns.iter().map(|turn| lap("turn", turn, of(seat))));
    }
    steps.extend(settled.map(|settled| Step::new("report", (finished, settled), Vec::new())));
    steps
}

fn lap(name: &'static str, lap: &Lap, mut attributes: Vec<Attribute>) -> Step {
    attributes.push(attribute("arena.fuel", i64::try_from(lap.fuel).unwrap_or(i64::MAX)));
    if lap.tick > 0 {
        attributes.push(attribute("arena.tick", i64::from(lap.tick)));
    }
    attributes.extend(lap.fault.map(|fault| attribute("arena.fault", fault.name())));
    let error = lap.fault.map(|fault| Cow::Borrowed(fault.name()));
    Step { error, ..Step::new(name, (lap.asked, lap.answered), attributes) }
}
