//! Whether a process that does not answer could run, if only it were given a core.
//!
//! Fuel bounds what a bot computes, so one that computes will answer; a machine that is busy with
//! other things must not void its match. A process that is stopped, or waits for something that
//! does not come, will not.

use std::os::fd::{AsRawFd, BorrowedFd};

/// Whether the process is running, ready to run, or waiting for its memory from a disk.
pub(super) fn could_run(pidfd: BorrowedFd<'_>) -> bool {
    let pid = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd()))
        .ok()
        .and_then(|info| info.lines().find_map(|line| line.strip_prefix("Pid:")?.trim().parse::<u32>().ok()));
    let stat = pid.and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/stat")).ok());
    // The name before the state is in parentheses, and may hold some itself.
    let state = stat.as_deref().and_then(|stat| stat.rsplit_once(") ")?.1.chars().next());
    matches!(state, Some('R' | 'D'))
}
