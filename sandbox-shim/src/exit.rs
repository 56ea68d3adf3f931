//! Exit codes of the shim, as a zygote, as a child and as a tool.

/// The worker hung up, or the bot is finished; or the tool did what it was asked.
pub(crate) const OK: u8 = 0;
/// Something failed, and it was said what.
pub(crate) const FAILED: u8 = 1;
/// The command line is wrong.
pub(crate) const USAGE: u8 = 2;
/// A bug in the shim.
pub(crate) const PANICKED: u8 = 101;
