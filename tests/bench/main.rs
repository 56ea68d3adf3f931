//! `bench`: how fast a bot is in the sandbox, beside the same bot on a plain python3.
//!
//! ```text
//! make bench                                     # all of it, some minutes
//! make bench ARGS='--only turn,life --json out.json'
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a tool for the terminal, which fails by panicking"
)]

#[path = "mod.rs"]
mod bench;
#[path = "../load/mod.rs"]
mod load;

use clap::Parser;

fn main() {
    let options = bench::Options::parse();
    let report = bench::run(&options, coordinator_cpu);
    print!("{}", report.table());
    if let Some(path) = &options.json {
        std::fs::write(path, report.json()).expect("the document can be written");
    }
}

/// Microseconds of CPU that a coordinator spends per match, from its start to its end, on so many
/// matches that simulated workers play in no time.
fn coordinator_cpu(matches: u32) -> f64 {
    use nix::sys::resource::{UsageWho, getrusage};
    let micros = || {
        let used = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel counts");
        let times = [used.user_time(), used.system_time()];
        times.iter().map(|time| (time.tv_sec() * 1_000_000 + time.tv_usec()) as f64).sum::<f64>()
    };
    let (bots, matches_text) = ("20", matches.to_string());
    let options = load::Options::parse_from([
        "load",
        "--workers",
        "8",
        "--slots",
        "4",
        "--bots",
        bots,
        "--matches",
        &matches_text,
        "--mix",
        "",
        "--shortest-ms",
        "1",
        "--longest-ms",
        "1",
        "--audit",
        "0%",
        "--patience",
        "10",
    ]);
    let before = micros();
    let findings = load::run(&options);
    assert!(findings.all_held(), "{findings}");
    (micros() - before) / f64::from(options.rounds() * 20 * 19)
}
