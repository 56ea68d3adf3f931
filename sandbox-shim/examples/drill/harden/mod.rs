//! The shim's own mechanisms, three of which can be left out.

pub(crate) mod landlock;
pub(crate) mod rlimits;
pub(crate) mod seccomp;

#[path = "../../../src/harden/capabilities.rs"]
pub(crate) mod capabilities;
#[path = "../../../src/harden/descriptors.rs"]
pub(crate) mod descriptors;
#[path = "../../../src/harden/empty_root.rs"]
pub(crate) mod empty_root;
#[path = "../../../src/harden/error.rs"]
mod error;
#[path = "../../../src/harden/namespaces.rs"]
pub(crate) mod namespaces;
#[path = "../../../src/harden/pid_namespace.rs"]
pub(crate) mod pid_namespace;
#[path = "../../../src/harden/process.rs"]
pub(crate) mod process;
#[path = "../../../src/harden/syscalls/mod.rs"]
pub(crate) mod syscalls;
#[path = "../../../src/harden/threads.rs"]
pub(crate) mod threads;

pub(crate) use error::SealError;
