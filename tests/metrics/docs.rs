//! The documentation of the metrics is made of the tables that record them.

use std::path::Path;

const HEAD: &str = "\
# Metrics

Worker and coordinator show these at `GET /metrics` of the address that `--http` names, for Prometheus. This
page is made of the tables in the programs (`ARENA_REGENERATE=1 cargo test -p arena-tests --test metrics docs`).

Units are seconds, bytes and fuel. Counters and gauges whose labels are known beforehand are there with zero from
the start. Every histogram has a boundary at the limit that holds by default. No series here is of a single
bot: their number would grow with the number of bots. Both programs also show `process_*`: CPU time, memory, threads and
open files of the process.
";

const BOTS_HEAD: &str = "\
`GET /metrics/bots` of the coordinator, a page of its own for a scrape job of its own: figures of each bot, of
the first by rank if there are many.
";

fn page() -> String {
    let worker = telemetry::section(worker::metrics::TABLE);
    let coordinator = telemetry::section(coordinator::metrics::TABLE);
    let bots = telemetry::section(coordinator::metrics::BOTS);
    format!("{HEAD}\n## Worker\n\n{worker}\n## Coordinator\n\n{coordinator}\n## Bots\n\n{BOTS_HEAD}\n{bots}")
}

/// With `ARENA_REGENERATE=1` this writes the file instead of comparing it.
#[test]
fn docs_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md");
    if std::env::var_os("ARENA_REGENERATE").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let is_current = std::fs::read_to_string(&path).unwrap_or_default() == page();
    assert!(is_current, "stale: run `ARENA_REGENERATE=1 cargo test -p arena-tests --test metrics docs`");
}
