//! From a directory of strangers' files to the contestants of a tournament.
//!
//! ```no_run
//! # fn example() -> Result<(), intake::IntakeError> {
//! let limits = terms::Limits::default();
//! let intake = intake::read_bots("bots".as_ref(), &limits)?; // failed: show it, exit code 2
//! let notes = intake.notes(); // what was left out, and twins: for the organiser, on stderr
//! for bot in &intake.contestants {
//!     let (name, digest, blob) = (&bot.name, bot.digest, bot.bundle.encode());
//! }
//! # Ok(()) }
//! ```
//!
//! A bot is a `.py` file, a `.wasm` component, or a folder or `.zip` with a `bot.py` or a `bot.wasm`.
//! What is found is taken byte for byte: a file that is no Python, or no valid component, is a bot
//! that will forfeit, not a reason to stop. What stops a tournament is what cannot be taken without
//! guessing, or what its first bytes give away, and then everything of that kind is listed at once.
//!
//! ```text
//! directory ─► entry (which bot, or none) ─► folder │ archive │ lone file ─► gathering ─► start ─► bundle
//! ```
//!
//! Never here: Python, a compiler, the network, writing, or a read whose length somebody else decides. Nothing
//! is opened that is not a regular file, and no link is followed out of the directory.
//!
//! Whoever plays a match at home takes one bot at a time by the same rules: [`read_bot`].
#![forbid(unsafe_code)]

mod archive;
mod archive_fault;
mod contestant;
mod end_record;
mod entry;
mod folder;
mod gathering;
mod junk;
mod lone;
mod name;
mod open;
mod problem;
mod start;

#[cfg(test)]
mod tests;

pub use archive::unpack;
pub use archive_fault::ArchiveFault;
pub use contestant::{Contestant, Intake, read_bots};
pub use end_record::BadEnd;
pub use entry::{SkipReason, Skipped};
pub use lone::{LoneError, read_bot};
pub use problem::{IntakeError, Problem, Reason};
