//! Namespaces: an emptier view of the machine, where the system gives one to ordinary users.
#![expect(unsafe_code, reason = "a process may be divided by it")]

use rustix::thread::UnshareFlags;

/// A namespace, by its name in reports, and what it takes away.
pub(crate) struct Namespace {
    /// `…_namespace`.
    pub(crate) name: &'static str,
    flag: UnshareFlags,
    /// What is gone in it.
    pub(crate) effect: &'static str,
}

/// In the order in which they are entered: the first makes the others possible without being root.
pub(crate) const ALL: &[Namespace] = &[
    Namespace {
        name: "user_namespace",
        flag: UnshareFlags::NEWUSER,
        effect: "no rights over the machine's users",
    },
    Namespace { name: "network_namespace", flag: UnshareFlags::NEWNET, effect: "no network interface" },
    Namespace { name: "ipc_namespace", flag: UnshareFlags::NEWIPC, effect: "no shared memory of others" },
    Namespace { name: "uts_namespace", flag: UnshareFlags::NEWUTS, effect: "no host name to change" },
];

impl Namespace {
    /// Enters a new one.
    ///
    /// # Errors
    /// The system does not give it: the kernel's word for it.
    pub(crate) fn enter(&self) -> rustix::io::Result<()> {
        // SAFETY: only sharing descriptors between threads would be dangerous to divide; none of
        // these namespaces does.
        unsafe { rustix::thread::unshare_unsafe(self.flag) }
    }
}
