//! What a zygote may do once it is ready to fork.
//!
//! Its children inherit this, and put [`super::SEALED`] on top of it: so it holds what a zygote
//! does itself, what a child does to seal itself, and all that a sealed child does.

use super::sealed::READ_WRITE;
use super::{Allowed, Rule, Width, int_is, long_is};

/// What a copy of a process is made with, and nothing else: no thread, no namespace, no tracing.
const FORK: u64 = (libc::CLONE_CHILD_SETTID | libc::CLONE_CHILD_CLEARTID | libc::SIGCHLD) as u64;
/// The size that the kernel wants of `struct robust_list_head`.
const ROBUST_LIST_BYTES: u64 = 24;
/// The descriptor that errors are written to.
const STDERR: u32 = 2;

#[cfg(target_arch = "x86_64")]
const TAKE_DESCRIPTOR: Allowed = Allowed {
    call: libc::SYS_dup2,
    name: "dup2",
    rules: &[int_is(1, 0)],
    why: "a child: its socket becomes descriptor 0",
};
#[cfg(not(target_arch = "x86_64"))]
const TAKE_DESCRIPTOR: Allowed = Allowed {
    call: libc::SYS_dup3,
    name: "dup3",
    rules: &[int_is(1, 0), int_is(2, 0)],
    why: "a child: its socket becomes descriptor 0",
};

/// Everything that it may do.
pub(crate) const ZYGOTE: &[Allowed] = &[
    Allowed {
        call: libc::SYS_recvmsg,
        name: "recvmsg",
        rules: &[int_is(0, 0), int_is(2, libc::MSG_CMSG_CLOEXEC as u32)],
        why: "the next request from the worker, and the descriptor that comes with it",
    },
    Allowed {
        call: libc::SYS_sendmsg,
        name: "sendmsg",
        rules: &[int_is(0, 0), int_is(2, libc::MSG_NOSIGNAL as u32)],
        why: "an answer to the worker, and the descriptor that goes with it",
    },
    Allowed {
        call: libc::SYS_statx,
        name: "statx",
        rules: &[int_is(2, libc::AT_EMPTY_PATH as u32)],
        why: "counts threads before each fork, by the directory that is open",
    },
    Allowed {
        call: libc::SYS_clone,
        name: "clone",
        rules: &[long_is(0, FORK), long_is(1, 0)],
        why: "a child",
    },
    Allowed {
        call: libc::SYS_pidfd_open,
        name: "pidfd_open",
        rules: &[int_is(1, 0)],
        why: "a descriptor of a child, for the worker",
    },
    Allowed {
        call: libc::SYS_wait4,
        name: "wait4",
        rules: &[
            Rule { argument: 2, width: Width::Int, mask: !libc::WNOHANG as u32 as u64, value: 0 },
            long_is(3, 0),
        ],
        why: "collects a child that has ended",
    },
    Allowed {
        call: libc::SYS_recvfrom,
        name: "recvfrom",
        rules: &[int_is(3, libc::MSG_DONTWAIT as u32), long_is(4, 0), long_is(5, 0)],
        why: "what a probe child said before it failed",
    },
    Allowed {
        call: libc::SYS_close,
        name: "close",
        rules: &[],
        why: "the sockets and descriptors of children, once they have been handed over",
    },
    Allowed {
        call: libc::SYS_write,
        name: "write",
        rules: &[int_is(0, STDERR)],
        why: "says why it ends, if not because its worker hung up",
    },
    Allowed {
        call: libc::SYS_sigaltstack,
        name: "sigaltstack",
        rules: &[],
        why: "its orderly end gives the stack for signals back",
    },
    Allowed {
        call: libc::SYS_set_robust_list,
        name: "set_robust_list",
        rules: &[long_is(1, ROBUST_LIST_BYTES)],
        why: "a child: the C library's fork",
    },
    Allowed {
        call: libc::SYS_prctl,
        name: "prctl",
        rules: &[int_is(0, libc::PR_SET_PDEATHSIG as u32), long_is(1, libc::SIGKILL as u64)],
        why: "a child: ends when its zygote does",
    },
    Allowed {
        call: libc::SYS_getppid,
        name: "getppid",
        rules: &[],
        why: "a child: whether its zygote has ended already",
    },
    TAKE_DESCRIPTOR,
    Allowed {
        call: libc::SYS_sched_setaffinity,
        name: "sched_setaffinity",
        rules: &[int_is(0, 0)],
        why: "a child: stays on the core that its worker chose; its own only",
    },
    Allowed {
        call: libc::SYS_close_range,
        name: "close_range",
        rules: &[int_is(0, 1), int_is(1, u32::MAX), int_is(2, 0)],
        why: "a child: closes everything but its socket",
    },
    Allowed {
        call: libc::SYS_prctl,
        name: "prctl",
        rules: &[int_is(0, libc::PR_SET_NO_NEW_PRIVS as u32), long_is(1, 1)],
        why: "a child: never gains privileges",
    },
    Allowed {
        call: libc::SYS_landlock_create_ruleset,
        name: "landlock_create_ruleset",
        rules: &[int_is(2, 0)],
        why: "a child: denies itself what its zygote left it",
    },
    Allowed {
        call: libc::SYS_landlock_restrict_self,
        name: "landlock_restrict_self",
        rules: &[int_is(1, 0)],
        why: "a child: denies itself what its zygote left it",
    },
    Allowed {
        call: libc::SYS_prlimit64,
        name: "prlimit64",
        rules: &[int_is(0, 0)],
        why: "a child: lowers its own limits",
    },
    Allowed {
        call: libc::SYS_seccomp,
        name: "seccomp",
        rules: &[int_is(0, libc::SECCOMP_SET_MODE_FILTER), int_is(1, 0)],
        why: "a child: puts on its own, stricter list",
    },
];

/// What starting an interpreter in a child needs besides, next to [`super::RESERVING`], for the mode
/// that compares copies with fresh instances.
pub(crate) const FRESH: &[Allowed] = &[Allowed {
    call: libc::SYS_mmap,
    name: "mmap",
    rules: &[long_is(2, READ_WRITE), long_is(3, (libc::MAP_PRIVATE | libc::MAP_FIXED) as u64)],
    why: "the guest's memory as it is in the file that is open; private, never executable",
}];
