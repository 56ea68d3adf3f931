//! A first look at speed: how long a bot takes to start and to answer, everything cached, referee
//! and bot on one core.
//!
//! ```text
//! make build && cargo run --release -p arena-tests --example speed
//! ```
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a tool for developers")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use arena_tests::{bin, example_bots, native};
use games::Progress;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use pipe::{FromShim, Load};
use terms::{Bundle, GameId, Seat, Seed, limits};
use worker::sandbox::{Sealed, Zygote, ZygoteConfig};

const LIVES: usize = 200;
const TURNS: u32 = 200;

fn main() {
    let mut core = CpuSet::new();
    core.set(0).unwrap();
    sched_setaffinity(Pid::from_raw(0), &core).unwrap();
    let zygote = Arc::new(Zygote::spawn(&config()).unwrap());
    for name in ["idle", "hunter"] {
        let source = std::fs::read(example_bots().join(name).with_extension("py")).unwrap();
        let bundle = Bundle::of_source(source).encode();
        let (mut starts, mut turns) = (Vec::new(), Vec::new());
        for _ in 0..LIVES {
            let began = Instant::now();
            let mut child = zygote.fork(Some(0)).unwrap();
            load(&mut child, &bundle);
            starts.push(began.elapsed());
            live(&mut child, &mut turns);
        }
        println!("{name}: start {}, turn {}", summary(starts), summary(turns));
    }
}

fn config() -> ZygoteConfig {
    let native = native();
    ZygoteConfig {
        shim: bin("sandbox-shim"),
        native: native.path,
        native_digest: native.digest.parse().unwrap(),
        stack_bytes: limits::DEFAULTS.stack_bytes,
        answer_max: ZygoteConfig::ANSWER_MAX,
        require_namespaces: false,
        untrusted: false,
    }
}

fn load(child: &mut Sealed, bundle: &[u8]) {
    let limits = limits::DEFAULTS;
    let load = Load {
        seed: 1,
        load_fuel: limits.load_fuel,
        turn_fuel: limits.turn_fuel,
        memory_bytes: limits.memory_bytes,
        reply_bytes: limits.reply_bytes,
        log_bytes: limits.log_bytes,
        bundle_bytes: 0,
    };
    child.load(&load, "", bundle).unwrap();
    let FromShim::Loaded(_) = child.receive().unwrap() else { panic!("the bot does not load") };
}

/// Plays real observations, so that turns cost what they cost in a match.
fn live(child: &mut Sealed, turns: &mut Vec<Duration>) {
    let mut game = games::start(&GameId::named("spacecode").unwrap(), Seed(1), TURNS).unwrap();
    let mut observation = Vec::new();
    loop {
        observation.clear();
        game.observe(Seat::Zero, &mut observation);
        let began = Instant::now();
        child.turn(std::str::from_utf8(&observation).unwrap()).unwrap();
        let FromShim::Reply(..) = child.receive().unwrap() else { panic!("no reply") };
        turns.push(began.elapsed());
        if game.step() != Progress::Running {
            return;
        }
    }
}

fn summary(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    format!("median {:?}, p99 {:?} of {}", at(50), at(99), times.len())
}
