//! The lines of a record, as text. Written by hand, because a match waits for it; read by serde.

mod keys;
mod read;
mod write;

pub(crate) use read::read_tick;
pub(crate) use write::write_tick;

/// How the line of a tick begins.
pub(crate) const TICK_START: &str = "{\"tick\":";
