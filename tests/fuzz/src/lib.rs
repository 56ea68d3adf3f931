//! Feeds damaged input to everything that reads what strangers send.
//!
//! ```text
//! corpus ─► pool ─► mutate (seeded) ─► target ─► outcome ─ new kind? ─► pool
//!                                         │
//!                       panic, too long, too much memory ─► corpus/TARGET/failure-…
//! ```
//!
//! Stable Rust knows no coverage, so what steers it is how an input was refused: one that is refused
//! in a new way joins the pool. The same seed, target and number of inputs repeat a run exactly.
#![deny(unsafe_code)]

mod allocator;
mod corpus;
mod mutate;
mod run;
mod seeds;
mod spool;
mod targets;
mod transcripts;
mod watch;

pub use run::{Budget, Failure, Tally, fuzz};
pub use targets::{TARGETS, Target};
