//! The one wasmtime configuration, shared by the shim and by `precompile`, and the seal of a process
//! that compiles for strangers.
//!
//! Native code only loads into an engine that was configured like the one that made it, and a
//! match is only reproducible if both agree: so there is one function, and it lives here.
//! Never here: the conversation with the worker, anything that runs a bot.
#![deny(unsafe_code)]

pub mod engine;
#[cfg(feature = "compiler")]
#[allow(dead_code, unused_imports, reason = "a compiler needs a part of what a bot's process needs")]
mod harden;
#[cfg(feature = "compiler")]
pub mod seal_compiler;
