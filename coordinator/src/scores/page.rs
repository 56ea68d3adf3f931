//! The page of the bots' figures, in Prometheus' text format. Names are strangers' text.

use std::fmt::Write;

use telemetry::Metric;
use terms::FaultKind;

use super::State;
use crate::metrics::{
    BOT_FAULTS, BOT_FORFEITS, BOT_FUEL, BOT_MATCHES, BOT_MEMORY, BOT_POINTS, BOT_RANK, BOTS_COUNTED,
    BOTS_LEFT_OUT,
};
use crate::standings::{Place, Tally, places};

/// Most bots on the page: the first ones by rank.
const BOTS_MAX: usize = 200;

/// One bot and what is known of it.
struct Line<'a> {
    name: String,
    rank: usize,
    tally: &'a Tally,
    faults: &'a [u64],
    void: u64,
}

/// The page.
pub(super) fn text(state: &State) -> String {
    let names: Vec<&str> = state.book.names.iter().map(String::as_str).collect();
    let sheet = &state.shown.sheet;
    let ranked = places(&names, &sheet.tallies, &sheet.crosstable);
    // Half of the results would be no standings.
    let shown = if state.count.is_known() { BOTS_MAX } else { 0 };
    let lines: Vec<Line<'_>> = ranked.iter().take(shown).filter_map(|place| line(state, place)).collect();
    let mut out = String::new();
    family(&mut out, &BOT_POINTS, &lines, |line, row| row(&[], line.tally.half_points as f64 / 2.0));
    family(&mut out, &BOT_RANK, &lines, |line, row| row(&[], line.rank as f64));
    family(&mut out, &BOT_MATCHES, &lines, |line, row| {
        let Tally { wins, draws, losses, .. } = line.tally;
        let counts = [("win", *wins), ("draw", *draws), ("loss", *losses), ("void", line.void)];
        counts.into_iter().for_each(|(outcome, count)| row(&[outcome], count as f64));
    });
    family(&mut out, &BOT_FORFEITS, &lines, |line, row| row(&[], line.tally.forfeits as f64));
    family(&mut out, &BOT_FAULTS, &lines, |line, row| {
        let counts = FaultKind::ALL.iter().zip(line.faults);
        counts.for_each(|(kind, count)| row(&[kind.name()], *count as f64));
    });
    family(&mut out, &BOT_FUEL, &lines, |line, row| {
        let fuel = &line.tally.turn_fuel;
        [("0.5", 0.5), ("0.99", 0.99)]
            .into_iter()
            .for_each(|(shown, quantile)| row(&[shown], fuel.quantile(quantile) as f64));
    });
    family(&mut out, &BOT_MEMORY, &lines, |line, row| row(&[], line.tally.memory_peak_bytes as f64));
    single(&mut out, &BOTS_LEFT_OUT, (names.len() - lines.len()) as f64);
    single(&mut out, &BOTS_COUNTED, if state.count.is_complete() { 1.0 } else { 0.0 });
    out
}

/// The page of a tournament that is not known yet.
pub(super) fn empty() -> String {
    let mut out = String::new();
    single(&mut out, &BOTS_LEFT_OUT, 0.0);
    single(&mut out, &BOTS_COUNTED, 0.0);
    out
}

fn line<'a>(state: &'a State, place: &Place) -> Option<Line<'a>> {
    Some(Line {
        name: escaped(state.book.names.get(place.bot)?),
        rank: place.rank,
        tally: state.shown.sheet.tallies.get(place.bot)?,
        faults: state.shown.faults.get(place.bot)?,
        void: state.voids.get(place.bot).copied().unwrap_or(0),
    })
}

/// All series of a metric: for each bot those that `rows` gives, with the values of the labels after the first.
fn family(
    out: &mut String,
    metric: &Metric,
    lines: &[Line<'_>],
    rows: impl Fn(&Line<'_>, &mut dyn FnMut(&[&str], f64)),
) {
    head(out, metric);
    for line in lines {
        rows(line, &mut |values, number| {
            // Writing into a string does not fail.
            let _ = write!(out, "{}{{bot=\"{}\"", metric.name, line.name);
            for (label, value) in metric.labels.iter().skip(1).zip(values) {
                let _ = write!(out, ",{}=\"{value}\"", label.name);
            }
            let _ = writeln!(out, "}} {number}");
        });
    }
}

fn single(out: &mut String, metric: &Metric, number: f64) {
    head(out, metric);
    let _ = writeln!(out, "{} {number}", metric.name);
}

fn head(out: &mut String, metric: &Metric) {
    let Metric { name, help, labels, .. } = metric;
    // Whoever has quantiles must be one.
    let kind = if labels.iter().any(|label| label.name == "quantile") { "summary" } else { "gauge" };
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// A text as the value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
