//! How much faster a tournament is with a second worker: one worker with one slot on one core, and
//! two of them on two cores, in turn, and the ratio of each pair of runs.
//!
//! ```text
//! make build && cargo run --release -p arena-tests --example speedup
//! ```
//!
//! The clock starts when the last worker is ready and stops when the coordinator has given out results. Nothing
//! else should run meanwhile. The coordinator has no core of its own: with two workers on two cores
//! it takes its time from them, as it does from everybody's.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool for developers"
)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use arena_tests::{bin, bin_folder, example_bots};
use clap::Parser;
use serde_json::Value;

/// Measures what a second worker is worth.
#[derive(Parser)]
struct Arguments {
    /// Pairs of runs.
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// Seed pairs that every pairing plays: more of them make runs longer and figures steadier.
    #[arg(long, default_value_t = 8)]
    rounds: u32,
    /// The two cores.
    #[arg(long, value_delimiter = ',', default_value = "0,1")]
    cores: Vec<u16>,
}

/// What a run came to.
struct Figure {
    seconds: f64,
    matches: usize,
    digests: Vec<String>,
}

fn main() {
    let arguments = Arguments::parse();
    let [one, other] = arguments.cores[..] else { panic!("--cores takes two cores, such as 0,1") };
    let mut ratios = Vec::new();
    for pair in 0..arguments.pairs {
        // What drifts (temperature, neighbours) must not always meet the same of the two.
        let is_odd = pair % 2 == 1;
        let alone = if is_odd { other } else { one };
        let (both, single) = if is_odd {
            let both = play(&[one, other], arguments.rounds);
            (both, play(&[alone], arguments.rounds))
        } else {
            let single = play(&[alone], arguments.rounds);
            (play(&[one, other], arguments.rounds), single)
        };
        assert_eq!(single.digests, both.digests, "one worker and two do not come to the same results");
        let ratio = single.seconds / both.seconds;
        println!(
            "{} matches: {:.2} s with one worker on core {alone}, {:.2} s with two: {ratio:.3}",
            single.matches, single.seconds, both.seconds
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    let (least, most) = (ratios.first().unwrap(), ratios.last().unwrap());
    println!("speed-up: median {:.3} of {}, from {least:.3} to {most:.3}", median(&ratios), ratios.len());
}

fn median(sorted: &[f64]) -> f64 {
    let at = |place: usize| sorted.get(place).copied().unwrap();
    (at((sorted.len() - 1) / 2) + at(sorted.len() / 2)) / 2.0
}

/// Plays the tournament with a worker on each of these cores.
fn play(cores: &[u16], rounds: u32) -> Figure {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("out.json");
    let mut command = Command::new(bin("coordinator"));
    command.args(["--listen", "127.0.0.1:0", "--local-workers", "0", "--audit", "0%", "-v"]);
    command.arg("--bots").arg(example_bots()).args(["--rounds", &rounds.to_string()]);
    command.arg("--data-dir").arg(folder.path().join("data")).arg("--json").arg(&json);
    let mut coordinator = Running::start(&mut command);
    let address = coordinator.until("workers: worker --coordinator ");
    let address = address.split_whitespace().next().unwrap().to_owned();
    let start = |core: &u16| Running::start(&mut worker(&address, *core, folder.path()));
    let mut workers: Vec<Running> = cores.iter().map(start).collect();
    workers.iter_mut().for_each(|worker| drop(worker.until("ready to play")));
    let began = Instant::now();
    let mut rest = String::new();
    coordinator.log.read_to_string(&mut rest).unwrap();
    let seconds = began.elapsed().as_secs_f64();
    assert!(coordinator.child.wait().unwrap().success(), "{rest}");
    figure(&std::fs::read(json).unwrap(), seconds, cores.len())
}

fn worker(coordinator: &str, core: u16, folder: &Path) -> Command {
    let mut command = Command::new(bin("worker"));
    let core = core.to_string();
    command.args(["--coordinator", coordinator, "--slots", "1", "--cores", &core, "--name", &core]);
    command.arg("--data-dir").arg(folder.join(format!("worker-{core}")));
    command.arg("--cache-dir").arg(bin_folder().join("../arena-test-cache"));
    command
}

fn figure(json: &[u8], seconds: f64, workers: usize) -> Figure {
    let json: Value = serde_json::from_slice(json).unwrap();
    let matches = json["matches"].as_array().unwrap();
    assert_eq!(json["workers"].as_array().map(Vec::len), Some(workers), "not every worker has played");
    let digests = matches.iter().map(|played| played["digest"].to_string()).collect();
    Figure { seconds, matches: matches.len(), digests }
}

/// A program, which is killed when this goes, and what it says.
struct Running {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Running {
    fn start(command: &mut Command) -> Running {
        let command = command.env("NO_COLOR", "1").stdin(Stdio::null());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Running { child, log }
    }

    /// Reads what it says until a line with that text; what comes after it there.
    fn until(&mut self, text: &str) -> String {
        let began = Instant::now();
        let mut said = String::new();
        while began.elapsed() < Duration::from_secs(120) {
            let mut line = String::new();
            assert!(self.log.read_line(&mut line).unwrap() > 0, "it ended before it said {text:?}:\n{said}");
            if let Some((_, after)) = line.split_once(text) {
                return after.to_owned();
            }
            said.push_str(&line);
        }
        panic!("it did not say {text:?}:\n{said}")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
