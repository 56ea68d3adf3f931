//! What operators see of both programs in figures is what happened.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

#[path = "metrics/docs.rs"]
mod docs;
#[path = "metrics/sandboxes.rs"]
mod sandboxes;
#[path = "metrics/worker.rs"]
mod worker;
