//! Hosts on one machine: namespaces with addresses of their own behind a router that loses what it
//! is told to lose, and a cluster of real programs on them.
//!
//! Nothing here has a name outside of the namespaces that a test makes for itself, and nothing of
//! it outlives the test: a host lives as long as the test holds one end of a pipe, and the kernel
//! ends whatever runs in a host whose pipe is closed, also when the test was killed. Never here: a
//! change to the machine's own network, an address outside of these namespaces, a story.

mod clock;
mod cluster;
mod conditions;
mod database;
mod host;
mod launch;
mod namespaces;
mod network;
mod outcome;
mod program;
mod reference;
mod secrets;
mod stories;
mod watch;
mod wire;

pub use cluster::{COORDINATOR, Cluster, WORKERS};
pub use host::Host;
pub use network::Network;
pub use outcome::Outcome;
pub use program::Program;
pub use reference::Tale;
pub use stories::{Story, tell};
