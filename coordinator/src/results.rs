//! From what the store holds and what stayed void to what standings are made of.

use std::collections::BTreeMap;
use std::time::Instant;

use terms::{Attempt, BySeat, Digest, HostFault, Outcome, SeatUsage, Verdict};

use crate::driver::{Finale, Quarantined};
use crate::engine::MatchNo;
use crate::plan::Plan;
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
    let mut entries = BTreeMap::new();
    let setting = plan.schedule.setting().digest();
    store
        .for_each_result(setting, |result| {
            if let Some(no) = plan.schedule.find(&result.id) {
                let cached = cached.get(no.index()).copied().unwrap_or(false);
                entries.insert(no, Entry::of_result(result, cached));
            }
        })
        .await?;
    let Finale { voids, alarms, quarantined, .. } = finale;
    for (no, void) in voids {
        let (worker, layers, attempt) = (void.worker, void.layers, void.attempt);
        entries.entry(no).or_insert(Entry { outcome: void.outcome, worker, layers, attempt, cached: false });
    }
    let mut results = arrange(plan, &entries, began.elapsed().as_secs_f64());
    results.tournament.alarms = alarms;
    mark(&mut results.workers, quarantined);
    Ok(results)
}

fn arrange(plan: &Plan, entries: &BTreeMap<MatchNo, Entry>, wall_seconds: f64) -> Results {
    let is_void = |entry: &&Entry| matches!(entry.outcome.verdict, Verdict::Void(_));
    Results {
        tournament: tournament(plan, wall_seconds),
        bots: plan.bots.iter().map(|(name, digest)| Bot { name: name.clone(), digest: *digest }).collect(),
        matches: matches(plan, entries),
        workers: workers(entries),
        void: entries.values().filter(is_void).count() as u32,
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

fn matches(plan: &Plan, entries: &BTreeMap<MatchNo, Entry>) -> Vec<MatchResult> {
    let result = |row: crate::schedule::Row| {
        let id = plan.schedule.spec(row.no)?.id();
        // A complete run has an entry for every match; if one were missing, it must not vanish.
        let missing = Entry::missing();
        let entry = entries.get(&row.no).unwrap_or(&missing);
        Some(MatchResult {
            id,
            seed: row.seed,
            bots: row.bots,
            outcome: entry.outcome.clone(),
            worker: entry.worker.clone(),
            attempt: entry.attempt,
            cached: entry.cached,
        })
    };
    plan.schedule.rows().filter_map(result).collect()
}

/// One line per name; the layers are those of all its results.
fn workers(entries: &BTreeMap<MatchNo, Entry>) -> Vec<Worker> {
    let mut by_name = BTreeMap::<&str, Worker>::new();
    for entry in entries.values().filter(|entry| entry.outcome.verdict.scores().is_some()) {
        let worker = by_name.entry(&entry.worker).or_insert_with(|| Worker {
            name: entry.worker.clone(),
            matches: 0,
            layers: entry.layers.clone(),
            quarantined: None,
        });
        worker.matches += 1;
        // A layer counts as active only if it was in every match that this worker played.
        worker.layers.retain(|layer| entry.layers.contains(layer));
    }
    by_name.into_values().collect()
}

impl Entry {
    fn of_result(result: StoredResult, cached: bool) -> Entry {
        let StoredResult { outcome, worker, layers, attempt, .. } = result;
        Entry { outcome, worker, layers, attempt, cached }
    }

    fn missing() -> Entry {
        Entry {
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
            layers: Vec::new(),
            attempt: Attempt::FIRST,
            cached: false,
        }
    }
}
