//! Making a child, tying its life to ours, and leaving.
#![expect(unsafe_code, reason = "fork and _exit")]

use std::io;

use rustix::process::{Pid, Signal};

use super::SealError;
use super::threads::SingleThreaded;

/// Which of the two processes this is after a fork.
pub(crate) enum Forked {
    /// The new one.
    Child,
    /// The old one, with the process id of the new one.
    Parent(Pid),
}

/// Makes a child that is a copy of this process.
///
/// # Errors
/// The kernel has no room for another process.
pub(crate) fn fork(_: SingleThreaded) -> io::Result<Forked> {
    // SAFETY: the process has a single thread, of which `SingleThreaded` is the proof, so the child
    // gets a consistent copy of everything, locks of the allocator included.
    let pid = unsafe { libc::fork() };
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Pid::from_raw(pid).map_or(Forked::Child, Forked::Parent))
}

/// Ends this process at once, without running anything else. One system call: `exit_group`.
pub(crate) fn exit_now(code: u8) -> ! {
    // SAFETY: `_exit` takes any number and touches no memory of ours.
    unsafe { libc::_exit(code.into()) }
}

/// Lets the kernel kill this process when its parent dies, also if it has died already. `parent` is
/// what this process sees of it: nothing, if it is in a process id namespace and its parent is not.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn die_with(parent: Option<Pid>) -> Result<(), SealError> {
    die_with_whoever_started_us()?;
    if rustix::process::getppid() != parent {
        exit_now(1);
    }
    Ok(())
}

/// Lets the kernel kill this process when the thread that started it ends.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn die_with_whoever_started_us() -> Result<(), SealError> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| SealError::new("parent_death", "PR_SET_PDEATHSIG", error))
}

/// Leaves the session of whoever started us: Ctrl-C there asks the worker to finish what it plays,
/// and must not end the processes that it plays with.
pub(crate) fn leave_the_terminal() {
    // Fails only for a process that leads a session already, and so has left.
    let _ = rustix::process::setsid();
}

/// Says that this process and its children never gain privileges by executing something.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn no_new_privileges() -> Result<(), SealError> {
    rustix::thread::set_no_new_privs(true)
        .map_err(|error| SealError::new("no_new_privs", "PR_SET_NO_NEW_PRIVS", error))
}

/// Keeps other processes of this user from attaching to this one, and the kernel from writing its
/// memory to disk.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn not_dumpable() -> Result<(), SealError> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| SealError::new("not_dumpable", "PR_SET_DUMPABLE", error))
}

/// Keeps this process on one core.
///
/// # Errors
/// There is no such core, or it is not ours to use.
pub(crate) fn pin_to(core: u16) -> Result<(), SealError> {
    let mut set = rustix::thread::CpuSet::new();
    let failed = |why: &dyn std::fmt::Display| SealError::new("pin", &format!("core {core}"), why);
    if usize::from(core) >= rustix::thread::CpuSet::MAX_CPU {
        return Err(failed(&"there is no such core"));
    }
    set.set(core.into());
    rustix::thread::sched_setaffinity(None, &set).map_err(|error| failed(&error))
}
