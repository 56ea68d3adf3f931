//! `fuzz`: looks for input that makes a reader panic, hang or take too much memory.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for the terminal")]

use std::process::ExitCode;
use std::time::Duration;

use arena_fuzz::{Budget, TARGETS, Target, fuzz};
use clap::Parser;

/// Feeds damaged input to everything that reads what strangers send.
#[derive(Parser)]
#[command(
    after_help = "An input that fails is kept in tests/fuzz/corpus/TARGET and tried first from then on.
The same --seed, --target and --inputs repeat a run exactly.

Exit codes: 0 nothing found; 1 something failed; 2 usage."
)]
struct Arguments {
    /// Seconds for each target
    #[arg(long, value_name = "N", default_value_t = 10)]
    seconds: u64,
    /// One target only
    #[arg(long, value_name = "NAME", value_parser = TARGETS.each_ref().map(|target| target.name))]
    target: Option<String>,
    /// What the damage comes from [default: the time]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Most inputs for each target
    #[arg(long, value_name = "N", default_value_t = u64::MAX)]
    inputs: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let time = std::time::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs());
    let seed = arguments.seed.unwrap_or(time);
    let budget = Budget { time: Duration::from_secs(arguments.seconds), inputs: arguments.inputs };
    let is_wanted = |target: &&Target| arguments.target.as_ref().is_none_or(|name| name == target.name);
    let mut code = ExitCode::SUCCESS;
    for target in TARGETS.iter().filter(is_wanted) {
        match fuzz(target, seed, budget) {
            Ok(tally) => {
                println!(
                    "{:12} {:>10} inputs, {:>4} kinds of outcome, seed {seed}",
                    target.name, tally.inputs, tally.kinds
                );
                for (failure, path) in &tally.failures {
                    println!("{:12} FAILED: {failure}; see {}", target.name, path.display());
                    code = ExitCode::FAILURE;
                }
            }
            Err(error) => {
                eprintln!("{}: the corpus: {error}", target.name);
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
