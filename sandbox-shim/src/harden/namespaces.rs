//! Namespaces: an emptier view of the machine, where the system gives one to ordinary users.
#![expect(unsafe_code, reason = "a process may be divided by it")]

use rustix::thread::UnshareFlags;

use super::SealError;

/// A user namespace of our own, which makes the others possible without being root.
///
/// # Errors
/// The system does not give one.
pub(crate) fn enter_user() -> Result<(), SealError> {
    enter("user_namespace", UnshareFlags::NEWUSER)
}

/// A network without any interface.
///
/// # Errors
/// The system does not give one.
pub(crate) fn enter_network() -> Result<(), SealError> {
    enter("network_namespace", UnshareFlags::NEWNET)
}

/// System V shared memory and message queues of our own: none.
///
/// # Errors
/// The system does not give one.
pub(crate) fn enter_ipc() -> Result<(), SealError> {
    enter("ipc_namespace", UnshareFlags::NEWIPC)
}

/// A host name of our own.
///
/// # Errors
/// The system does not give one.
pub(crate) fn enter_uts() -> Result<(), SealError> {
    enter("uts_namespace", UnshareFlags::NEWUTS)
}

/// A view of control groups that begins at our own.
///
/// # Errors
/// The system does not give one.
pub(crate) fn enter_cgroup() -> Result<(), SealError> {
    enter("cgroup_namespace", UnshareFlags::NEWCGROUP)
}

/// Leaves the namespace of that kind for a new one.
pub(super) fn enter(layer: &'static str, flag: UnshareFlags) -> Result<(), SealError> {
    // SAFETY: only sharing descriptors between threads would be dangerous to divide; none of these
    // namespaces does.
    unsafe { rustix::thread::unshare_unsafe(flag) }.map_err(|error| SealError::new(layer, "unshare", error))
}
