//! Puts the document together.

use std::collections::BTreeSet;

use terms::{BySeat, Fault, Policy, Seat, Verdict};

use super::document::{
    AlarmRow, BotRow, Document, FaultRow, HostFaultRow, MatchRow, PolicyRow, TournamentRow, VERSION,
    WorkerRow,
};
use super::input::{Alarm, Bot, MatchResult, Tournament, UnfitResult, Worker, check};
use super::rank::{Place, places};
use super::rating::{self, Game, Ratings};
use super::tally::{Crosstable, Tally, count};

/// The standings, as a document and as what else people should be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What `--json` writes.
    pub document: Document,
    /// Groups of bots between which no match was scored, by name, if there is more than one: across
    /// groups, ratings say nothing.
    pub groups: Vec<Vec<String>>,
}

/// Makes the standings of these results. `matches` in schedule order, void ones included.
///
/// The same results give the same report, bit for bit, whatever the order of `bots` and `matches`
/// (the rows of `matches` keep theirs).
///
/// # Errors
/// A match that is not between two different bots of `bots`.
pub fn report(
    tournament: &Tournament,
    bots: &[Bot],
    matches: &[MatchResult],
    workers: &[Worker],
) -> Result<Report, UnfitResult> {
    check(bots.len(), matches)?;
    let names: Vec<&str> = bots.iter().map(|bot| bot.name.as_str()).collect();
    let (mut tallies, crosstable) = count(bots.len(), matches);
    tallies.iter_mut().zip(bots).for_each(|(tally, bot)| tally.turn_fuel.merge(&bot.turn_fuel));
    let places = places(&names, &tallies, &crosstable);
    let (ratings, by_name) = rate(&names, matches);
    let rows = places.iter().filter_map(|place| {
        bot_row(bots.get(place.bot)?, place.rank, tallies.get(place.bot)?, &ratings, *by_name.get(place.bot)?)
    });
    let document = Document {
        version: VERSION,
        tournament: tournament_row(tournament, matches),
        bots: rows.collect(),
        crosstable: crosstable_rows(&places, &crosstable),
        matches: matches.iter().map(|result| match_row(&names, result)).collect(),
        workers: workers.iter().map(worker_row).collect(),
        alarms: tournament.alarms.iter().map(AlarmRow::from).collect(),
    };
    Ok(Report { document, groups: groups(&names, &by_name, &ratings) })
}

/// Ratings are computed over the bots in the order of their names, so that sums come out the same
/// whatever order the bots are given in. Returns them with each bot's position in that order.
fn rate(names: &[&str], matches: &[MatchResult]) -> (Ratings, Vec<usize>) {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|bot| names.get(*bot));
    let mut position = vec![0; names.len()];
    for (at, bot) in order.iter().enumerate() {
        if let Some(slot) = position.get_mut(*bot) {
            *slot = at;
        }
    }
    let place = |bot: usize| position.get(bot).copied().unwrap_or(bot);
    let games = matches.iter().filter_map(|result| {
        let scores = result.outcome.verdict.scores()?;
        Some(Game { bots: result.bots.map(place), seed: result.seed, scores })
    });
    (rating::rate(names.len(), games), position)
}

fn groups(names: &[&str], by_name: &[usize], ratings: &Ratings) -> Vec<Vec<String>> {
    if ratings.groups.len() < 2 {
        return Vec::new();
    }
    let mut sorted: Vec<(usize, &str)> = by_name.iter().copied().zip(names.iter().copied()).collect();
    sorted.sort();
    let name = |at: &usize| sorted.get(*at).map(|(_, name)| (*name).to_owned());
    ratings.groups.iter().map(|group| group.iter().filter_map(name).collect()).collect()
}

fn tournament_row(tournament: &Tournament, matches: &[MatchResult]) -> TournamentRow {
    let count = |wanted: fn(&MatchResult) -> bool| matches.iter().filter(|m| wanted(m)).count() as u64;
    TournamentRow {
        id: tournament.id.clone(),
        game: tournament.game.clone(),
        game_version: tournament.game_version,
        seed: tournament.seed.0,
        rounds: tournament.rounds,
        runtime: tournament.runtime.to_string(),
        python: tournament.python.clone(),
        limits: tournament.limits,
        matches: matches.len() as u64,
        played: count(|m| matches!(m.outcome.verdict, Verdict::Played(_))),
        forfeits: count(|m| matches!(m.outcome.verdict, Verdict::Forfeit(_))),
        void: count(|m| matches!(m.outcome.verdict, Verdict::Void(_))),
        cached: count(|m| m.cached),
        wall_seconds: rounded(tournament.wall_seconds, 1_000.0),
        policy: policy_row(&tournament.policy),
    }
}

