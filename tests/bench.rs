//! `make bench` works: every row has figures and the document has its fields. Never how fast it is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test's helpers fail by panicking"
)]

#[path = "bench/mod.rs"]
mod bench;

use clap::Parser;
use serde_json::Value;

/// Every row of a whole run.
const ROWS: [&str; 20] = [
    "start_warm",
    "start_cold",
    "turn_300",
    "turn_3000",
    "turn_30000",
    "turn_compute",
    "life_200",
    "life_2000",
    "match_200",
    "match_2000",
    "rate_200",
    "rate_2000",
    "memory_2",
    "memory_shared_2",
    "memory_50",
    "memory_shared_50",
    "memory_500",
    "memory_shared_500",
    "worker_ready",
    "coordinator_cpu",
];

#[test]
fn a_quick_run_fills_every_row() {
    // The load program has a test of its own: what it measures here is made up.
    let report = bench::run(&bench::Options::parse_from(["bench", "--quick"]), |_| 100.0);
    let document: Value = serde_json::from_str(&report.json()).unwrap();
    assert_eq!((&document["version"], &document["quick"]), (&1.into(), &true.into()));
    assert!(document["machine"]["python3"].as_str().unwrap().starts_with("Python 3."));
    let rows = document["rows"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["id"].as_str().unwrap()).collect::<Vec<_>>(), ROWS);
    for row in rows {
        let is_compared = !["worker_ready", "coordinator_cpu"].contains(&row["id"].as_str().unwrap());
        for contender in ["sandbox", "python3"].into_iter().take(1 + usize::from(is_compared)) {
            for figure in ["median", "p99", "p10", "p90"] {
                assert!(row["contenders"][contender][figure].as_f64().unwrap() > 0.0, "{row:#}");
            }
            assert!(row["contenders"][contender]["samples"].as_u64().unwrap() > 0);
        }
        assert_eq!(row["times_better"]["sandbox"]["median"].is_f64(), is_compared, "{row:#}");
        assert_eq!(row["target"].is_null(), row["verdict"].is_null(), "{row:#}");
        assert!(row.as_object().unwrap().contains_key("fuel_overhead"), "{row:#}");
        assert!(row["unit"].is_string() && row["better"].is_string());
    }
    let table = report.table();
    for row in rows {
        assert!(table.contains(row["title"].as_str().unwrap()), "{table}");
    }
}

#[test]
fn only_what_is_asked_for_is_measured() {
    let options = bench::Options::parse_from(["bench", "--quick", "--only", "coordinator"]);
    let report = bench::run(&options, f64::from);
    assert_eq!(report.rows.len(), 1);
    assert!(bench::Options::try_parse_from(["bench", "--only", "everything"]).is_err());
}
