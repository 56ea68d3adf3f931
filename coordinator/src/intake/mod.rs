//! From a directory of strangers' files to the contestants of a tournament.
//!
//! ```ignore
//! let intake = intake::read_bots(Path::new("bots"), &limits)?;   // Err: exit code 2, print it
//! for note in intake.notes() { eprintln!("{note}") }             // what was left out, and twins
//! for bot in &intake.contestants { blobs.put(bot.digest, bot.bundle.encode()) }
//! ```
//!
//! A bot is a `.py` file, or a folder or `.zip` with a `bot.py`. What is found is taken byte for
//! byte: a file that is no Python is a bot that will forfeit, not a reason to stop. What stops a
//! tournament is what cannot be taken without guessing, and then everything of that kind is listed
//! at once.
//!
//! ```text
//! directory ─► entry (which bot, or none) ─► folder │ archive │ lone file ─► gathering ─► bundle
//! ```
//!
//! Never here: Python, the network, writing, or a read whose length somebody else decides. Nothing
//! is opened that is not a regular file, and no link is followed out of the directory.

mod archive;
mod contestant;
mod end_record;
mod entry;
mod folder;
mod gathering;
mod junk;
mod name;
mod open;
mod problem;

#[cfg(test)]
mod tests;

pub use archive::ArchiveFault;
pub use contestant::{Contestant, Intake, read_bots};
pub use entry::{SkipReason, Skipped};
pub use problem::{IntakeError, Problem, Reason};
