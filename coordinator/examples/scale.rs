//! What a large tournament costs the coordinator: time and memory to begin, to go on with one that
//! is half played, and to give out the standings of one that is complete.
//!
//! ```text
//! cargo run --release -p coordinator --example scale -- 100 300 1000
//! ```
//!
//! Each figure comes from a process of its own, because memory that was needed once is never given
//! back. Bots are digests without contents; results are as large as those of real matches.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for developers")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use coordinator::blobs::BlobStore;
use coordinator::driver::Finale;
use coordinator::engine::{self, Called, Elapsed, Engine, Event, Home, MatchNo, Stance, Voter, WorkerKey};
use coordinator::plan::Plan;
use coordinator::results::collect;
use coordinator::schedule::{Schedule, Setting};
use coordinator::standings;
use coordinator::store::{SqliteStore, Store, StoredResult};
use terms::{
    Attempt, BySeat, Digest, FuelHistogram, GameId, Limits, Outcome, Policy, Runtime, Scores, Seat,
    SeatUsage, Seed, Verdict,
};

/// Results that are written in one transaction.
const BATCH: u32 = 5_000;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["begin", bots] => begin(bots.parse().unwrap()),
        ["fill", file, bots, share] => {
            fill(file.as_ref(), bots.parse().unwrap(), share.parse().unwrap()).await
        }
        ["go-on", file, bots] => go_on(file.as_ref(), bots.parse().unwrap()).await,
        ["give-out", file, bots] => give_out(file.as_ref(), bots.parse().unwrap()).await,
        sizes => sizes.iter().for_each(|bots| measure(bots)),
    }
}

/// Every figure of a tournament of that many bots.
fn measure(bots: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.sqlite");
    let run = |words: &[&str]| {
        let done = Command::new(std::env::current_exe().unwrap()).args(words).status().unwrap();
        assert!(done.success(), "{words:?} failed");
    };
    let file = file.to_str().unwrap();
    run(&["begin", bots]);
    run(&["fill", file, bots, "0.5"]);
    run(&["go-on", file, bots]);
    run(&["fill", file, bots, "1.0"]);
    run(&["give-out", file, bots]);
}

/// From nothing to the first hand-out, and then all of it handed out and played.
fn begin(bots: u32) {
    let idle = memory();
    let began = Instant::now();
    let schedule = schedule(bots);
    let matches = schedule.match_count();
    let scheduled = began.elapsed();
    let mut engine = engine(matches, |_| false);
    engine.handle(Elapsed::default(), called(0));
    say(bots, "begin", matches, began.elapsed(), idle, &format!("schedule {scheduled:.2?}"));
    let began = Instant::now();
    for who in 0..10_000 {
        engine.handle(Elapsed::default(), called(who));
    }
    let each = began.elapsed() / 10_000;
    say(bots, "10 000 workers", matches, began.elapsed(), idle, &format!("{each:.2?} for each call"));
}

/// A store with that share of all results.
async fn fill(file: &Path, bots: u32, share: f64) {
    let schedule = schedule(bots);
    let store = SqliteStore::open(file, 0).await.unwrap();
    let setting = schedule.setting().digest();
    let known = store.recorded(setting).await.unwrap().len() as u32;
    let upto = (f64::from(schedule.match_count()) * share) as u32;
    let began = Instant::now();
    for first in (known..upto).step_by(BATCH as usize) {
        let batch: Vec<StoredResult> =
            (first..upto.min(first + BATCH)).map(|no| result(&schedule, no)).collect();
        store.record(setting, &batch).await.unwrap();
    }
    let rate = f64::from(upto - known) / began.elapsed().as_secs_f64();
    println!("{bots:5} bots, fill: {upto} results, {rate:.0}/s");
    store.close().await;
}

/// What a coordinator does before the first hand-out of a tournament that is half played.
async fn go_on(file: &Path, bots: u32) {
    let idle = memory();
    let began = Instant::now();
    let schedule = schedule(bots);
    let store = SqliteStore::open(file, 0).await.unwrap();
    let mut known = vec![false; schedule.match_count() as usize];
    for id in store.recorded(schedule.setting().digest()).await.unwrap() {
        if let Some(slot) = schedule.find(&id).and_then(|no| known.get_mut(no.index())) {
            *slot = true;
        }
    }
    let mut engine = engine(schedule.match_count(), |no| known.get(no.index()) == Some(&true));
    engine.handle(Elapsed::default(), called(0));
    let counts = engine.counts();
    say(bots, "go on", counts.total(), began.elapsed(), idle, &format!("{} known", counts.settled));
    store.close().await;
}

