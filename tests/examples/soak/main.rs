//! `soak`: what takes too long for a test, in three kinds.
//!
//! ```text
//! make soak ARGS='--matches 5000'            does a worker's memory, or anything else, grow?
//! make soak ARGS='same --matches 1000'       are the same matches the same in every circumstance?
//! make soak ARGS='kill --kills 100'          does a tournament survive kills and power failures?
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a tool for the terminal"
)]

mod kill;
mod same;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Plays for minutes or hours and looks for what goes wrong only then.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Soak {
    #[command(subcommand)]
    kind: Option<Kind>,
    #[command(flatten)]
    watch: watch::Arguments,
}

#[derive(Subcommand)]
enum Kind {
    /// Plays the same matches in every circumstance and compares digests and fuel
    Same(same::Arguments),
    /// Kills parts of tournaments at random instants and copies their stores meanwhile
    Kill(kill::Arguments),
}

fn main() -> ExitCode {
    let soak = Soak::parse();
    match soak.kind {
        None => watch::watched(&soak.watch),
        Some(Kind::Same(arguments)) => same::compared(&arguments),
        Some(Kind::Kill(arguments)) => kill::survived(&arguments),
    }
}
