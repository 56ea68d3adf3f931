//! Runs the arena's real programs the way a user does, for the tests in this folder.
//!
//! The programs and python.wasm come from `target/release` (or `ARENA_BIN`); a missing one is a
//! failure that says how to build it, never a skipped test. All tests share one cache of native
//! code, so that python.wasm is compiled once.
#![forbid(unsafe_code)]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test's helpers fail by panicking"
)]

pub mod boards;
mod bots;
mod circumstances;
mod difference;
mod drill;
pub mod hosts;
mod luck;
mod metrics;
mod native;
mod processes;
mod program;
pub mod promql;
mod run;
mod sandbox;
mod store;
mod storm;

pub use arena_servers::{Postgres, PostgresOptions, Prometheus, Sample, get, promtool};
pub use bots::{Bot, example_bots, write_bot, write_bots};
pub use circumstances::{Circumstance, Load, fresh_shim};
pub use difference::first_difference;
pub use drill::drill;
pub use luck::Luck;
pub use metrics::Page;
pub use native::{Native, copy_program, native, native_by};
pub use processes::{born, descendants, is_gone, send, strike, wait_for};
pub use program::{Program, free_address, worker};
pub use run::{Run, Tournament, bin, bin_folder};
pub use sandbox::{load, zygote_config};
pub use store::{LOSSES, Loss, copy_store, lose, stored};
pub use storm::{Storm, VICTIMS, Victim};
