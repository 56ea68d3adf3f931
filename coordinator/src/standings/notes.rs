//! What the standings must be read with: who failed and why, what stayed void, what cannot be
//! compared. Plain lines, fit for a terminal.

use std::collections::BTreeMap;

use super::clean::{clean, fit};
use super::document::{AlarmRow, FaultRow, MatchRow};
use super::report::Report;

/// Columns of a reason, and of a line of a traceback.
const REASON_COLUMNS: usize = 160;
/// Lines that are shown of the end of a traceback.
const TRACEBACK_LINES: usize = 3;
/// Digits of a match's id: enough for `coordinator replay`.
const ID_DIGITS: usize = 12;
/// Void matches listed one by one.
const VOID_LINES: usize = 10;
/// Alarms listed one by one, and the columns of one.
const ALARM_LINES: usize = 10;
const ALARM_COLUMNS: usize = 320;

/// The lines below the table; none if everything went well.
pub(super) fn lines(report: &Report) -> Vec<String> {
    let document = &report.document;
    let bots = document.bots.iter().map(|bot| bot.name.as_str());
    let mut lines: Vec<String> = bots.flat_map(|name| of_bot(name, &document.matches)).collect();
    lines.extend(void(&document.matches));
    lines.extend(groups(&report.groups));
    lines.extend(alarms(&document.alarms));
    lines
}

fn alarms(alarms: &[AlarmRow]) -> Vec<String> {
    let line = |alarm: &AlarmRow| format!("alarm: {}", fit(&clean(&alarm.text), ALARM_COLUMNS));
    let mut lines: Vec<String> = alarms.iter().take(ALARM_LINES).map(line).collect();
    if alarms.len() > ALARM_LINES {
        lines.push(format!("and {} more alarms; all are in the JSON", alarms.len() - ALARM_LINES));
    }
    lines
}

/// The faults of one bot, by kind: how many, the first of them, and in which match it was.
type ByKind<'a> = BTreeMap<&'a str, (u64, &'a FaultRow, &'a MatchRow)>;

/// Forfeits are what cost matches; the other faults, by which only turns were lost, come after.
fn of_bot(name: &str, matches: &[MatchRow]) -> Vec<String> {
    let (mut deciding, mut strikes) = (ByKind::new(), ByKind::new());
    for (row, seat) in matches.iter().filter_map(|row| Some((row, seat_of(name, row)?))) {
        let own = row.faults.iter().filter(|fault| usize::from(fault.seat) == seat).collect::<Vec<_>>();
        let (last, before) = match own.split_last() {
            Some((last, before)) if forfeited(row, seat) => (Some(last), before),
            _ => (None, own.as_slice()),
        };
        last.into_iter().for_each(|fault| note(&mut deciding, fault, row));
        before.iter().for_each(|fault| note(&mut strikes, fault, row));
    }
    let mut lines = described(name, "", &deciding);
    // What led up to a forfeit of the same kind has been told already.
    strikes.retain(|kind, _| !deciding.contains_key(kind));
    lines.extend(described(name, "turns lost to ", &strikes));
    lines
}

/// Where the bot sat; nowhere in a void match, which says nothing about bots.
fn seat_of(name: &str, row: &MatchRow) -> Option<usize> {
    row.bots.iter().position(|bot| bot == name).filter(|_| row.outcome != "void")
}

/// A forfeit is a loss for the seat, or a draw if both are to blame: never a win.
fn forfeited(row: &MatchRow, seat: usize) -> bool {
    let won = |scores: [f64; 2]| scores.get(seat).is_some_and(|score| *score >= 1.0);
    row.outcome == "forfeit" && !row.scores.is_some_and(won)
}

fn note<'a>(kinds: &mut ByKind<'a>, fault: &'a FaultRow, row: &'a MatchRow) {
    kinds.entry(fault.kind).or_insert((0, fault, row)).0 += 1;
}

fn described(name: &str, prefix: &str, kinds: &ByKind<'_>) -> Vec<String> {
    let line = |(kind, (count, first, row)): (&&str, &(u64, &FaultRow, &MatchRow))| {
        let reason = fit(&clean(&first.message), REASON_COLUMNS);
        let id: String = row.id.chars().take(ID_DIGITS).collect();
        let at = match first.tick {
            0 => format!(" (first in match {id})"),
            tick => format!(" (first at tick {tick} of match {id})"),
        };
        let head = format!("{}: {prefix}{kind} ×{count}{at} — {reason}", clean(name));
        std::iter::once(head).chain(end_of_traceback(first)).collect::<Vec<_>>()
    };
    kinds.iter().flat_map(line).collect()
}

/// The last lines of a traceback, but for the one that only repeats the message.
fn end_of_traceback(fault: &FaultRow) -> Vec<String> {
    let lines: Vec<&str> = fault.traceback.lines().filter(|line| !line.trim().is_empty()).collect();
    let repeats = lines.last().is_some_and(|last| fault.message.contains(last.trim()));
    let end = lines.len() - usize::from(repeats);
    let start = end.saturating_sub(TRACEBACK_LINES);
    let shown = lines.get(start..end).unwrap_or_default();
    shown.iter().map(|line| format!("    {}", fit(&clean(line), REASON_COLUMNS))).collect()
}

fn void(matches: &[MatchRow]) -> Vec<String> {
    let void: Vec<&MatchRow> = matches.iter().filter(|row| row.outcome == "void").collect();
    let mut lines: Vec<String> = void.iter().take(VOID_LINES).map(|row| void_line(row)).collect();
    if void.len() > VOID_LINES {
        lines.push(format!("and {} more void matches", void.len() - VOID_LINES));
    }
    lines
}

fn void_line(row: &MatchRow) -> String {
    let [zero, one] = row.bots.each_ref().map(|name| clean(name));
    let (kind, message) = row.host_fault.as_ref().map_or(("", ""), |fault| (fault.kind, &fault.message));
    let message = fit(&clean(message), REASON_COLUMNS);
    let why = if message.is_empty() { kind.to_owned() } else { format!("{kind} — {message}") };
    format!("void: {zero} against {one}, seed {}, attempt {}: {why}", row.seed, row.attempt)
}

fn groups(groups: &[Vec<String>]) -> Vec<String> {
    if groups.is_empty() {
        return Vec::new();
    }
    let listed = groups.iter().map(|group| clean(&group.join(", "))).collect::<Vec<_>>().join(" | ");
    vec![format!(
        "ratings cannot be compared across groups that no scored match links: {}",
        fit(&listed, REASON_COLUMNS)
    )]
}
