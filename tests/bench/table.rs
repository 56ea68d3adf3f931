//! The rows for people.

use super::contender::{BASELINE, NO_FUEL, OURS};
use super::row::Row;
use super::stats::Stats;
use super::target::Verdict;

/// A table with a line per row, and a line per further contender.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut lines = vec![line(
        "",
        ["sandbox", "p99", "python3", "p99", "ratio (spread)", "goal: at least, aim", "", "rounds × samples"]
            .map(str::to_owned),
    )];
    for row in rows {
        lines.push(judged(row));
        let others = row.contenders.iter().filter(|(name, _)| ![OURS, BASELINE].contains(name));
        lines.extend(others.map(|(name, stats)| other(row, name, stats)));
    }
    lines.concat()
}

fn judged(row: &Row) -> String {
    let median =
        |name: &str| row.contenders.get(name).map_or(String::new(), |stats| figure(stats.median, row.unit));
    let p99 = |name: &str| row.contenders.get(name).map_or(String::new(), |stats| number(stats.p99));
    let verdict = row.verdict.map_or("", |verdict| match verdict {
        Verdict::Aim => "aim",
        Verdict::Met => "met",
        Verdict::Missed => "MISSED",
    });
    let goal = row.target.map_or(String::new(), |target| target.shown(row.unit));
    let times = row.times_better.get(OURS).map_or(String::new(), ratio);
    let samples = row.contenders.get(OURS).map_or(0, |stats| stats.samples);
    let counts = format!("{} × {}", row.rounds, samples / row.rounds.max(1));
    line(
        row.title,
        [median(OURS), p99(OURS), median(BASELINE), p99(BASELINE), times, goal, verdict.to_owned(), counts],
    )
}

fn other(row: &Row, name: &str, stats: &Stats) -> String {
    let times = row.times_better.get(name).map_or(String::new(), ratio);
    let empty = String::new;
    let overhead = row.fuel_overhead.as_ref().filter(|_| name == NO_FUEL);
    let overhead = overhead.map_or(empty(), |times| format!("fuel costs {:.2}×", times.median));
    let cells = [
        figure(stats.median, row.unit),
        number(stats.p99),
        empty(),
        empty(),
        times,
        overhead,
        empty(),
        empty(),
    ];
    line(&format!("    {name}"), cells)
}

fn line(title: &str, cells: [String; 8]) -> String {
    let [ours, ours_p99, theirs, theirs_p99, ratio, goal, verdict, counts] = cells;
    let text = format!(
        "{title:<44} {ours:>11} {ours_p99:>9} {theirs:>11} {theirs_p99:>9}  {ratio:<28} {goal:<21} {verdict:<7} {counts}"
    );
    format!("{}\n", text.trim_end())
}

/// How many times better, and the spread over the rounds.
fn ratio(stats: &Stats) -> String {
    let is_better = stats.median >= 1.0;
    let word = if is_better { "better" } else { "worse" };
    let shown = |better: f64| if is_better { better } else { 1.0 / better };
    let (low, high) = (shown(stats.p10), shown(stats.p90));
    format!("{:.2}× {word} ({:.2}–{:.2})", shown(stats.median), low.min(high), low.max(high))
}

fn figure(value: f64, unit: &str) -> String {
    format!("{} {unit}", number(value))
}

/// Three digits that count.
fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
