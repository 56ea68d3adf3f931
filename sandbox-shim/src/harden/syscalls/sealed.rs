//! What a sealed child may do: the whole world of a bot that broke out of WebAssembly.

use super::{Allowed, int_is, long_is};

/// The child's socket is descriptor 0, and it has no other.
const SOCKET: u32 = 0;
/// Memory that can be read and written, not executed.
pub(super) const READ_WRITE: u64 = (libc::PROT_READ | libc::PROT_WRITE) as u64;
/// Memory of no file, seen by nobody else.
const PRIVATE_ANONYMOUS: u64 = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as u64;

/// Everything that a sealed child may do.
pub(crate) const SEALED: &[Allowed] = &[
    Allowed {
        call: libc::SYS_recvfrom,
        name: "recvfrom",
        rules: &[int_is(0, SOCKET), int_is(3, 0), long_is(4, 0), long_is(5, 0)],
        why: "the next observation from the worker; without flags and without asking for an address",
    },
    Allowed {
        call: libc::SYS_sendto,
        name: "sendto",
        rules: &[int_is(0, SOCKET), int_is(3, libc::MSG_NOSIGNAL as u32), long_is(4, 0), long_is(5, 0)],
        why: "a reply to the worker; to nobody else, and without descriptors, which sendto cannot carry",
    },
    Allowed {
        call: libc::SYS_mmap,
        name: "mmap",
        rules: &[long_is(2, READ_WRITE), long_is(3, PRIVATE_ANONYMOUS), int_is(4, u32::MAX), long_is(5, 0)],
        why: "large allocations of the host's allocator; never executable, never a file, never shared",
    },
    Allowed {
        call: libc::SYS_mprotect,
        name: "mprotect",
        rules: &[long_is(2, READ_WRITE)],
        why: "growing the guest's linear memory within its reservation; never executable",
    },
    Allowed { call: libc::SYS_munmap, name: "munmap", rules: &[], why: "large allocations are given back" },
    Allowed {
        call: libc::SYS_mremap,
        name: "mremap",
        rules: &[long_is(3, libc::MREMAP_MAYMOVE as u64)],
        why: "a large allocation of the host's allocator grows, in its place or in another",
    },
    Allowed {
        call: libc::SYS_brk,
        name: "brk",
        rules: &[],
        why: "small allocations of the host's allocator",
    },
    Allowed {
        call: libc::SYS_rt_sigreturn,
        name: "rt_sigreturn",
        rules: &[],
        why: "the end of wasmtime's handler, which turns a fault of the guest's code into a trap",
    },
    Allowed { call: libc::SYS_exit_group, name: "exit_group", rules: &[], why: "the end of the match" },
];

/// What a child needs besides that starts its guest itself.
pub(crate) const RESERVING: &[Allowed] = &[Allowed {
    call: libc::SYS_mmap,
    name: "mmap",
    rules: &[
        long_is(2, libc::PROT_NONE as u64),
        long_is(3, PRIVATE_ANONYMOUS | libc::MAP_NORESERVE as u64),
        int_is(4, u32::MAX),
        long_is(5, 0),
    ],
    why: "addresses for the guest's linear memory, without access and without anything in them yet",
}];
