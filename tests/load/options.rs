//! What is simulated, and how much of it.

use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use clap::Parser;

/// Share of the workers' time in which they play, as far as the number of matches is estimated:
/// the rest is spent at the beginning and at the end.
const BUSY_SHARE: f64 = 0.9;

/// Lets simulated workers play a tournament of a real coordinator, and checks what comes out.
///
/// Everything stays on this machine. The exit code is 0 if every match was recorded exactly once
/// and right, none is void, and no honest worker saw an error. Lying workers are found out by audits
/// only: with some of them, nothing less than `--audit 100%` makes everything right.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Options {
    /// Workers, of all kinds together
    #[arg(long, value_name = "N", default_value = "500")]
    pub(crate) workers: NonZeroU32,
    /// About how long; sizes the tournament
    #[arg(long, value_name = "MINUTES", default_value_t = 1.0)]
    pub(crate) minutes: f64,
    /// At least so many matches, instead of what fits into --minutes
    #[arg(long, value_name = "N")]
    pub(crate) matches: Option<u32>,
    /// Bots; the number of rounds follows
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=5_000))]
    pub(crate) bots: u32,
    /// Matches that a worker plays at once
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) slots: NonZeroU32,
    /// Per mille of each kind of worker; the rest is honest
    #[arg(
        long,
        value_name = "KIND=N,…",
        default_value = "slow=20,stalled=10,dying=40,duplicating=40,babbling=20"
    )]
    pub(crate) mix: Mix,
    /// Length of the shortest match, in milliseconds
    #[arg(long, value_name = "MS", default_value = "20")]
    pub(crate) shortest_ms: NonZeroU32,
    /// Length of the longest match, in milliseconds; lengths are spread evenly over the doublings
    #[arg(long, value_name = "MS", default_value = "60000")]
    pub(crate) longest_ms: NonZeroU32,
    /// How often a dying worker dies
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) deaths: u32,
    /// Longest life of a dying worker, in milliseconds
    #[arg(long, value_name = "MS", default_value = "60000")]
    pub(crate) life_ms: NonZeroU32,
    /// Workers that join per second
    #[arg(long, value_name = "N", default_value = "500")]
    pub(crate) joins_per_second: NonZeroU32,
    /// Share of the results that the coordinator audits
    #[arg(long, value_name = "PERCENT", default_value = "1%")]
    pub(crate) audit: String,
    /// Where the simulation's luck comes from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) luck: u64,
    /// Minutes after which the run has failed [default: three times --minutes, and three]
    #[arg(long, value_name = "MINUTES")]
    pub(crate) patience: Option<f64>,
    /// Further arguments for the coordinator
    #[arg(last = true, value_name = "ARGUMENT")]
    pub(crate) arguments: Vec<String>,
}

impl Options {
    /// Seed pairs of each pairing, so that there are enough matches.
    pub(crate) fn rounds(&self) -> u32 {
        let per_round = u64::from(self.bots) * u64::from(self.bots - 1);
        let rounds = self.matches_wanted().div_ceil(per_round).max(1);
        u32::try_from(rounds).unwrap_or(u32::MAX)
    }

    fn matches_wanted(&self) -> u64 {
        if let Some(matches) = self.matches {
            return matches.into();
        }
        let players = f64::from(self.workers.get()) * self.mix.playing_share() * f64::from(self.slots.get());
        (players * BUSY_SHARE * self.minutes * 60.0 / self.mean_length()) as u64
    }

    /// The mean length of a match, in seconds.
    fn mean_length(&self) -> f64 {
        let (shortest, longest) = (f64::from(self.shortest_ms.get()), f64::from(self.longest_ms.get()));
        let doublings = (longest / shortest).ln();
        let mean = if doublings > 0.0 { (longest - shortest) / doublings } else { shortest };
        mean / 1_000.0
    }

    /// After which time the run has failed.
    pub(crate) fn patience(&self) -> Duration {
        let minutes = self.patience.unwrap_or(3.0 * self.minutes + 3.0);
        Duration::from_secs_f64(minutes.clamp(0.1, 1_000.0) * 60.0)
    }

    /// The kind of the worker of that number.
    pub(crate) fn kind(&self, number: u32) -> Kind {
        // Spread over all numbers: 617 has no divisor in common with 1000.
        self.mix.kind(number.wrapping_mul(617) % 1_000)
    }
}

/// How a simulated worker behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// As it should.
    Honest,
    /// Takes the time of the longest match for each, but moves.
    Slow,
    /// Holds what it gets and never moves.
    Stalled,
    /// Vanishes with what it has, and comes back as another instance.
    Dying,
    /// Sends every report several times, and under other attempts.
    Duplicating,
    /// Reports other results than come out, each its own.
    Lying,
    /// Sends what no honest worker sends.
    Babbling,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Kind; 7] = [
        Kind::Honest,
        Kind::Slow,
        Kind::Stalled,
        Kind::Dying,
        Kind::Duplicating,
        Kind::Lying,
        Kind::Babbling,
    ];

    /// Its name in options, in names of workers and in what is printed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Honest => "honest",
            Kind::Slow => "slow",
            Kind::Stalled => "stalled",
            Kind::Dying => "dying",
            Kind::Duplicating => "duplicating",
            Kind::Lying => "lying",
            Kind::Babbling => "babbling",
        }
    }
}

/// Per mille of each kind that is not honest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mix(Vec<(Kind, u32)>);

impl Mix {
    fn kind(&self, per_mille: u32) -> Kind {
        let mut bound = 0;
        let mut kinds = self.0.iter();
        let found = kinds.find(|(_, share)| {
            bound += share;
            per_mille < bound
        });
        found.map_or(Kind::Honest, |(kind, _)| *kind)
    }

    /// Share of workers that play at their usual speed.
    fn playing_share(&self) -> f64 {
        let idle = |kind: &Kind| matches!(kind, Kind::Stalled | Kind::Babbling | Kind::Slow);
        let others: u32 = self.0.iter().filter(|(kind, _)| idle(kind)).map(|(_, share)| share).sum();
        1.0 - f64::from(others) / 1_000.0
    }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Mix, String> {
        let mut mix = Mix::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (name, share) = part.split_once('=').ok_or(format!("{part:?} is not KIND=N"))?;
            let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
            let kind = kind.ok_or(format!("there is no kind {name:?}"))?;
            let share: u32 = share.parse().map_err(|_| format!("{share:?} is no number"))?;
            mix.0.push((kind, share));
        }
        let sum: u64 = mix.0.iter().map(|(_, share)| u64::from(*share)).sum();
        if sum <= 1_000 { Ok(mix) } else { Err(format!("the kinds add up to {sum} per mille")) }
    }
}
