//! The coordinator.
#![forbid(unsafe_code)]

pub mod engine;
pub mod intake;
pub mod standings;
