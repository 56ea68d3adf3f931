//! What came out of a match, for people and for programs.

use std::io::{self, Write};
use std::path::Path;

use terms::printable::clean;
use terms::{BySeat, Fault, MatchSpec, Outcome, Verdict};

use super::PlayError;
use super::document::Document;
use super::table::table;

/// A match that was played, or not.
pub(super) struct Played {
    pub(super) spec: MatchSpec,
    /// The bots' names, by seat.
    pub(super) names: BySeat<String>,
    pub(super) outcome: Outcome,
    /// Fuel of each load; nothing for a bot that was never loaded.
    pub(super) load_fuel: BySeat<Option<u64>>,
    /// Fuel of each turn.
    pub(super) turn_fuel: BySeat<Vec<u64>>,
    /// Whether it was played as a tournament would play it.
    pub(super) is_sandboxed: bool,
}

/// Shows it: on standard output, unless that is where the document goes.
///
/// # Errors
/// The document cannot be written.
pub(super) fn show(played: &Played, json: Option<&Path>) -> Result<(), PlayError> {
    let text = text(played);
    let is_stdout = json.is_some_and(|path| path == Path::new("-"));
    // Who does not read what we say misses it.
    let _ = if is_stdout {
        io::stderr().write_all(text.as_bytes())
    } else {
        io::stdout().write_all(text.as_bytes())
    };
    let Some(path) = json else { return Ok(()) };
    let document = Document::of(played).to_json();
    let written =
        if is_stdout { io::stdout().write_all(document.as_bytes()) } else { std::fs::write(path, document) };
    written.map_err(|why| PlayError::Write { path: path.to_owned(), why })
}

fn text(played: &Played) -> String {
    let faults: String = played.outcome.faults.iter().map(|one| fault(one, &played.names)).collect();
    format!("{faults}{}{}", table(played), verdict(played))
}

/// A fault, and where Python was.
fn fault(fault: &Fault, names: &BySeat<String>) -> String {
    let when = if fault.tick == 0 { "loading".to_owned() } else { format!("tick {}", fault.tick) };
    let message = clean(&fault.message);
    let traceback: String = fault.traceback.lines().map(|line| format!("    {}\n", clean(line))).collect();
    format!("{}, {when}: {}: {message}\n{traceback}", names[fault.seat], fault.kind)
}

fn verdict(played: &Played) -> String {
    let Outcome { verdict, ticks, host_message, .. } = &played.outcome;
    let BySeat([zero, one]) = &played.names;
    let seed = played.spec.seed;
    let how = match verdict {
        Verdict::Played(_) => "played".to_owned(),
        Verdict::Forfeit(out) => {
            let who: Vec<&str> =
                out.iter().filter(|(_, out)| **out).map(|(seat, _)| played.names[seat].as_str()).collect();
            format!("forfeited by {}", who.join(" and "))
        }
        Verdict::Void(fault) => return format!("void, {fault}: {}\n", clean(host_message)),
    };
    let points = verdict.scores().map(|scores| scores.points());
    let [a, b] = points.map_or([0.0; 2], |BySeat(points)| points);
    let proof = if played.is_sandboxed {
        let id = played.spec.id().0.short();
        format!("match {id}, digest {}", played.outcome.digest.short())
    } else {
        "unsandboxed".to_owned()
    };
    format!("{zero} {a} : {b} {one}, {how}, {ticks} ticks, seed {seed}; {proof}\n")
}
