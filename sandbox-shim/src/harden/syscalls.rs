//! The system calls that a sealed child may make: call, arguments, reason.
//!
//! Data, read by [`super::seccomp`], by tests, and by whoever wants to know what a bot that broke
//! out of WebAssembly could still do. Everything else kills the process. Nothing is added here
//! without a reason that somebody measured.

/// One system call that is allowed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    /// Its number on this architecture.
    pub(crate) call: libc::c_long,
    /// Its name.
    pub(crate) name: &'static str,
    /// All of these must hold.
    pub(crate) rules: &'static [Rule],
    /// What it is for.
    #[cfg_attr(not(test), expect(dead_code, reason = "for people and tests"))]
    pub(crate) why: &'static str,
}

/// What one argument must be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    /// Which argument, from 0.
    pub(crate) argument: u8,
    /// How much of it the kernel looks at.
    pub(crate) width: Width,
    /// Bits that are compared.
    pub(crate) mask: u64,
    /// What they must be.
    pub(crate) value: u64,
}

/// How wide the kernel reads an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// `int`, of which the upper half of the register is ignored.
    Int,
    /// A pointer or a `long`.
    Long,
}

const fn int_is(argument: u8, value: u32) -> Rule {
    Rule { argument, width: Width::Int, mask: u32::MAX as u64, value: value as u64 }
}

const fn long_is(argument: u8, value: u64) -> Rule {
    Rule { argument, width: Width::Long, mask: u64::MAX, value }
}

/// The child's socket is descriptor 0, and it has no other.
const SOCKET: u32 = 0;
const READ_WRITE: u64 = (libc::PROT_READ | libc::PROT_WRITE) as u64;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_reason_and_is_there_once() {
        for entry in SEALED {
            assert!(entry.why.len() > 15, "{} needs a reason", entry.name);
            assert_eq!(SEALED.iter().filter(|other| other.call == entry.call).count(), 1, "{}", entry.name);
        }
    }

    #[test]
    fn what_opens_the_door_is_not_there() {
        let doors = [
            libc::SYS_openat,
            libc::SYS_socket,
            libc::SYS_connect,
            libc::SYS_execve,
            libc::SYS_clone,
            libc::SYS_clone3,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_kill,
            libc::SYS_tgkill,
            libc::SYS_memfd_create,
            libc::SYS_io_uring_setup,
            libc::SYS_userfaultfd,
            libc::SYS_bpf,
            libc::SYS_keyctl,
            libc::SYS_sendmsg,
            libc::SYS_recvmsg,
            libc::SYS_prctl,
            libc::SYS_ioctl,
            libc::SYS_clock_gettime,
        ];
        for door in doors {
            assert!(SEALED.iter().all(|entry| entry.call != door), "call {door} is allowed");
        }
    }

    #[test]
    fn nothing_can_be_made_executable() {
        for entry in SEALED.iter().filter(|entry| ["mmap", "mprotect"].contains(&entry.name)) {
            let forbids = |rule: &Rule| rule.argument == 2 && rule.mask & libc::PROT_EXEC as u64 != 0;
            assert!(entry.rules.iter().any(forbids), "{}", entry.name);
        }
    }
}
