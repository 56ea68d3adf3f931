//! What the kernel is asked to take away from us: the only place with system calls by number.
//!
//! One file per mechanism. `unsafe` is allowed in here (and for the one call that makes code of
//! bytes), each block with the contract it keeps. Never here: the order in which things are taken
//! away, which is the security argument and is read in `shim` and `zygote`.

pub(crate) mod capabilities;
pub(crate) mod descriptors;
pub(crate) mod landlock;
pub(crate) mod namespaces;
pub(crate) mod process;
pub(crate) mod rlimits;
pub(crate) mod seccomp;
pub(crate) mod syscalls;
pub(crate) mod threads;

/// A layer that the kernel did not put on.
#[derive(Debug, thiserror::Error)]
#[error("{layer}: {why}")]
pub(crate) struct SealError {
    /// The layer's name in reports and metrics.
    pub(crate) layer: &'static str,
    /// What was tried and what the kernel said.
    pub(crate) why: String,
}

impl SealError {
    /// `doing` failed with `source`.
    fn new(layer: &'static str, doing: &str, source: impl std::fmt::Display) -> SealError {
        SealError { layer, why: format!("{doing}: {source}") }
    }
}
