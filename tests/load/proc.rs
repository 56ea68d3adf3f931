//! What the kernel says of processes.

use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Descriptors that the largest crowd needs.
const DESCRIPTORS: u64 = 40_000;
/// Of the clock in /proc/PID/stat: the same on every Linux.
const TICKS_PER_SECOND: u64 = 100;

/// Thousands of connections need as many descriptors. Whoever may, raises even the hard limit; the
/// coordinator inherits it.
pub(crate) fn raise_descriptor_limit() {
    let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    let wanted = hard.max(DESCRIPTORS);
    if setrlimit(Resource::RLIMIT_NOFILE, wanted, wanted).is_err() {
        // If not even that is allowed, connections fail and are counted.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

/// A look at a process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Look {
    pub(crate) rss_bytes: u64,
    /// User and system time so far.
    pub(crate) cpu: Duration,
    pub(crate) descriptors: usize,
    pub(crate) threads: u64,
}

/// Looks at a process; nothing if it is gone.
pub(crate) fn look(pid: u32) -> Option<Look> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    let field = |at: usize| after_name.split(' ').nth(at)?.parse::<u64>().ok();
    Some(Look {
        rss_bytes: number("VmRSS:")? << 10,
        cpu: Duration::from_millis((field(11)? + field(12)?) * 1_000 / TICKS_PER_SECOND),
        descriptors: std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count(),
        threads: number("Threads:")?,
    })
}
