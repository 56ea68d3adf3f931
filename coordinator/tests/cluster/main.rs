//! The coordinator as its workers and its users meet it: a real server with a real store in a directory of its
//! own, and workers that speak the real protocol to it. Only the playing is made up.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test"
)]

mod arena;
mod audits;
mod fake_worker;
mod strangers;
mod tournament;
