//! The worker's side of the cluster: what it is to play, what it has played, and where bots and
//! the interpreter come from.
//!
//! The board is the meeting place of the loop that talks to the coordinator and the slots that
//! play. Never here: a bot's bytes interpreted, a judgement.

mod answer;
mod blobs;
mod board;
#[cfg(test)]
mod board_tests;
mod connect;
mod explain;
mod prepare;
mod preparing;
mod pulse;
mod rota;
pub mod spool;
mod synchronize;

pub use blobs::{BlobError, Blobs};
pub use board::{Board, Counts, Job};
pub use connect::{ConnectError, Credentials, Uplink};
pub use prepare::{Preparation, PrepareError, Programs, Ready, Upkeep, prepare, prepare_file};
pub use pulse::{Pulse, Turn};
pub use synchronize::{Ended, Identity, Session};
