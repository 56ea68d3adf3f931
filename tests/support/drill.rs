//! The breakout drill: see `sandbox-shim/examples/drill`.

#[path = "../../sandbox-shim/tests/support/build_drill.rs"]
mod build;

pub use build::drill;
