//! What is left to a process that compiles a stranger's component: reading it, computing within
//! limits, and writing native code.
//!
//! A compiler is much code, and a stranger chooses what goes in. So it runs in a process that can
//! neither open nor start anything. Memory and time are bounded by the kernel; they are a safety
//! net, set far above what the limits on the input let anybody need.

use rustix::process::{Pid, Resource, Rlimit, getppid, setrlimit};

use crate::harden::syscalls::{Allowed, Rule, Width};
use crate::harden::{SealError, capabilities, descriptors, landlock, process, rlimits, seccomp};

/// Most address space of the process, in bytes.
pub const ADDRESS_SPACE_BYTES_MAX: u64 = 3 << 30;
/// Most processor time of the process, in seconds.
pub const CPU_SECONDS_MAX: u64 = 120;

/// The process cannot be sealed.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct NotSealed(#[from] SealError);

const fn int_is(argument: u8, value: u32) -> Rule {
    Rule { argument, width: Width::Int, mask: u32::MAX as u64, value: value as u64 }
}

const fn long_is(argument: u8, value: u64) -> Rule {
    Rule { argument, width: Width::Long, mask: u64::MAX, value }
}

const READ_WRITE: u64 = (libc::PROT_READ | libc::PROT_WRITE) as u64;
const PRIVATE_ANONYMOUS: u64 = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as u64;

/// Everything that a compiler may do.
const COMPILING: &[Allowed] = &[
    Allowed {
        call: libc::SYS_read,
        name: "read",
        rules: &[int_is(0, 0)],
        why: "the component comes from descriptor 0",
    },
    Allowed {
        call: libc::SYS_write,
        name: "write",
        // Descriptors 1 and 2 are all that there are besides 0; with a mask, one rule says so.
        rules: &[Rule { argument: 0, width: Width::Int, mask: !0b11 & u32::MAX as u64, value: 0 }],
        why: "native code goes to descriptor 1, the last words of a panic to 2",
    },
    Allowed {
        call: libc::SYS_mmap,
        name: "mmap",
        rules: &[long_is(2, READ_WRITE), long_is(3, PRIVATE_ANONYMOUS), int_is(4, u32::MAX), long_is(5, 0)],
        why: "large allocations of the allocator; never executable, never a file, never shared",
    },
    Allowed { call: libc::SYS_munmap, name: "munmap", rules: &[], why: "large allocations are given back" },
    Allowed {
        call: libc::SYS_mremap,
        name: "mremap",
        rules: &[long_is(3, libc::MREMAP_MAYMOVE as u64)],
        why: "a large allocation of the allocator grows, in its place or in another",
    },
    Allowed { call: libc::SYS_brk, name: "brk", rules: &[], why: "small allocations of the allocator" },
    Allowed { call: libc::SYS_exit_group, name: "exit_group", rules: &[], why: "the end of the work" },
];

/// Gives up everything but descriptors 0, 1 and 2, and memory and time within the limits.
///
/// # Errors
/// A layer is missing on this machine: then nothing of a stranger's may be read.
pub fn seal() -> Result<(), NotSealed> {
    let filter = seccomp::Filter::allowing(&[COMPILING])?;
    let parent = getppid().unwrap_or(Pid::INIT);
    process::die_with(Some(parent))?;
    descriptors::close_from(3)?;
    capabilities::drop_all()?;
    process::not_dumpable()?;
    process::no_new_privileges()?;
    landlock::Abi::of_this_kernel().ok_or_else(landlock::missing)?.deny_everything()?;
    rlimits::limit_sealed()?;
    limit(Resource::As, ADDRESS_SPACE_BYTES_MAX)?;
    limit(Resource::Cpu, CPU_SECONDS_MAX)?;
    Ok(filter.put_on()?)
}

/// Ends the process without running anything else.
pub fn end(code: u8) -> ! {
    process::exit_now(code)
}

fn limit(resource: Resource, most: u64) -> Result<(), SealError> {
    let limit = Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(resource, limit)
        .map_err(|error| SealError { layer: "rlimits", why: format!("{resource:?}: {error}") })
}
