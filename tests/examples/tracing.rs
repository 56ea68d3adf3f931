//! What traces cost: the same tournament without, with a sample and with all matches traced, in turn, and
//! the ratios of runs that follow each other. The collector takes everything.
//!
//! ```text
//! make build && cargo run --release -p arena-tests --example tracing -- --base FOLDER
//! ```
//!
//! `--base` names a folder with programs of another version: what today's cost with traces off, against
//! those. CPU time is that of the coordinator, its worker and all bots; nothing else should run meanwhile.
#![expect(clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "a tool for developers")]

#[expect(dead_code, reason = "the tests need more of it")]
#[path = "../tracing/collector.rs"]
mod collector;

use std::path::PathBuf;
use std::time::Duration;

use arena_tests::{Tournament, example_bots};
use clap::Parser;
use collector::{Collector, Manner};
use nix::sys::resource::{UsageWho, getrusage};

/// Measures what traces cost.
#[derive(Parser)]
struct Arguments {
    /// Rounds of measuring: each plays the tournament once in every way.
    #[arg(long, default_value_t = 5)]
    times: usize,
    /// Seed pairs that every pairing plays: more of them make runs longer and figures steadier.
    #[arg(long, default_value_t = 6)]
    rounds: u32,
    /// A folder with the programs of another version.
    #[arg(long, value_name = "FOLDER")]
    base: Option<PathBuf>,
}

/// Wall clock and CPU time of a run, in seconds.
type Cost = (f64, f64);

fn main() {
    let Arguments { times, rounds, base } = Arguments::parse();
    let collector = Collector::start(Manner::Takes);
    let url = collector.url();
    let of =
        |share: &str| vec!["--otlp".to_owned(), url.clone(), "--trace-sample".to_owned(), share.to_owned()];
    let mut ways = vec![("off", Vec::new(), None), ("1 %", of("1%"), None), ("100 %", of("100%"), None)];
    ways.extend(base.map(|folder| ("another version, off", Vec::new(), Some(folder.join("coordinator")))));
    let mut ratios: Vec<Vec<Cost>> = vec![Vec::new(); ways.len()];
    for time in 0..=times {
        let mut costs: Vec<Cost> = vec![(0.0, 0.0); ways.len()];
        // What drifts (temperature, neighbours) must not always meet the same one.
        for place in 0..ways.len() {
            let at = (place + time) % ways.len();
            let (Some((_, arguments, program)), Some(cost)) = (ways.get(at), costs.get_mut(at)) else {
                continue;
            };
            *cost = play(rounds, arguments, program.clone());
        }
        // The first round compiles and fills caches.
        let Some((wall, cpu)) = costs.first().copied().filter(|_| time > 0) else { continue };
        println!("{costs:.2?}");
        ratios.iter_mut().zip(costs).for_each(|(ratios, cost)| ratios.push((cost.0 / wall, cost.1 / cpu)));
    }
    println!("{} spans taken; against off, medians of {times} runs each:", collector.spans().len());
    for ((name, ..), ratios) in ways.iter().zip(&ratios) {
        println!("{name}: wall clock {}, CPU {}", shown(ratios, |cost| cost.0), shown(ratios, |cost| cost.1));
    }
}

/// The median and the extremes.
fn shown(ratios: &[Cost], part: fn(&Cost) -> f64) -> String {
    let mut sorted: Vec<f64> = ratios.iter().map(part).collect();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
    format!("{:.3} ({:.3} to {:.3})", at(sorted.len() / 2), at(0), at(sorted.len().saturating_sub(1)))
}

fn play(rounds: u32, arguments: &[String], program: Option<PathBuf>) -> Cost {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let rounds = rounds.to_string();
    let tournament =
        Tournament::of(example_bots()).with(&["--rounds", &rounds, "--audit", "0%"]).with(&arguments);
    let tournament = program.into_iter().fold(tournament, Tournament::by);
    let before = cpu();
    let run = tournament.run().expect_code(0);
    let Some(wall) = run.json.pointer("/tournament/wall_seconds").and_then(serde_json::Value::as_f64) else {
        panic!("no wall_seconds in {}", run.json);
    };
    (wall, (cpu() - before).as_secs_f64())
}

/// CPU time of all children that have ended, and of theirs.
fn cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap_or_else(|error| panic!("{error}"));
    let seconds = |time: nix::sys::time::TimeVal| {
        Duration::from_secs(time.tv_sec().unsigned_abs())
            + Duration::from_micros(time.tv_usec().unsigned_abs())
    };
    seconds(usage.user_time()) + seconds(usage.system_time())
}
