//! The last line of a record: how the match ended, and the digests of all of it.

use serde::{Deserialize, Serialize};
use terms::{BySeat, Digest, HostFault, Scores, Verdict};

/// How a match ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The verdict.
    pub verdict: Verdict,
    /// Ticks played.
    pub ticks: u32,
    /// The digest of the match.
    pub digest: Digest,
    /// The digest of its fuel.
    pub fuel_digest: Digest,
    /// Where the record was cut, if it was.
    pub cut: Option<Cut>,
}

/// Where a record ends although the match went on, because it would have become larger than
/// [`crate::RECORD_BYTES_MAX`]. What was played after it is known by the digests of the end only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The first tick that the record does not have.
    pub before_tick: u32,
    /// The digest of what was played until then.
    pub digest: Digest,
    /// The digest of its fuel.
    pub fuel_digest: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    verdict: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scores: Option<[f64; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forfeits: Option<[bool; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host_fault: Option<String>,
    ticks: u32,
    digest: String,
    fuel_digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut: Option<CutLine>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CutLine {
    before_tick: u32,
    digest: String,
    fuel_digest: String,
}

impl End {
    /// Appends the line, with its end.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        // Writing into memory does not fail, and every field is JSON.
        let _ = serde_json::to_writer(&mut *out, &Line::of(self));
        out.push(b'\n');
    }

    /// The end of a line.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn read(line: &str) -> Result<End, String> {
        let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
        Ok(End {
            verdict: line.verdict()?,
            ticks: line.ticks,
            digest: digest(&line.digest)?,
            fuel_digest: digest(&line.fuel_digest)?,
            cut: line.cut.as_ref().map(CutLine::cut).transpose()?,
        })
    }
}

impl Line {
    fn of(end: &End) -> Line {
        let (mut scores, mut forfeits, mut host_fault) = (None, None, None);
        match end.verdict {
            Verdict::Played(played) => scores = Some(played.points().0),
            Verdict::Forfeit(BySeat(seats)) => forfeits = Some(seats),
            Verdict::Void(fault) => host_fault = Some(fault.name().to_owned()),
        }
        Line {
            verdict: end.verdict.name().to_owned(),
            scores,
            forfeits,
            host_fault,
            ticks: end.ticks,
            digest: end.digest.to_string(),
            fuel_digest: end.fuel_digest.to_string(),
            cut: end.cut.as_ref().map(CutLine::of),
        }
    }

    fn verdict(&self) -> Result<Verdict, String> {
        let verdict = match (self.scores, self.forfeits, &self.host_fault) {
            (Some(points), None, None) => scores(points).map(Verdict::Played),
            (None, Some(seats), None) if seats != [false, false] => Some(Verdict::Forfeit(BySeat(seats))),
            (None, None, Some(fault)) => fault.parse::<HostFault>().ok().map(Verdict::Void),
            _ => None,
        };
        verdict.filter(|read| read.name() == self.verdict).ok_or_else(|| "it has no verdict".to_owned())
    }
}

/// The scores with those points: of the three that there are, because no number has to be exact then.
fn scores(points: [f64; 2]) -> Option<Scores> {
    let all = [Scores::DRAW, Scores::win(terms::Seat::Zero), Scores::win(terms::Seat::One)];
    all.into_iter().find(|scores| scores.points().0 == points)
}

impl CutLine {
    fn of(cut: &Cut) -> CutLine {
        let Cut { before_tick, digest, fuel_digest } = cut;
        CutLine {
            before_tick: *before_tick,
            digest: digest.to_string(),
            fuel_digest: fuel_digest.to_string(),
        }
    }

    fn cut(&self) -> Result<Cut, String> {
        let CutLine { before_tick, digest: play, fuel_digest } = self;
        Ok(Cut { before_tick: *before_tick, digest: digest(play)?, fuel_digest: digest(fuel_digest)? })
    }
}

fn digest(text: &str) -> Result<Digest, String> {
    text.parse().map_err(|bad: terms::digest::NotADigest| bad.to_string())
}
