//! The worker's side of the sandbox: the zygote it spawns, the sealed children it is given, and
//! the sockets to both.
//!
//! Everything that arrives here is hostile and leaves as a [`pipe`] frame or a [`HostTrouble`].
//! Never here: rules, judgement, wasmtime, gRPC.

mod cgroup;
mod channel;
mod keeper;
mod process;
mod restarts;
mod scheduled;
mod sealed;
mod zygote;
mod zygotes;

pub use cgroup::Group;
pub use channel::HostTrouble;
pub use sealed::Sealed;
pub use zygote::{Described, SpawnError, Zygote, ZygoteConfig};
pub use zygotes::{Keeping, Zygotes};
