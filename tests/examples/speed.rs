//! A first look at speed: how long a bot takes to start and to answer, everything cached, referee
//! and bot on one core.
//!
//! ```text
//! make build && cargo run --release -p arena-tests --example speed
//! ```
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a tool for developers")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use arena_tests::{example_bots, load, zygote_config};
use games::Progress;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use pipe::FromShim;
use terms::{GameId, Seat, Seed};
use worker::sandbox::{Sealed, Zygote};

const LIVES: usize = 200;
const TURNS: u32 = 200;

fn main() {
    let mut core = CpuSet::new();
    core.set(0).unwrap();
    sched_setaffinity(Pid::from_raw(0), &core).unwrap();
    let zygote = Arc::new(Zygote::spawn(&zygote_config()).unwrap());
    for name in ["idle", "hunter"] {
        let source = std::fs::read(example_bots().join(name).with_extension("py")).unwrap();
        let (mut starts, mut turns) = (Vec::new(), Vec::new());
        for _ in 0..LIVES {
            let began = Instant::now();
            let mut child = zygote.fork(Some(0)).unwrap();
            load(&mut child, &source);
            starts.push(began.elapsed());
            live(&mut child, &mut turns);
        }
        println!("{name}: start {}, turn {}", summary(starts), summary(turns));
    }
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
