//! The worker's side of the sandbox: the zygotes it spawns, the sealed children it is given, the
//! sockets to both, and the sealed compiler of strangers' components.
//!
//! Everything that arrives here is hostile and leaves as a [`pipe`] frame or a [`HostTrouble`].
//! Never here: rules, judgement, wasmtime, gRPC.

mod bytecode;
mod cgroup;
mod channel;
mod components;
mod keeper;
mod process;
mod restarts;
mod scheduled;
mod sealed;
mod zygote;
mod zygotes;

pub use bytecode::Bytecode;
pub use cgroup::Group;
pub(crate) use channel::Channel;
pub use channel::HostTrouble;
pub use components::{Components, ComponentsConfig, Hosted, Wanted};
pub(crate) use process::ends_within;
pub use sealed::Sealed;
pub use zygote::{Described, SpawnError, Zygote, ZygoteConfig};
pub use zygotes::{Keeping, Zygotes};
