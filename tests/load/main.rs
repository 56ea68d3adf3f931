//! `load`: thousands of simulated workers on one coordinator.
//!
//! ```text
//! make load ARGS='--workers 10000 --minutes 10'
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "a tool for the terminal"
)]

#[path = "mod.rs"]
mod load;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let findings = load::run(&load::Options::parse());
    print!("{findings}");
    if findings.all_held() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
