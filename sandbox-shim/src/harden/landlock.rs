//! Landlock without a single rule: no file, no port, no signal and no abstract socket outside.
#![expect(unsafe_code, reason = "the system calls have no wrapper")]

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::SealError;

/// `struct landlock_ruleset_attr` of ABI 6; earlier kernels accept it with zeros at its end.
#[repr(C)]
struct Ruleset {
    handled_access_fs: u64,
    handled_access_net: u64,
    scoped: u64,
}

/// Rights to files of ABI 1: bits 0 to 12.
const FILES: u64 = (1 << 13) - 1;
/// Each of these came with an ABI.
const FILES_REFER: u64 = 1 << 13;
const FILES_TRUNCATE: u64 = 1 << 14;
const FILES_IOCTL_DEVICE: u64 = 1 << 15;
/// Binding and connecting TCP ports.
const NETWORK: u64 = 0b11;
/// Abstract UNIX sockets, and signals.
const SCOPES: u64 = 0b11;
/// Asks for the version of the ABI instead of making a ruleset.
const VERSION: libc::c_uint = 1;

/// A kernel's version of Landlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Abi(u32);

impl Abi {
    /// The version, or nothing if the kernel has no Landlock or has it switched off.
    pub(crate) fn of_this_kernel() -> Option<Abi> {
        // SAFETY: with this flag the kernel takes a null pointer of size zero and only returns a number.
        let version = unsafe {
            libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<Ruleset>(), 0usize, VERSION)
        };
        u32::try_from(version).ok().filter(|version| *version > 0).map(Abi)
    }

    /// What is denied, for reports.
    pub(crate) fn describe(self) -> String {
        let rules = self.everything();
        let mut denied = vec!["files"];
        if rules.handled_access_net != 0 {
            denied.push("TCP ports");
        }
        if rules.scoped != 0 {
            denied.extend(["signals", "abstract sockets"]);
        }
        format!("ABI {}: denies {}", self.0, denied.join(", "))
    }

    /// All that this version can deny.
    fn everything(self) -> Ruleset {
        let since = |abi, rights| if self.0 >= abi { rights } else { 0 };
        Ruleset {
            handled_access_fs: FILES
                | since(2, FILES_REFER)
                | since(3, FILES_TRUNCATE)
                | since(5, FILES_IOCTL_DEVICE),
            handled_access_net: since(4, NETWORK),
            scoped: since(6, SCOPES),
        }
    }

    /// Denies all of it to this process and its children, for good.
    ///
    /// # Errors
    /// The kernel refuses.
    pub(crate) fn deny_everything(self) -> Result<(), SealError> {
        let rules = self.everything();
        let size = std::mem::size_of::<Ruleset>();
        // SAFETY: the pointer is to a live structure of that size, which the kernel only reads.
        let ruleset =
            unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, &raw const rules, size, 0u32) };
        let ruleset =
            i32::try_from(ruleset).ok().filter(|fd| *fd >= 0).ok_or_else(|| last("create_ruleset"))?;
        // SAFETY: the kernel just made this descriptor for us, and nobody else knows it.
        let ruleset = unsafe { OwnedFd::from_raw_fd(ruleset) };
        // SAFETY: takes two numbers and touches no memory of ours.
        let result = unsafe { libc::syscall(libc::SYS_landlock_restrict_self, ruleset.as_raw_fd(), 0u32) };
        if result == 0 { Ok(()) } else { Err(last("restrict_self")) }
    }
}

/// The error of a kernel without Landlock.
pub(crate) fn missing() -> SealError {
    SealError { layer: "landlock", why: "this kernel has none, or has it switched off".into() }
}

fn last(call: &str) -> SealError {
    SealError::new("landlock", call, io::Error::last_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_denies_at_least_what_the_one_before_denied() {
        let bits = |abi| {
            let Ruleset { handled_access_fs, handled_access_net, scoped } = Abi(abi).everything();
            [handled_access_fs, handled_access_net, scoped]
        };
        for abi in 1..9 {
            for (now, next) in bits(abi).into_iter().zip(bits(abi + 1)) {
                assert_eq!(now & next, now, "ABI {abi}");
            }
        }
        assert_eq!(bits(7), [0xffff, 0b11, 0b11]);
    }
}
