//! Namespaces, unless they are left out. The other two kinds begin here as well: with `enter`, or in
//! `pid_namespace`.

use rustix::thread::UnshareFlags;

use super::SealError;
use crate::switches::is_off;

#[path = "../../../src/harden/namespaces.rs"]
mod real;

/// See the shim's own.
///
/// # Errors
/// The system does not give one, or it is left out.
pub(crate) fn enter_user() -> Result<(), SealError> {
    allowed("user_namespace").and_then(|()| real::enter_user())
}

/// See the shim's own.
///
/// # Errors
/// The system does not give one, or it is left out.
pub(crate) fn enter_network() -> Result<(), SealError> {
    allowed("network_namespace").and_then(|()| real::enter_network())
}

/// See the shim's own.
///
/// # Errors
/// The system does not give one, or it is left out.
pub(crate) fn enter_ipc() -> Result<(), SealError> {
    allowed("ipc_namespace").and_then(|()| real::enter_ipc())
}

/// See the shim's own.
///
/// # Errors
/// The system does not give one, or it is left out.
pub(crate) fn enter_uts() -> Result<(), SealError> {
    allowed("uts_namespace").and_then(|()| real::enter_uts())
}

/// See the shim's own.
///
/// # Errors
/// The system does not give one, or it is left out.
pub(crate) fn enter_cgroup() -> Result<(), SealError> {
    allowed("cgroup_namespace").and_then(|()| real::enter_cgroup())
}

/// See the shim's own.
///
/// # Errors
/// The system does not give one, or it is left out.
pub(super) fn enter(layer: &'static str, flag: UnshareFlags) -> Result<(), SealError> {
    allowed(layer).and_then(|()| real::enter(layer, flag))
}

/// # Errors
/// Namespaces are left out.
pub(super) fn allowed(layer: &'static str) -> Result<(), SealError> {
    if is_off("namespaces") { Err(SealError { layer, why: "left out of this drill".into() }) } else { Ok(()) }
}
