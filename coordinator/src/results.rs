//! From what the store holds and what stayed void to what standings are made of.
//!
//! A large tournament has a million results: each is kept once, in its row, and without the spread
//! of its fuel, which is added to that of its bots at once.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use terms::{Attempt, BySeat, Digest, FuelHistogram, HostFault, Outcome, Seat, SeatUsage, Verdict};

use crate::driver::{Finale, Quarantined};
use crate::engine::MatchNo;
use crate::plan::Plan;
use crate::schedule::Row;
use crate::standings::{Bot, MatchResult, Tournament, Worker};
use crate::store::{Store, StoreError, StoredResult};

/// Everything that standings are made of.
#[derive(Debug)]
pub struct Results {
    /// The tournament as a whole.
    pub tournament: Tournament,
    /// The contestants.
    pub bots: Vec<Bot>,
    /// Every match, in schedule order.
    pub matches: Vec<MatchResult>,
    /// Who played them, by name.
    pub workers: Vec<Worker>,
    /// Matches that stayed void.
    pub void: u32,
}

/// How one match ended, and by whom that was found out.
struct Entry {
    outcome: Outcome,
    worker: String,
    layers: Vec<String>,
    attempt: Attempt,
    cached: bool,
}

/// Collects the results of a finished run. `cached` says which matches the store knew before it, `began` when it began.
///
/// # Errors
/// The store cannot be read.
pub async fn collect<S: Store>(
    plan: &Plan,
    store: &S,
    finale: Finale,
    cached: &[bool],
    began: Instant,
) -> Result<Results, StoreError> {
    let mut ledger = Ledger::new(plan);
    let setting = plan.schedule.setting().digest();
    store
        .for_each_result(setting, |result| {
            if let Some(no) = plan.schedule.find(&result.id) {
                let cached = cached.get(no.index()).copied().unwrap_or(false);
                ledger.enter(no, Entry::of_result(result, cached));
            }
        })
        .await?;
    let Finale { voids, alarms, quarantined, .. } = finale;
    for (no, void) in voids {
        let (worker, layers, attempt) = (void.worker, void.layers, void.attempt);
        ledger.enter(no, Entry { outcome: void.outcome, worker, layers, attempt, cached: false });
    }
    let Ledger { bots, rows, workers, void, .. } = ledger;
    let mut tournament = tournament(plan, began.elapsed().as_secs_f64());
    tournament.alarms = alarms;
    let mut workers = workers.into_values().collect();
    mark(&mut workers, quarantined);
    Ok(Results { tournament, bots, matches: rows, workers, void })
}

/// All rows of the results, filled in as results come.
struct Ledger {
    bots: Vec<Bot>,
    rows: Vec<MatchResult>,
    /// Matches that are entered.
    is_entered: Vec<bool>,
    /// The rows of matches that have others than the one of their own number.
    shared: Option<HashMap<MatchNo, Vec<usize>>>,
    /// By name; the layers are those of all its results.
    workers: BTreeMap<String, Worker>,
    void: u32,
}

impl Ledger {
    fn new(plan: &Plan) -> Ledger {
        let bot = |(name, digest): &(String, Digest)| Bot {
            name: name.clone(),
            digest: *digest,
            turn_fuel: FuelHistogram::default(),
        };
        Ledger {
            bots: plan.bots.iter().map(bot).collect(),
            // A complete run has a result of every match; if one were missing, it must not vanish.
            rows: plan.schedule.rows().filter_map(|row| missing(plan, row)).collect(),
            is_entered: vec![false; plan.schedule.match_count() as usize],
            shared: plan.schedule.shared(),
            workers: BTreeMap::new(),
            void: 0,
        }
    }

    /// Enters a result, unless there is one of that match.
    fn enter(&mut self, no: MatchNo, mut entry: Entry) {
        if self.is_entered.get_mut(no.index()).is_none_or(|is_entered| std::mem::replace(is_entered, true)) {
            return;
        }
        let own = [no.index()];
        let shared = self.shared.as_mut().and_then(|shared| shared.remove(&no));
        let rows = shared.as_deref().unwrap_or(&own);
        match entry.outcome.verdict {
            Verdict::Void(_) => self.void += 1,
            Verdict::Played(_) | Verdict::Forfeit(_) => {
                credit(&mut self.workers, &entry);
                rows.iter().for_each(|row| self.add_fuel(*row, &entry.outcome));
            }
        }
        entry.outcome.usage.0.iter_mut().for_each(|usage| usage.turn_fuel = FuelHistogram::default());
        for at in rows {
            let Some(row) = self.rows.get_mut(*at) else { continue };
            row.outcome = entry.outcome.clone();
            row.worker.clone_from(&entry.worker);
            (row.attempt, row.cached) = (entry.attempt, entry.cached);
        }
    }

    fn add_fuel(&mut self, row: usize, outcome: &Outcome) {
        let Some(bots) = self.rows.get(row).map(|row| row.bots) else { return };
        for seat in [Seat::Zero, Seat::One] {
            if let Some(bot) = self.bots.get_mut(bots[seat]) {
                bot.turn_fuel.merge(&outcome.usage[seat].turn_fuel);
            }
        }
    }
}

/// Counts a scored result for its worker.
fn credit(workers: &mut BTreeMap<String, Worker>, entry: &Entry) {
    if !workers.contains_key(&entry.worker) {
        let (name, layers) = (entry.worker.clone(), entry.layers.clone());
        workers.insert(name.clone(), Worker { name, matches: 0, layers, quarantined: None });
    }
    if let Some(worker) = workers.get_mut(&entry.worker) {
        worker.matches += 1;
        // A layer counts as active only if it was in every match that this worker played.
        worker.layers.retain(|layer| entry.layers.contains(layer));
    }
}

/// Says of quarantined workers that they are, even if none of their results was kept.
fn mark(workers: &mut Vec<Worker>, quarantined: Vec<Quarantined>) {
    for Quarantined { name, layers, why } in quarantined {
        match workers.iter_mut().find(|worker| worker.name == name) {
            Some(worker) => worker.quarantined = Some(why),
            None => workers.push(Worker { name, matches: 0, layers, quarantined: Some(why) }),
        }
    }
}

fn tournament(plan: &Plan, wall_seconds: f64) -> Tournament {
    let setting = plan.schedule.setting();
    Tournament {
        id: plan.id.to_string(),
        game: setting.game.name.clone(),
        game_version: setting.game.version,
        seed: plan.seed,
        rounds: plan.rounds,
        runtime: setting.runtime,
        python: plan.python.clone(),
        limits: setting.limits,
        policy: setting.policy.clone(),
        wall_seconds,
        alarms: Vec::new(),
    }
}

/// A row whose match nobody played.
fn missing(plan: &Plan, row: Row) -> Option<MatchResult> {
    Some(MatchResult {
        id: plan.schedule.id(row.no)?,
        seed: row.seed,
        bots: row.bots,
        outcome: Outcome {
            verdict: Verdict::Void(HostFault::WorkerLost),
            faults: Vec::new(),
            ticks: 0,
            digest: Digest::NONE,
            fuel_digest: Digest::NONE,
            transcript: Digest::NONE,
            usage: BySeat::<SeatUsage>::default(),
            host_message: "no result was recorded".to_owned(),
        },
        worker: String::new(),
        attempt: Attempt::FIRST,
        cached: false,
    })
}

impl Entry {
    fn of_result(result: StoredResult, cached: bool) -> Entry {
        let StoredResult { outcome, worker, layers, attempt, .. } = result;
        Entry { outcome, worker, layers, attempt, cached }
    }
}
