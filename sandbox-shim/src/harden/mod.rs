//! What the kernel is asked to take away from us: the only place with system calls by number.
//!
//! One file per mechanism. `unsafe` is allowed in here (and for the one call that makes code of
//! bytes), each block with the contract it keeps. Never here: the order in which things are taken
//! away, which is the security argument and is read in `shim` and `layers`.

pub(crate) mod capabilities;
pub(crate) mod descriptors;
pub(crate) mod empty_root;
mod error;
#[cfg(test)]
mod filter_tests;
pub(crate) mod landlock;
pub(crate) mod namespaces;
pub(crate) mod oom;
pub(crate) mod pid_namespace;
pub(crate) mod process;
pub(crate) mod rlimits;
pub(crate) mod seccomp;
pub(crate) mod syscalls;
pub(crate) mod threads;

pub(crate) use error::SealError;
