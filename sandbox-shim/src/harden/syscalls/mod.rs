//! The system calls that are allowed, as data: call, arguments, reason. One list for each kind of
//! process.
//!
//! Read by [`super::seccomp`], by tests, and by whoever wants to know what a bot that broke out of
//! WebAssembly could still do. Everything else kills the process. Nothing is added here without a
//! reason that somebody measured, and a drill removes each entry in turn to see that it is needed.
//! The numbers are those of the architecture that this is built for; the lists are the same for
//! x86-64 and aarch64.

mod idle;
mod sealed;
mod zygote;

pub(crate) use idle::IDLE;
pub(crate) use sealed::{RESERVING, SEALED};
pub(crate) use zygote::{FRESH, ZYGOTE};

/// One way to make a system call that is allowed. A call may have several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    /// Its number on this architecture.
    pub(crate) call: libc::c_long,
    /// Its name.
    pub(crate) name: &'static str,
    /// All of these must hold.
    pub(crate) rules: &'static [Rule],
    /// What it is for.
    #[allow(dead_code, reason = "for people, tests and the drill")]
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

/// That an `int` has this value.
const fn int_is(argument: u8, value: u32) -> Rule {
    Rule { argument, width: Width::Int, mask: u32::MAX as u64, value: value as u64 }
}

/// That a pointer or a `long` has this value.
const fn long_is(argument: u8, value: u64) -> Rule {
    Rule { argument, width: Width::Long, mask: u64::MAX, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&[Allowed]; 5] = [SEALED, RESERVING, ZYGOTE, FRESH, IDLE];

    #[test]
    fn every_entry_has_a_reason_and_no_entry_makes_another_one_moot() {
        for list in ALL {
            for entry in list {
                assert!(entry.why.len() >= 7, "{} needs a reason", entry.name);
                let same = list.iter().filter(|other| other.call == entry.call).count();
                assert!(same == 1 || !entry.rules.is_empty(), "{} is allowed twice", entry.name);
            }
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
            assert!(IDLE.iter().all(|entry| entry.call != door), "call {door} is allowed");
        }
        let of_zygotes =
            [libc::SYS_clone, libc::SYS_sendmsg, libc::SYS_recvmsg, libc::SYS_prctl, libc::SYS_close];
        for door in doors.into_iter().filter(|door| !of_zygotes.contains(door)) {
            let mut zygote = ZYGOTE.iter().chain(FRESH);
            assert!(zygote.all(|entry| entry.call != door), "call {door} is allowed to a zygote");
        }
    }

    #[test]
    fn nothing_can_be_made_executable() {
        let memory = ALL.into_iter().flatten().filter(|entry| ["mmap", "mprotect"].contains(&entry.name));
        for entry in memory {
            let forbids = |rule: &Rule| rule.argument == 2 && rule.mask & libc::PROT_EXEC as u64 != 0;
            assert!(entry.rules.iter().any(forbids), "{}", entry.name);
        }
    }
}
