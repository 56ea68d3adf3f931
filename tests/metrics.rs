//! What operators see of both programs in figures is what happened.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

#[path = "metrics/coordinator.rs"]
mod coordinator;
#[path = "metrics/docs.rs"]
mod docs;
#[path = "metrics/sandboxes.rs"]
mod sandboxes;
#[path = "metrics/worker.rs"]
mod worker;
