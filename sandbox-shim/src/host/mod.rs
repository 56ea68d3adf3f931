//! Everything a guest can reach outside its own memory: our own small WASI.
//!
//! Each function here is pure computation on [`Host`]. That is the point of not using a general
//! implementation: a bot decides which of these run, so none may make a system call, block, start
//! a thread, panic, or cost more time than it costs fuel. What the arena does not offer (sockets,
//! files, …) is answered by [`refuse`]. Never here: a clock, a file, a socket, an allocation whose
//! size the guest chooses.

mod clocks;
mod fuel;
mod handles;
mod linker;
mod log;
mod memory;
mod poll;
mod random;
mod refuse;
mod state;
mod stdio;
mod streams;

pub(crate) use linker::linker;
pub(crate) use memory::MachineOutOfMemory;
pub(crate) use state::Host;
pub(crate) use stdio::GuestExit;

/// Most bytes that may cross between guest and host in one call, whatever a guest claims. As much as
/// the memory that a bot has by default: so the length of a reply that is too long can be told, and
/// the guest takes its own copy back, which it cannot after a reply of more.
pub(crate) const CROSSING_BYTES_MAX: usize = 64 << 20;
