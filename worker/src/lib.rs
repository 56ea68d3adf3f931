//! The worker plays matches. It is the referee: it runs the game, asks each bot for its actions
//! every tick, judges, and reports. It executes the shim and never links wasmtime.
//!
//! ```text
//! cluster   what to play, what was played         ◄─► coordinator
//!    │ spool: results on disk                         http ◄─ who asks how it is
//!    │ board: matches waiting, playing, finished
//! slots     one thread and one core per match
//!    │ seats: who plays, Python or component
//! referee   one match, a pure function of its answers
//!    │
//! sandbox   zygotes, sealed children, components  ◄─► sandbox-shim, precompile
//!
//! play      one match at home, without a coordinator
//! metrics   what all of them record               ◄─ http
//! ```
//! `traces` watches some of the matches on their way through all of it, if somebody wants that.
#![forbid(unsafe_code)]

pub mod cluster;
pub mod config;
mod disk;
pub mod exit;
pub mod http;
pub mod metrics;
pub mod play;
pub mod referee;
pub mod sandbox;
mod seats;
pub mod slots;
pub mod traces;
