//! The shim's own mechanisms, some of which can be left out.

pub(crate) mod capabilities;
pub(crate) mod landlock;
pub(crate) mod namespaces;
pub(crate) mod pid_namespace;
pub(crate) mod rlimits;
pub(crate) mod seccomp;

#[path = "../../../src/harden/descriptors.rs"]
pub(crate) mod descriptors;
#[path = "../../../src/harden/empty_root.rs"]
pub(crate) mod empty_root;
#[path = "../../../src/harden/error.rs"]
mod error;
#[path = "../../../src/harden/oom.rs"]
pub(crate) mod oom;
#[path = "../../../src/harden/process.rs"]
pub(crate) mod process;
#[path = "../../../src/harden/syscalls/mod.rs"]
pub(crate) mod syscalls;
#[path = "../../../src/harden/threads.rs"]
pub(crate) mod threads;

pub(crate) use error::SealError;
