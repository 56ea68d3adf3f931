//! Some hundred simulated workers of all kinds on one coordinator: everything that the large run
//! checks, in seconds.
#![expect(clippy::print_stderr, clippy::expect_used, reason = "a test's helpers fail by panicking")]

#[path = "load/mod.rs"]
mod load;

use clap::Parser;

#[test]
fn no_match_is_lost_or_played_wrong_whoever_else_is_there() {
    let mix = "slow=30,stalled=7,dying=60,duplicating=100,babbling=100";
    let findings = findings(&["--workers", "300", "--matches", "3000", "--mix", mix, "--audit", "5%"]);
    assert!(findings.all_held(), "{findings}");
}

#[test]
fn who_lies_is_found_out_and_nothing_of_it_stays_where_everything_is_audited() {
    let findings =
        findings(&["--workers", "60", "--matches", "1500", "--mix", "lying=100,dying=50", "--audit", "100%"]);
    assert!(findings.all_held(), "{findings}");
    assert!(findings.found_out() > 0, "{findings}");
}

/// What comes of short matches of 40 bots with those arguments.
fn findings(arguments: &[&str]) -> load::Findings {
    let shared = "load --bots 40 --shortest-ms 20 --longest-ms 1000 --deaths 1 --life-ms 800 --patience 3";
    let coordinator = ["--", "--turn-wall-ms", "100", "--load-wall-ms", "100"];
    load::run(&load::Options::parse_from(
        shared.split(' ').chain(arguments.iter().copied()).chain(coordinator),
    ))
}
