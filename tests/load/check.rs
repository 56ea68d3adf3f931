//! What the coordinator gives out, against what must come out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde::Deserialize;
use terms::{Bundle, BySeat, Digest, MatchSpec, Seat, Seed};

use super::coordinator::bot;
use super::options::{Kind, Options};
use super::play::{Played, Setting, play};

/// The seed of a tournament if nobody says otherwise.
const SEED: Seed = Seed(1);
/// Differences that are told one by one.
const EXAMPLES_MAX: usize = 8;

/// The document, as far as it is checked.
#[derive(Deserialize)]
struct Document {
    tournament: Tournament,
    bots: Vec<Bot>,
    matches: Vec<Match>,
    alarms: Vec<Alarm>,
}

#[derive(Deserialize)]
struct Alarm {
    kind: String,
    workers: Vec<String>,
    text: String,
}

impl Alarm {
    /// Whether somebody was found out, and only those who lie.
    fn unmasks_liars(&self) -> bool {
        let lies = |name: &String| name.starts_with(Kind::Lying.name());
        self.kind == "quarantined" && self.workers.iter().all(lies)
    }
}

#[derive(Deserialize)]
struct Tournament {
    matches: u64,
    void: u64,
    cached: u64,
    wall_seconds: f64,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Bot {
    name: String,
    digest: String,
    points: f64,
    played: u64,
    wins: u64,
    draws: u64,
    losses: u64,
    forfeits: u64,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Match {
    id: String,
    seed: u64,
    bots: [String; 2],
    outcome: String,
    scores: Option<[f64; 2]>,
    ticks: u32,
    digest: String,
    fuel_digest: String,
    fuel: [u64; 2],
    /// Why it is void, if it is.
    #[serde(default)]
    host_fault: Option<serde_json::Value>,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) matches: u64,
    pub(crate) wall_seconds: f64,
    pub(crate) differences: u64,
    /// Liars that were found out.
    pub(crate) found_out: usize,
    /// Some of them.
    pub(crate) examples: Vec<String>,
}

impl Checked {
    fn differs(&mut self, what: String) {
        self.differences += 1;
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(what);
        }
    }
}

/// Checks the document: every match once, in order, with its outcome; and the standings of that.
pub(crate) fn check(json: &Path, options: &Options, setting: Option<&Setting>) -> Checked {
    let mut checked = Checked::default();
    let Some(setting) = setting else {
        checked.differs("no worker was told of a tournament".to_owned());
        return checked;
    };
    let read = File::open(json).map_err(|error| error.to_string()).and_then(|file| {
        serde_json::from_reader::<_, Document>(BufReader::new(file)).map_err(|error| error.to_string())
    });
    match read {
        Ok(document) => compare(&document, options, setting, &mut checked),
        Err(error) => checked.differs(format!("there is no document: {error}")),
    }
    checked
}

fn compare(document: &Document, options: &Options, setting: &Setting, checked: &mut Checked) {
    let Document { tournament, bots, matches, alarms } = document;
    (checked.matches, checked.wall_seconds) = (tournament.matches, tournament.wall_seconds);
    if tournament.void + tournament.cached > 0 {
        checked.differs(format!("{} void, {} from the cache", tournament.void, tournament.cached));
    }
    let found_out = alarms.iter().filter(|alarm| alarm.unmasks_liars()).count();
    // What liars said has to be corrected, and nothing else.
    let is_right = |alarm: &&Alarm| alarm.unmasks_liars() || alarm.kind == "corrected" && found_out > 0;
    let false_alarms = alarms.iter().filter(|alarm| !is_right(alarm));
    false_alarms.for_each(|alarm| checked.differs(format!("alarm {}: {}", alarm.kind, alarm.text)));
    checked.found_out = found_out;
    let names: Vec<(String, Digest)> =
        (0..options.bots).map(bot).map(|(name, source)| (name, Bundle::of_source(source).digest())).collect();
    let mut table: BTreeMap<&str, Bot> =
        names.iter().map(|(name, digest)| (name.as_str(), Bot::new(name, digest))).collect();
    let mut rows = matches.iter();
    for (seed, [zero, one]) in schedule(options) {
        let (Some(zero), Some(one)) = (names.get(zero), names.get(one)) else { continue };
        let spec = setting.spec(seed, BySeat([zero.1, one.1]));
        let wanted = Match::of(&spec, setting, [&zero.0, &one.0]);
        match rows.next() {
            Some(row) if *row == wanted => {}
            row => checked.differs(format!("match {row:?} must be {wanted:?}")),
        }
        for (seat, name) in [(0, &zero.0), (1, &one.0)] {
            if let Some(bot) = table.get_mut(name.as_str()) {
                bot.count(&wanted, seat);
            }
        }
    }
    if rows.next().is_some() {
        checked.differs("there are more matches than scheduled".to_owned());
    }
    for bot in bots {
        match table.remove(bot.name.as_str()) {
            Some(wanted) if wanted == *bot => {}
            wanted => checked.differs(format!("standing {bot:?} must be {wanted:?}")),
        }
    }
    table.keys().for_each(|missing| checked.differs(format!("{missing} is not in the standings")));
}

/// Every row of the results in order: by round, by pairing, and then the seats swapped.
fn schedule(options: &Options) -> impl Iterator<Item = (Seed, [usize; 2])> {
    let bots = options.bots as usize;
    (0..options.rounds()).flat_map(move |round| {
        let seed = Seed::of_round(SEED, round);
        let pairings = (0..bots).flat_map(move |one| (one + 1..bots).map(move |other| [one, other]));
        pairings.flat_map(move |[one, other]| [(seed, [one, other]), (seed, [other, one])])
    })
}

impl Match {
    fn of(spec: &MatchSpec, setting: &Setting, names: [&str; 2]) -> Match {
        let Played { outcome, .. } = play(spec, &setting.runtime);
        Match {
            id: spec.id().to_string(),
            seed: spec.seed.0,
            bots: names.map(str::to_owned),
            outcome: outcome.verdict.name().to_owned(),
            scores: outcome.verdict.scores().map(|scores| scores.points().0),
            ticks: outcome.ticks,
            digest: outcome.digest.to_string(),
            fuel_digest: outcome.fuel_digest.to_string(),
            fuel: Seat::BOTH.map(|seat| outcome.usage[seat].fuel()),
            host_fault: None,
        }
    }
}

impl Bot {
    fn new(name: &str, digest: &Digest) -> Bot {
        let (name, digest) = (name.to_owned(), digest.to_string());
        Bot { name, digest, points: 0.0, played: 0, wins: 0, draws: 0, losses: 0, forfeits: 0 }
    }

    fn count(&mut self, row: &Match, seat: usize) {
        let Some(scores) = row.scores else { return };
        let own = scores.get(seat).copied().unwrap_or_default();
        self.points += own;
        self.played += 1;
        self.wins += u64::from(own > 0.75);
        self.losses += u64::from(own < 0.25);
        self.draws += u64::from((0.25..0.75).contains(&own));
        self.forfeits += u64::from(row.outcome == "forfeit" && own < 0.25);
    }
}
