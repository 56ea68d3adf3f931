//! What standings are made of.

use terms::{Attempt, BySeat, Digest, FuelHistogram, Limits, MatchId, Outcome, Policy, Seed};

/// The tournament as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Tournament {
    /// Its id.
    pub id: String,
    /// The name of the game.
    pub game: String,
    /// The version of the game.
    pub game_version: u32,
    /// What the seeds of its rounds come from.
    pub seed: Seed,
    /// Seed pairs that every pairing plays.
    pub rounds: u32,
    /// The runtime fingerprint.
    pub runtime: Digest,
    /// The version of Python that the bots ran on.
    pub python: String,
    /// What the bots might use.
    pub limits: Limits,
    /// What the bots might import and call.
    pub policy: Policy,
    /// From start to end, in seconds.
    pub wall_seconds: f64,
    /// What somebody should look at.
    pub alarms: Vec<Alarm>,
}

/// A reason to doubt a worker or a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// What kind of reason.
    pub kind: AlarmKind,
    /// The match by which it was found.
    pub id: MatchId,
    /// The workers it is about, by name.
    pub workers: Vec<String>,
    /// What happened and what to do, for people.
    pub text: String,
}

/// What kind of reason an alarm is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// A worker is not believed any more.
    Quarantined,
    /// A recorded result was wrong and was replaced.
    Corrected,
    /// Workers disagree on a result and nobody can decide.
    Undecided,
}

impl AlarmKind {
    /// The name in JSON and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            AlarmKind::Quarantined => "quarantined",
            AlarmKind::Corrected => "corrected",
            AlarmKind::Undecided => "undecided",
        }
    }
}

/// A contestant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bot {
    /// Unique among the contestants.
    pub name: String,
    /// The digest of its bundle.
    pub digest: Digest,
    /// The fuel of its turns in scored matches, as far as their outcomes do not have it.
    pub turn_fuel: FuelHistogram,
}

/// One match and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchResult {
    /// Which match.
    pub id: MatchId,
    /// Its seed; the two matches of a pairing with one seed are a pair.
    pub seed: Seed,
    /// Who sat where, as indices into the bots.
    pub bots: BySeat<usize>,
    /// How it ended.
    pub outcome: Outcome,
    /// Who played it; empty if nobody did.
    pub worker: String,
    /// The how-manieth try this was.
    pub attempt: Attempt,
    /// Whether the result was there before the tournament began.
    pub cached: bool,
}

/// A worker that took part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its name.
    pub name: String,
    /// Matches whose result came from it.
    pub matches: u64,
    /// The layers of its sandbox that were active.
    pub layers: Vec<String>,
    /// Why it is not believed any more, if so.
    pub quarantined: Option<String>,
}

/// A result that cannot belong to these bots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("match {id} is between bots {zero} and {one}, but must be between two different ones of {bots} bots")]
pub struct UnfitResult {
    /// The match.
    pub id: MatchId,
    /// The index in seat 0.
    pub zero: usize,
    /// The index in seat 1.
    pub one: usize,
    /// How many bots there are.
    pub bots: usize,
}

/// Checks that every match is between two different bots of `bots`.
///
/// # Errors
/// The first one that is not.
pub(super) fn check(bots: usize, matches: &[MatchResult]) -> Result<(), UnfitResult> {
    let unfit = |m: &&MatchResult| {
        let BySeat([zero, one]) = m.bots;
        zero >= bots || one >= bots || zero == one
    };
    match matches.iter().find(unfit) {
        None => Ok(()),
        Some(MatchResult { id, bots: BySeat([zero, one]), .. }) => {
            Err(UnfitResult { id: *id, zero: *zero, one: *one, bots })
        }
    }
}
