//! The one descriptor that is left.
#![expect(unsafe_code, reason = "closing descriptors that other code may own")]

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use super::SealError;

/// Makes `socket` descriptor 0.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn take(socket: impl AsFd) -> Result<(), SealError> {
    rustix::stdio::dup2_stdin(socket).map_err(|error| SealError::new("descriptors", "dup2", error))
}

/// Closes every descriptor from `first` on.
///
/// # Errors
/// The kernel is older than Linux 5.9.
pub(crate) fn close_from(first: u32) -> Result<(), SealError> {
    // SAFETY: whatever owned one of these descriptors is never used again: a zygote calls this
    // before it opens anything, and a child ends without running any destructor.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) };
    match result {
        0 => Ok(()),
        _ => Err(SealError::new("descriptors", "close_range", io::Error::last_os_error())),
    }
}

/// Descriptor 0: the zygote's control socket, or a child's socket.
pub(crate) fn socket() -> BorrowedFd<'static> {
    rustix::stdio::stdin()
}
