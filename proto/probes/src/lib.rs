//! How coordinator and worker answer whoever asks over HTTP how they are.
//!
//! ```text
//! GET /healthz                     200 "ok", or 503 and why whoever started it should start it again
//! GET /readyz                      200 "ok", or 503 and why it has no use at the moment
//! grpc.health.v1.Health/Check      the same: service "liveness"; "readiness", and "" for the whole
//! ```
//! One port answers HTTP/1.1, HTTP/2 and gRPC. Strangers can reach it: connections, their age, and
//! what they may send are bounded, and nobody gets all of them. Never here: what being healthy means, which
//! is the matter of each program, and anything that changes something.
#![forbid(unsafe_code)]

mod answers;
mod guest;
mod server;

pub use server::{Probes, Vital};
