//! The process id namespace, unless namespaces are left out.

use rustix::process::Pid;

use super::namespaces::allowed;
use super::seccomp::Filter;
use super::{SealError, capabilities, descriptors, process, seccomp};

#[path = "../../../src/harden/pid_namespace.rs"]
mod real;

/// Makes it.
///
/// # Errors
/// The system does not give one, or it is left out.
pub(crate) fn enter(idle: &Filter) -> Result<Pid, SealError> {
    allowed("pid_namespace").and_then(|()| real::enter(idle))
}