fn policy_row(policy: &Policy) -> PolicyRow {
    let is_custom = policy.name() == "custom";
    let list = |names: &BTreeSet<String>| is_custom.then(|| names.iter().cloned().collect());
    PolicyRow {
        name: policy.name(),
        allowed_imports: policy.allowed_imports.as_ref().and_then(list),
        blocked_imports: list(&policy.blocked_imports),
        blocked_calls: list(&policy.blocked_calls),
    }
}

fn bot_row(bot: &Bot, rank: usize, tally: &Tally, ratings: &Ratings, at: usize) -> Option<BotRow> {
    let rating = ratings.bots.get(at)?;
    Some(BotRow {
        name: bot.name.clone(),
        digest: bot.digest.to_string(),
        rank,
        points: points(tally.half_points),
        played: tally.played,
        wins: tally.wins,
        draws: tally.draws,
        losses: tally.losses,
        forfeits: tally.forfeits,
        rating: rounded(rating.elo, 10.0),
        rating_low: rounded(rating.elo - rating.margin, 10.0),
        rating_high: rounded(rating.elo + rating.margin, 10.0),
        fuel_per_turn_p50: tally.turn_fuel.quantile(0.50),
        fuel_per_turn_p99: tally.turn_fuel.quantile(0.99),
        memory_peak_bytes: tally.memory_peak_bytes,
    })
}

fn crosstable_rows(places: &[Place], crosstable: &Crosstable) -> Vec<Vec<Option<f64>>> {
    let cell = |row: &Place, column: &Place| {
        (row.bot != column.bot).then(|| points(crosstable.half_points(row.bot, column.bot)))
    };
    places.iter().map(|row| places.iter().map(|column| cell(row, column)).collect()).collect()
}

fn match_row(names: &[&str], result: &MatchResult) -> MatchRow {
    let outcome = &result.outcome;
    let name = |bot: usize| names.get(bot).copied().unwrap_or_default().to_owned();
    MatchRow {
        id: result.id.to_string(),
        seed: result.seed.0,
        bots: result.bots.map(name).0,
        outcome: outcome.verdict.name(),
        scores: outcome.verdict.scores().map(|scores| scores.points().0),
        faults: outcome.faults.iter().map(fault_row).collect(),
        ticks: outcome.ticks,
        digest: outcome.digest.to_string(),
        fuel_digest: outcome.fuel_digest.to_string(),
        fuel: BySeat::from_fn(|seat: Seat| outcome.usage[seat].fuel()).0,
        worker: result.worker.clone(),
        attempt: result.attempt.0,
        cached: result.cached,
        replay: outcome.verdict.scores().map(|_| format!("coordinator replay {}", result.id.0.short())),
        host_fault: host_fault_row(result),
    }
}

fn host_fault_row(result: &MatchResult) -> Option<HostFaultRow> {
    let Verdict::Void(fault) = result.outcome.verdict else { return None };
    Some(HostFaultRow { kind: fault.name(), message: result.outcome.host_message.clone() })
}

fn fault_row(fault: &Fault) -> FaultRow {
    FaultRow {
        seat: fault.seat.index(),
        kind: fault.kind.name(),
        tick: fault.tick,
        message: fault.message.clone(),
        traceback: fault.traceback.clone(),
    }
}

fn worker_row(worker: &Worker) -> WorkerRow {
    let Worker { name, matches, layers, quarantined } = worker.clone();
    WorkerRow { name, matches, layers, quarantined }
}

impl From<&Alarm> for AlarmRow {
    fn from(alarm: &Alarm) -> AlarmRow {
        let Alarm { kind, id, workers, text } = alarm.clone();
        AlarmRow { kind: kind.name(), r#match: id.to_string(), workers, text }
    }
}

fn points(half_points: u64) -> f64 {
    half_points as f64 / 2.0
}

/// To one part in `parts`; adding zero turns the -0.0 of a small negative number into 0.0.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts + 0.0
}
