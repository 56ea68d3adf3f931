//! Figures, not judgements: how long a bot takes to start and to play. Run by hand:
//! `cargo test --release … --test measure -- --ignored --nocapture`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(clippy::print_stdout, reason = "printing figures is what this is for")]

mod support;

use std::time::{Duration, Instant};

use support::{Answer, Zygote};

const BOT: &str = "
from spacecode import *
import math
def bot_main(data):
    ship = data['game_state']['ship']
    angle = math.atan2(ship['y'], ship['x']) - ship['heading']
    return [FORWARD, LEFT if angle > 0 else RIGHT]
";
const LIVES: usize = 200;
const TURNS: u32 = 200;

#[test]
#[ignore = "prints figures for people"]
fn figures() {
    let began = Instant::now();
    let mut zygote = Zygote::start();
    println!("zygote ready          {:>8.1} ms", began.elapsed().as_secs_f64() * 1e3);
    let core = 0u16;
    let mut set = rustix::thread::CpuSet::new();
    set.set(core.into());
    rustix::thread::sched_setaffinity(None, &set).unwrap();
    let (mut forks, mut loads, mut turns, mut lives) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..LIVES {
        let born = Instant::now();
        let mut child = zygote.fork_on(Some(core));
        forks.push(born.elapsed());
        assert!(matches!(child.load(BOT), Answer::Loaded(_)));
        loads.push(born.elapsed());
        for tick in 1..=TURNS {
            let asked = Instant::now();
            assert!(matches!(child.turn(tick), Answer::Reply(..)));
            turns.push(asked.elapsed());
        }
        child.hang_up();
        zygote.reap(&child);
        lives.push(born.elapsed());
    }
    for (name, mut times) in
        [("fork answered", forks), ("fork and load", loads), ("turn", turns), ("life of 200", lives)]
    {
        times.sort();
        let at = |quantile: f64| millis(times[((times.len() - 1) as f64 * quantile) as usize]);
        println!("{name:<20} p50 {:>8.3} ms   p99 {:>8.3} ms", at(0.5), at(0.99));
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[test]
#[ignore = "prints figures for people"]
fn pages() {
    let mut zygote = Zygote::start();
    let stat = |pid: u32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        (fields[9].clone(), fields[23].clone())
    };
    println!("zygote: {:?}", stat(zygote.process.id()));
    let mut child = zygote.fork();
    std::thread::sleep(Duration::from_millis(50));
    println!("child forked and sealed: faults {:?}", stat(child.pid));
    child.load(BOT);
    println!("child loaded: faults {:?}", stat(child.pid));
    for tick in 1..100 {
        child.turn(tick);
    }
    println!("child after 100 turns: faults {:?}", stat(child.pid));
    let smaps = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", child.pid)).unwrap_or_default();
    println!("{smaps}");
}
