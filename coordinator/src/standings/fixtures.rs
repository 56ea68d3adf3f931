//! Small tournaments for the tests of this module.

use terms::{
    Attempt, BySeat, Digest, Fault, FaultKind, FuelHistogram, HostFault, Limits, MatchId, Outcome, Policy,
    Scores, Seat, SeatUsage, Seed, Verdict,
};

use super::{Bot, MatchResult, Tournament, Worker};

pub(super) fn bots(names: &[&str]) -> Vec<Bot> {
    let bot = |name: &&str| Bot {
        name: (*name).to_owned(),
        digest: Digest::of(name.as_bytes()),
        turn_fuel: FuelHistogram::default(),
    };
    names.iter().map(bot).collect()
}

pub(super) fn tournament() -> Tournament {
    Tournament {
        id: "t1".to_owned(),
        game: "spacecode".to_owned(),
        game_version: 1,
        seed: Seed(7),
        rounds: 1,
        runtime: Digest::of(b"runtime"),
        python: "3.14.0".to_owned(),
        limits: Limits::default(),
        policy: Policy::open(),
        wall_seconds: 3.200_04,
        alarms: Vec::new(),
    }
}

pub(super) fn workers() -> Vec<Worker> {
    vec![Worker {
        name: "local-1".to_owned(),
        matches: 2,
        layers: vec!["seccomp".to_owned()],
        quarantined: None,
    }]
}

/// A match between two bots, which seat 0 wins.
pub(super) fn win(zero: usize, one: usize, seed: u64) -> MatchResult {
    ended(zero, one, seed, Verdict::Played(Scores::win(Seat::Zero)))
}

/// A match that ended in that way. The usage differs by seat.
pub(super) fn ended(zero: usize, one: usize, seed: u64, verdict: Verdict) -> MatchResult {
    let usage = |turn: u64| {
        let mut turn_fuel = FuelHistogram::default();
        turn_fuel.record(turn);
        SeatUsage {
            load_fuel: 1_000,
            turns_fuel: turn,
            turn_fuel,
            memory_peak_bytes: 1 << 20,
            log_dropped_bytes: 0,
        }
    };
    MatchResult {
        id: MatchId(Digest::of(format!("{zero} {one} {seed}").as_bytes())),
        seed: Seed(seed),
        bots: BySeat([zero, one]),
        outcome: Outcome {
            verdict,
            faults: Vec::new(),
            ticks: 412,
            digest: Digest::of(b"transcript"),
            fuel_digest: Digest::of(b"fuel"),
            transcript: Digest::of(b"address"),
            usage: BySeat([usage(30), usage(20)]),
            host_message: String::new(),
        },
        worker: "local-1".to_owned(),
        attempt: Attempt::FIRST,
        cached: false,
    }
}

/// A match that seat 1 forfeits while loading.
pub(super) fn unloadable(zero: usize, one: usize, seed: u64) -> MatchResult {
    let mut result = ended(zero, one, seed, Verdict::Forfeit(BySeat([false, true])));
    result.outcome.faults.push(Fault {
        seat: Seat::One,
        kind: FaultKind::LoadError,
        tick: 0,
        message: "SyntaxError: invalid syntax (bot.py, line 3)".to_owned(),
        traceback: "  File \"bot.py\", line 3\n    def main(\n            ^\nSyntaxError: invalid syntax\n"
            .to_owned(),
    });
    result
}

/// A match that nobody could finish.
pub(super) fn void(zero: usize, one: usize, seed: u64) -> MatchResult {
    let mut result = ended(zero, one, seed, Verdict::Void(HostFault::Stalled));
    result.outcome.host_message = "no reply for 2 s".to_owned();
    result
}
