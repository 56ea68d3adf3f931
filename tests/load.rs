//! Some hundred simulated workers of all kinds on one coordinator: everything that the large run
//! checks, in seconds.
#![expect(clippy::print_stderr, clippy::expect_used, reason = "a test's helpers fail by panicking")]

#[path = "load/mod.rs"]
mod load;

use clap::Parser;

#[test]
fn no_match_is_lost_or_played_wrong_whoever_else_is_there() {
    let options = load::Options::parse_from([
        "load",
        "--workers",
        "300",
        "--bots",
        "40",
        "--matches",
        "3000",
        "--shortest-ms",
        "20",
        "--longest-ms",
        "1000",
        "--mix",
        "slow=30,stalled=7,dying=60,duplicating=100,babbling=100",
        "--deaths",
        "1",
        "--life-ms",
        "800",
        "--audit",
        "5%",
        "--patience",
        "3",
        "--",
        "--turn-wall-ms",
        "100",
        "--load-wall-ms",
        "100",
    ]);
    let findings = load::run(&options);
    assert!(findings.all_held(), "{findings}");
}
