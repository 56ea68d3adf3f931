//! From results to standings: points, crosstable, ratings, and the three forms they are given out in.
//!
//! ```no_run
//! use coordinator::standings::{self, Bot, MatchResult, Tournament, Worker};
//!
//! # fn example(tournament: Tournament, bots: Vec<Bot>, matches: Vec<MatchResult>, workers: Vec<Worker>)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let report = standings::report(&tournament, &bots, &matches, &workers)?;
//! let json = serde_json::to_string_pretty(&report.document)?; // --json
//! let csv = standings::to_csv(&report.document); // --csv
//! let table = standings::to_text(&report); // stdout
//! # Ok(()) }
//! ```
//!
//! `matches` come in schedule order, the void ones included; the order of play makes no difference.
//!
//! ```text
//! bots, matches ─► tally ─┬─► rank ──┬─► document ─► JSON, CSV
//!                 └► rating ─────────┘         └───► text (table, crosstable, notes)
//! ```
//!
//! Pure: no clock, no I/O, no transport, no store. Text that a bot had a hand in goes into the
//! document as it is and through [`clean::clean`] into everything a terminal shows.

pub mod clean;
mod csv;
mod document;
mod input;
mod notes;
mod rank;
pub mod rating;
mod report;
mod tally;
mod text;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

pub use csv::to_csv;
pub use document::{
    AlarmRow, BotRow, Document, FaultRow, HostFaultRow, MatchRow, PolicyRow, TournamentRow, WorkerRow,
};
pub(crate) use rank::{Place, places};
pub(crate) use tally::{Sheet, Tally};

pub use input::{Alarm, AlarmKind, Bot, MatchResult, Tournament, UnfitResult, Worker};
pub use report::{Report, report};
pub use text::to_text;