/// Standings of a complete tournament, and all documents.
async fn give_out(file: &Path, bots: u32) {
    let idle = memory();
    let began = Instant::now();
    let schedule = Arc::new(schedule(bots));
    let (matches, runtime) = (schedule.match_count(), runtime());
    let names = (0..bots).map(|bot| (format!("bot-{bot:04}"), bot_digest(bot)));
    let plan = Plan {
        id: Digest::of(b"tournament"),
        bots: names.collect(),
        seed: Seed(1),
        rounds: 1,
        schedule,
        runtime,
        python: "3.14.0".to_owned(),
        blobs: Arc::new(BlobStore::default()),
        notes: Vec::new(),
    };
    let store = SqliteStore::open(file, 0).await.unwrap();
    let cached = vec![false; matches as usize];
    let results = collect(&plan, &store, Finale::default(), &cached, began).await.unwrap();
    let read = began.elapsed();
    let peak = memory();
    let report =
        standings::report(&results.tournament, &results.bots, &results.matches, &results.workers).unwrap();
    let json = serde_json::to_writer(std::io::sink(), &report.document);
    json.unwrap();
    let details = format!("read {read:.2?} with {} MiB", peak.saturating_sub(idle) >> 20);
    say(bots, "give out", matches, began.elapsed(), idle, &details);
    store.close().await;
}

fn say(bots: u32, what: &str, matches: u32, took: Duration, idle: u64, details: &str) {
    let peak = memory().saturating_sub(idle);
    let each = peak / u64::from(matches.max(1));
    println!(
        "{bots:5} bots, {what}: {matches} matches, {took:.2?} ({:.2?} of a core), {} MiB ({each} bytes each); {details}",
        cpu(),
        peak >> 20
    );
}

/// The most memory that this process ever had, in bytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string(PathBuf::from("/proc/self/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// Time that this process was given a core for: what its wall clock would show on an idle machine.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace().skip(11).take(2);
    Duration::from_millis(fields.map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum())
}

fn bot_digest(bot: u32) -> Digest {
    Digest::of(&bot.to_le_bytes())
}

fn runtime() -> Runtime {
    Runtime::of_this_build(Digest::of(b"python.wasm"))
}

fn schedule(bots: u32) -> Schedule {
    let game = GameId::named("spacecode").unwrap();
    let (limits, policy) = (Limits::default(), Policy::open());
    let setting = Setting { game, limits, policy, runtime: runtime().fingerprint() };
    Schedule::new(setting, (0..bots).map(bot_digest).collect(), Seed(1), 1).unwrap()
}

fn engine(matches: u32, is_settled: impl Fn(MatchNo) -> bool) -> Engine {
    Engine::new(engine::Policy::for_limits(&Limits::default()), matches, is_settled)
}

fn called(who: u32) -> Event {
    let (worker, voter, stance) = (WorkerKey(who), Voter(who), Stance::Ready);
    Event::Called(Called {
        worker,
        voter,
        home: Home(who.into()),
        slots: 8,
        stance,
        holding: Vec::new(),
        finished: Vec::new(),
    })
}

/// A result like that of a match of two ordinary bots.
fn result(schedule: &Schedule, no: u32) -> StoredResult {
    let spec = schedule.spec(MatchNo(no)).unwrap();
    let id = spec.id();
    let usage = |_| {
        let mut turn_fuel = FuelHistogram::default();
        (0..200).for_each(|turn| turn_fuel.record(180_000 + turn * 300));
        let turns_fuel = 40_000_000;
        SeatUsage {
            load_fuel: 12_000_000,
            turns_fuel,
            turn_fuel,
            memory_peak_bytes: 17 << 20,
            log_dropped_bytes: 0,
        }
    };
    let outcome = Outcome {
        verdict: Verdict::Played(if no.is_multiple_of(3) { Scores::DRAW } else { Scores::win(Seat::One) }),
        faults: Vec::new(),
        ticks: 200,
        digest: Digest::of(&no.to_le_bytes()),
        fuel_digest: Digest::of(&no.to_be_bytes()),
        transcript: id.0,
        usage: BySeat::from_fn(usage),
        host_message: String::new(),
    };
    StoredResult {
        id,
        seed: spec.seed,
        bots: spec.bots,
        outcome,
        record: Vec::new(),
        worker: format!("worker-{}", no % 50),
        layers: ["seccomp", "landlock", "rlimits"].map(str::to_owned).to_vec(),
        attempt: Attempt::FIRST,
        wall_micros: 20_000,
        recorded_at_ms: 0,
    }
}
