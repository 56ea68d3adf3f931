//! What recording costs: matches of the fastest bots that there are, with and without it, in turn, in one
//! process, referee and bots on one core.
//!
//! ```text
//! make build && cargo run --release -p arena-tests --example recording -- --pairs 200
//! ```
//!
//! Every pair plays one match without and one with recording, and every other pair the other way round.
//! Recorded is what a worker records of them: every turn and load, the children, the match. On a machine that
//! does other things as well, look at what a turn alone takes: a player that answers at once, at its best.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool for developers"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

use arena_tests::zygote_config;
use clap::Parser;
use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use pipe::{Load, Usage};
use telemetry::Exporter;
use terms::{Bundle, BySeat, Digest, GameId, Limits, MatchSpec, Policy, Runtime, Seed, limits};
use worker::metrics::{Matches, TABLE, Timed};
use worker::referee::{Answer, Contest, Player, conduct};
use worker::sandbox::{HostTrouble, Zygote};

/// Turns and lives of a player that answers at once.
const TURNS: u32 = 1_000;
const LIVES: u32 = 1_000;

const IDLE: &[u8] = b"def bot_main(d):\n    return []\n";

/// Measures what recording costs.
#[derive(Parser)]
struct Arguments {
    /// Pairs of matches.
    #[arg(long, default_value_t = 100)]
    pairs: usize,
    /// Ticks of a match.
    #[arg(long, default_value_t = 500)]
    ticks: u32,
    /// Handles that record on both sides: how far apart two sides are that are the same.
    #[arg(long)]
    same: bool,
}

/// One side of the comparison: a zygote and handles that were made when somebody recorded, or nobody did.
struct Side {
    zygote: Arc<Zygote>,
    metrics: Matches,
}

impl Side {
    fn new() -> Side {
        Side { zygote: Arc::new(Zygote::spawn(&zygote_config()).unwrap()), metrics: Matches::new() }
    }

    /// Turns per second of a match, its start and its end included, and the CPU time of a turn without
    /// the bot's, in nanoseconds.
    fn play(&self, ticks: u32) -> (f64, f64) {
        let bundle = Bundle::of_source(IDLE.to_vec()).encode();
        let runtime = &Runtime::of_this_build(Digest::of(b"python"));
        let spec = MatchSpec {
            game: GameId::named("spacecode").unwrap(),
            seed: Seed(1),
            bots: BySeat([Digest::of(IDLE), Digest::of(IDLE)]),
            limits: Limits { ticks, ..limits::DEFAULTS },
            policy: Policy::open(),
            runtime: runtime.fingerprint(),
        };
        let (began, cpu) = (Instant::now(), cpu_nanos());
        let seat = |_| Timed::new(self.zygote.fork(Some(0)).unwrap(), self.metrics.turns());
        let mut players = BySeat::from_fn(seat);
        let (bundles, watched) = (BySeat([bundle.as_slice(); 2]), &AtomicU32::new(0));
        let contest = Contest { spec: &spec, runtime, bundles, players: &mut players, ticks: watched };
        let outcome = conduct(contest).outcome;
        drop(players);
        self.metrics.ended(&outcome, began.elapsed());
        let turns = f64::from(2 * outcome.ticks);
        (turns / began.elapsed().as_secs_f64(), (cpu_nanos() - cpu) / turns)
    }
}

/// Answers at once.
struct Instantly;

impl Player for Instantly {
    fn set_wall_clock(&mut self, _: Duration) -> Result<(), HostTrouble> {
        Ok(())
    }

    fn ask_load(&mut self, _: &Load, _: &str, _: &[u8]) -> Result<(), HostTrouble> {
        Ok(())
    }

    fn ask_turn(&mut self, _: &str) -> Result<(), HostTrouble> {
        Ok(())
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        let usage = Usage { fuel: 150_000, memory_peak_bytes: 0, log: b"", log_dropped_bytes: 0 };
        Ok(Answer::Reply(usage, b"[]"))
    }
}

/// Nanoseconds that asking and answering alone take, at best.
fn bare_nanos(metrics: &Matches) -> f64 {
    let life = |_| {
        let began = Instant::now();
        let mut player = Timed::new(black_box(Instantly), metrics.turns());
        for _ in 0..TURNS {
            player.ask_turn(black_box("")).unwrap();
            black_box(player.answer().unwrap());
        }
        drop(player);
        began.elapsed().as_nanos() as f64 / f64::from(TURNS)
    };
    (0..LIVES).map(life).fold(f64::INFINITY, f64::min)
}

/// CPU time of this thread, in nanoseconds: whatever else the machine does, recording is in it.
fn cpu_nanos() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse().unwrap()
}

fn main() {
    let arguments = Arguments::parse();
    let mut core = CpuSet::new();
    core.set(0).unwrap();
    sched_setaffinity(Pid::from_raw(0), &core).unwrap();
    let without = if arguments.same { None } else { Some(Side::new()) };
    let exporter = Exporter::install(TABLE).unwrap();
    let (without, with) = (without.unwrap_or_else(Side::new), Side::new());
    let (mut rates, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    let mut times = [Vec::new(), Vec::new()];
    for pair in 0..arguments.pairs {
        let mut play = |side: &Side, at: usize| {
            let (rate, nanos) = side.play(arguments.ticks);
            rates[at].push(rate);
            times[at].push(nanos);
            rate
        };
        let (a, b) = if pair % 2 == 0 {
            let without = play(&without, 0);
            (without, play(&with, 1))
        } else {
            let with = play(&with, 1);
            (play(&without, 0), with)
        };
        ratios.push(b / a);
    }
    let ([off, on], [nanos_off, nanos_on]) = (rates, times);
    println!("{} pairs of matches of {} ticks, median (quartiles)", arguments.pairs, arguments.ticks);
    println!("turns per second without recording         {}", spread(off, 0));
    println!("turns per second with recording            {}", spread(on, 0));
    println!("with / without, pair by pair               {}", spread(ratios, 4));
    println!("referee's CPU time per turn without, ns    {}", spread(nanos_off, 0));
    println!("referee's CPU time per turn with, ns       {}", spread(nanos_on, 0));
    println!("asked and answered at once without, ns     {:.0}", bare_nanos(&without.metrics));
    println!("asked and answered at once with, ns        {:.0}", bare_nanos(&with.metrics));
    let began = Instant::now();
    let page = exporter.render();
    println!("a page of {} bytes takes {:?}", page.len(), began.elapsed());
}

fn spread(mut values: Vec<f64>, digits: usize) -> String {
    values.sort_by(f64::total_cmp);
    let at = |share: usize| values.get(values.len() * share / 100).copied().unwrap_or_default();
    format!("{:.digits$} ({:.digits$} to {:.digits$})", at(50), at(25), at(75))
}
