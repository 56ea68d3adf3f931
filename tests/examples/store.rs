//! How many results a second are recorded for good, and how long it takes to read them back, in a
//! file of SQLite and in PostgreSQL on this machine.
//!
//! ```text
//! cargo run --release -p arena-tests --example store -- 1000000
//! ```
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for developers")]

use std::time::Instant;

use arena_tests::Postgres;
use coordinator::config::Place;
use coordinator::store::{AnyStore, Store, StoredResult, claim};
use terms::{
    Attempt, BySeat, Digest, FuelHistogram, MatchId, Outcome, Scores, Seat, SeatUsage, Seed, Verdict,
};

/// Results in one transaction: what comes in while the last one is written.
const BATCHES: [usize; 4] = [1, 16, 128, 1_024];
/// Results of each trial but the last one.
const TRIAL: usize = 4_096;

#[tokio::main]
async fn main() {
    let wanted = std::env::args().nth(1).map_or(100_000, |number| number.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:{}", folder.path().join("arena.sqlite").display());
    measure("SQLite", &file, wanted).await;
    let server = Postgres::start();
    measure("PostgreSQL", &server.database("arena"), wanted).await;
}

async fn measure(name: &str, place: &str, wanted: usize) {
    let store = claim(&Place::read(place).unwrap(), 0).await.unwrap();
    let setting = Digest::of(b"setting");
    let mut next = 0;
    for batch in BATCHES {
        let trial = if batch == 1 { TRIAL / 8 } else { TRIAL };
        report(name, batch, trial, record(&store, setting, next..next + trial, batch).await);
        next += trial;
    }
    let batch = 512;
    report(name, batch, wanted, record(&store, setting, next..next + wanted, batch).await);
    let began = Instant::now();
    let ids = store.recorded(setting).await.unwrap().len();
    println!("{name}: {ids} ids read in {:.2} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let mut count = 0;
    store.for_each_result(setting, |_| count += 1).await.unwrap();
    println!("{name}: {count} results read in {:.2} s", began.elapsed().as_secs_f64());
    store.close().await;
}

/// Seconds that the store alone took.
async fn record(store: &AnyStore, setting: Digest, which: std::ops::Range<usize>, batch: usize) -> f64 {
    let numbers: Vec<usize> = which.collect();
    let mut seconds = 0.0;
    for chunk in numbers.chunks(batch) {
        let results: Vec<StoredResult> = chunk.iter().map(|number| result(*number)).collect();
        let began = Instant::now();
        store.record(setting, &results).await.unwrap();
        seconds += began.elapsed().as_secs_f64();
    }
    seconds
}

fn report(name: &str, batch: usize, count: usize, seconds: f64) {
    let rate = count as f64 / seconds;
    println!("{name}: {count} results recorded, {batch} at a time: {rate:.0} a second");
}

/// A result as large as those of real matches.
fn result(number: usize) -> StoredResult {
    let name = |what: &str| Digest::of(format!("{what} {number}").as_bytes());
    let mut turn_fuel = FuelHistogram::default();
    (0..400).for_each(|turn| turn_fuel.record(90_000 + 1_700 * (turn % 60)));
    let usage = SeatUsage {
        load_fuel: 12_000_000,
        turns_fuel: 90_112_233,
        turn_fuel,
        memory_peak_bytes: 17 << 20,
        log_dropped_bytes: 0,
    };
    StoredResult {
        id: MatchId(name("match")),
        seed: Seed(7),
        bots: BySeat([Digest::of(b"zero"), Digest::of(b"one")]),
        outcome: Outcome {
            verdict: Verdict::Played(Scores::win(Seat::One)),
            faults: Vec::new(),
            ticks: 400,
            digest: name("digest"),
            fuel_digest: name("fuel"),
            transcript: name("transcript"),
            usage: BySeat([usage.clone(), usage]),
            host_message: String::new(),
        },
        record: Vec::new(),
        worker: "local-1".to_owned(),
        layers: ["seccomp", "landlock", "rlimits", "no_new_privs", "namespaces"].map(str::to_owned).to_vec(),
        attempt: Attempt::FIRST,
        wall_micros: 30_000,
        recorded_at_ms: 1_700_000_000_000,
    }
}
