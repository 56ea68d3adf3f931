//! A process id namespace for the children of this process.
//!
//! The zygote itself stays outside, so that the process ids that it and its worker speak of mean
//! the same to both. A namespace lives as long as its first process, so one is kept that does
//! nothing at all; it dies with the zygote, and the kernel then kills whoever else is in there.
#![expect(unsafe_code, reason = "clone with a flag")]

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, recv, socketpair};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use super::process::exit_now;
use super::seccomp::Filter;
use super::{SealError, capabilities, descriptors};

const LAYER: &str = "pid_namespace";

/// Makes the namespace. From here on every child of ours is born in it. Returns its first process,
/// of which `idle` says what is left to it.
///
/// # Errors
/// The system does not give one.
pub(crate) fn enter(idle: &Filter) -> Result<Pid, SealError> {
    let first = first_process(idle).map_err(|error| SealError::new(LAYER, "clone", error))?;
    let moved = pidfd_open(first, PidfdFlags::empty())
        .and_then(|pidfd| move_into_thread_name_spaces(pidfd.as_fd(), ThreadNameSpaceType::PROCESS_ID));
    moved.map(|()| first).map_err(|error| {
        // Nobody else is in there, and it stays collectable until we end.
        let _ = kill_process(first, Signal::KILL);
        SealError::new(LAYER, "setns", error)
    })
}

/// Makes a child in a namespace of its own, whose first process it is.
fn first_process(idle: &Filter) -> io::Result<Pid> {
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    let flags = libc::c_long::from(libc::CLONE_NEWPID | libc::SIGCHLD);
    // SAFETY: like fork, and like there the process has a single thread: only its zygote or the
    // doctor gets here, which counted. The child leaves the C library's idea of its own process
    // id stale; nothing that it calls asks for that.
    match unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) } {
        ..0 => Err(io::Error::last_os_error()),
        0 => {
            drop(ours);
            do_nothing(idle, &theirs)
        }
        pid => {
            drop(theirs);
            // Stays open as long as we live, and in nobody else: children close what they inherit.
            std::mem::forget(ours);
            Pid::from_raw(pid as i32).ok_or_else(|| io::Error::other("clone gave no process id"))
        }
    }
}

/// The life of the first process: gives up everything and waits for its end.
fn do_nothing(idle: &Filter, parent: &OwnedFd) -> ! {
    // Landlock may keep the signal of a dying parent from us; its end of the socket it cannot keep.
    let confined = descriptors::take(parent)
        .and_then(|()| descriptors::close_from(1))
        .and_then(|()| capabilities::drop_all())
        .and_then(|()| idle.put_on());
    if confined.is_ok() {
        let _ = recv(descriptors::socket(), &mut [0; 1], RecvFlags::empty());
    }
    exit_now(0)
}
