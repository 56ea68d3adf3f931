//! Real servers for tests: each starts in a moment, is the test's own, and goes with it.
//!
//! `tests/servers/install` installs what they need. A server that is not there is a failing test that
//! says so, never a test that is left out. Never here: a server that is only imitated.
#![forbid(unsafe_code)]
#![expect(clippy::expect_used, clippy::panic, reason = "a test's helpers fail by panicking")]

mod http;
mod keeper;
mod postgres;
mod prometheus;
mod promtool;

pub use http::get;
pub use postgres::{Postgres, PostgresOptions};
pub use prometheus::{Prometheus, Sample};
pub use promtool::promtool;
