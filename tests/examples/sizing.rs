//! What a tournament takes of a machine, for those who have to order one: matches per second, memory, disk.
//!
//! ```text
//! make build && cargo run --release -p arena-tests --example sizing
//! ```
//!
//! The example bots play with the default limits, one worker, different numbers of slots. Processor time is that
//! of a program and all its descendants; memory is theirs together, what they share counted once (PSS), at its
//! highest; disk is what files take there. None of it depends on what else the machine does, but for caches and
//! neighbours. docs/operating.md quotes what came out.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for developers")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use arena_tests::{Program, bin, descendants, example_bots, free_address, worker};
use clap::Parser;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::signal::Signal;
use nix::sys::time::TimeValLike;

/// How often memory is looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// Measures what a tournament takes.
#[derive(Parser)]
struct Arguments {
    /// Numbers of slots to measure with.
    #[arg(long, value_delimiter = ',', default_value = "1,2,8")]
    slots: Vec<u32>,
    /// Seed pairs that every pairing plays: 56 matches each.
    #[arg(long, default_value_t = 6)]
    rounds: u32,
}

fn main() {
    let arguments = Arguments::parse();
    println!(
        "slots  worker: matches/CPU s  MiB   coordinator: CPU ms/match  MiB   disk: bytes/match  of it transcripts"
    );
    for slots in arguments.slots {
        measure(slots, arguments.rounds);
    }
}

fn measure(slots: u32, rounds: u32) {
    let folder = tempfile::tempdir().unwrap();
    let (data, address) = (folder.path().join("data"), free_address());
    let mut command = Command::new(bin("coordinator"));
    command.arg("--bots").arg(example_bots()).arg("--data-dir").arg(&data).env("NO_COLOR", "1");
    command.args(["--local-workers", "0", "--audit", "0%", "--rounds", &rounds.to_string(), "-v"]);
    let coordinator = Program::start(command.args(["--listen", &address.to_string()]));
    let mut command = worker(address, &folder.path().join("worker"));
    let worker =
        Program::start(command.args(["--slots", &slots.to_string()]).env("ARENA_LOG", "warn,worker=info"));
    worker.says("ready");
    let (mut worker_peak, mut coordinator_peak) = (0, 0);
    while let Some(kib) = pss_kib(coordinator.id()) {
        coordinator_peak = kib.max(coordinator_peak);
        let family = std::iter::once(worker.id()).chain(descendants(worker.id(), ""));
        worker_peak = worker_peak.max(family.filter_map(pss_kib).sum());
        std::thread::sleep(PAUSE);
    }
    let matches = f64::from(56 * rounds);
    let (coordinator_seconds, ()) = cpu_seconds(|| {
        let (code, log) = coordinator.end();
        assert_eq!(code, Some(0), "{log}");
    });
    let (worker_seconds, _) = cpu_seconds(|| {
        worker.send(Signal::SIGTERM);
        worker.end()
    });
    println!(
        "{slots:5}  {:21.1} {:4.0} {:26.1} {:4.0} {:19.0} {:18.0}",
        matches / worker_seconds,
        worker_peak as f64 / 1024.0,
        coordinator_seconds * 1000.0 / matches,
        coordinator_peak as f64 / 1024.0,
        bytes(&data) as f64 / matches,
        bytes(&data.join("transcripts")) as f64 / matches,
    );
}

/// Processor time of the children that are collected meanwhile, with their descendants.
fn cpu_seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let used = || {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
        (usage.user_time() + usage.system_time()).num_microseconds()
    };
    let before = used();
    let done = work();
    ((used() - before) as f64 / 1e6, done)
}

/// Memory of a process, its share of what it shares with others; nothing if it is gone.
fn pss_kib(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// What all files below a folder take on the disk.
fn bytes(folder: &Path) -> u64 {
    let said = Command::new("du").args(["-s", "--block-size=1"]).arg(folder).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    said.split_whitespace().next().unwrap().parse().unwrap()
}
