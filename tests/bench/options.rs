//! What is measured, and how thoroughly.

use std::path::PathBuf;

use clap::Parser;

/// The groups of rows.
const GROUPS: [&str; 7] = ["start", "turn", "life", "rate", "memory", "worker", "coordinator"];

/// Measures how fast bots are in the sandbox, beside the same bots on a plain python3.
///
/// Figures mean something on a machine that does nothing else. Each row says how often it was measured
/// and how far the figures spread.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Options {
    /// Measure everything once or twice, in seconds: whether it works, not how fast it is
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only these groups of rows: start, turn, life, rate, memory, worker, coordinator
    #[arg(long, value_name = "GROUP,…", value_delimiter = ',', value_parser = clap::builder::PossibleValuesParser::new(GROUPS))]
    pub(crate) only: Vec<String>,
    /// Write everything there as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Measure also the shim of that folder, which counts no fuel: `make bench` builds it
    #[arg(long, value_name = "FOLDER")]
    pub(crate) no_fuel: Option<PathBuf>,
    /// Rounds of each row, in each of which every contender is measured in turn; rows that take long
    /// have fewer
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) rounds: u32,
}

impl Options {
    /// Whether a group of rows is asked for.
    pub(crate) fn wants(&self, group: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == group)
    }

    /// Rounds of a row that is to have `share` of them.
    pub(crate) fn rounds(&self, share: f64) -> usize {
        if self.quick { 1 } else { (f64::from(self.rounds) * share).ceil() as usize }
    }

    /// One number, or a smaller one where it should only be seen to work.
    pub(crate) fn count(&self, thorough: usize, quick: usize) -> usize {
        if self.quick { quick } else { thorough }
    }
}
