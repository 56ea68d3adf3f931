//! The one wasmtime configuration, shared by the shim and by `precompile`.
//!
//! Native code only loads into an engine that was configured like the one that made it, and a
//! match is only reproducible if both agree: so there is one function, and it lives here.
//! Never here: sealing, the conversation with the worker, anything that runs a bot.
#![forbid(unsafe_code)]

pub mod engine;
