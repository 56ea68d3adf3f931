//! What a replay showed: as a few lines for people, as a document for programs.

use std::fmt;

use serde::Serialize;
use terms::{Scores, Seat, Verdict};
use transcript::{Aspect, Difference, Transcript, compare};

/// The version of the document.
const VERSION: u32 = 1;

/// A recorded match and its replay, compared.
pub(super) struct Comparison<'a> {
    recorded: &'a Transcript,
    replayed: &'a Transcript,
    /// In what the runtimes differ: with another one, a match may well go another way.
    runtimes: Vec<String>,
    difference: Option<Difference>,
}

/// `--json` of a replay.
#[derive(Serialize)]
pub(super) struct Document {
    version: u32,
    r#match: String,
    equal: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<DifferenceRow>,
    runtime_differences: Vec<String>,
    recorded: Side,
    replayed: Side,
}

#[derive(Serialize)]
struct DifferenceRow {
    /// `play`, `fuel` or `usage`.
    aspect: &'static str,
    tick: Option<u32>,
    seat: Option<u8>,
    field: &'static str,
    recorded: String,
    replayed: String,
}

#[derive(Serialize)]
struct Side {
    digest: String,
    fuel_digest: String,
    ticks: u32,
    outcome: &'static str,
}

impl<'a> Comparison<'a> {
    pub(super) fn of(recorded: &'a Transcript, replayed: &'a Transcript) -> Comparison<'a> {
        let runtimes = recorded.header().runtime.differences(&replayed.header().runtime);
        Comparison { recorded, replayed, runtimes, difference: compare::played(recorded, replayed) }
    }

    /// Whether both went the same way, to the last unit of fuel.
    pub(super) fn is_equal(&self) -> bool {
        self.difference.is_none()
    }

    pub(super) fn document(&self) -> Document {
        Document {
            version: VERSION,
            r#match: self.recorded.header().spec.id().to_string(),
            equal: self.is_equal(),
            difference: self.difference.as_ref().map(row),
            runtime_differences: self.runtimes.clone(),
            recorded: side(self.recorded),
            replayed: side(self.replayed),
        }
    }
}

fn row(difference: &Difference) -> DifferenceRow {
    DifferenceRow {
        aspect: aspect(difference.field.aspect()),
        tick: difference.tick,
        seat: difference.seat.map(Seat::index),
        field: difference.field.name(),
        recorded: difference.ours.clone(),
        replayed: difference.theirs.clone(),
    }
}

const fn aspect(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Setting => "setting",
        Aspect::Play => "play",
        Aspect::Fuel => "fuel",
        Aspect::Usage => "usage",
    }
}

fn side(transcript: &Transcript) -> Side {
    let end = transcript.end();
    Side {
        digest: end.digest.to_string(),
        fuel_digest: end.fuel_digest.to_string(),
        ticks: end.ticks,
        outcome: end.verdict.name(),
    }
}

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.recorded.end();
        let id = self.recorded.header().spec.id().0.short();
        writeln!(f, "match {id}: {}, {} ticks", ending(&end.verdict), end.ticks)?;
        match &self.difference {
            None => {
                writeln!(f, "equal: digest {}, fuel digest {}", end.digest.short(), end.fuel_digest.short())?;
            }
            Some(difference) => {
                writeln!(f, "different (recorded against replayed): {difference}")?;
            }
        }
        for what in &self.runtimes {
            writeln!(f, "recorded with another runtime: {} now", what.replacen(", wanted ", ", ", 1))?;
        }
        Ok(())
    }
}

fn ending(verdict: &Verdict) -> String {
    let points = |scores: Scores| {
        let [zero, one] = scores.points().0;
        format!("{zero} : {one}")
    };
    match (verdict, verdict.scores()) {
        (Verdict::Played(_), Some(scores)) => format!("played {}", points(scores)),
        (_, Some(scores)) => format!("forfeited {}", points(scores)),
        (_, None) => "void".to_owned(),
    }
}
