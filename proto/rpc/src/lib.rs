//! What coordinator and worker say to each other: `arena.proto`, the code generated from it
//! (checked in; `tests/generated.rs` fails when it is stale and can write it), the conversions to and
//! from `terms`, and what each shows the other to be believed or found: certificates, the join token, where a
//! worker answers HTTP.
//!
//! Everything that arrives is a stranger's: the conversions into `terms` are total, and bound
//! every length. Never here: a server, a client, a decision.
#![forbid(unsafe_code)]

#[cfg(not(feature = "bare"))]
mod convert;
pub mod pem;
mod reach;
#[cfg(not(feature = "bare"))]
mod report;
mod token;
#[cfg(not(feature = "bare"))]
mod weigh;

#[cfg(not(feature = "bare"))]
pub use convert::{BadMessage, HOLDING_MAX, LAYERS_MAX, NAME_BYTES_MAX, read_attempt};
pub use reach::{BadHttpAddress, Host, HostName, HttpAddress};
pub use token::{BadToken, Hidden, JoinToken, TOKEN_BYTES_MAX, TOKEN_BYTES_MIN};
#[cfg(not(feature = "bare"))]
pub use weigh::weigh;

/// Rises with every change that an older peer would misunderstand.
pub const PROTOCOL_VERSION: u32 = 2;

/// Largest message that either side accepts, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 32 << 20;

/// How much of finished reports a worker puts into one request, in bytes: far below
/// [`MESSAGE_BYTES_MAX`], so that a request with everything else in it fits.
pub const REPORTS_BYTES_MAX: usize = 4 << 20;

/// Largest record of a transcript in a report, in bytes. A report that alone exceeds
/// [`REPORTS_BYTES_MAX`] is sent alone.
pub const RECORD_BYTES_MAX: usize = 20 << 20;

const _: () = assert!(
    RECORD_BYTES_MAX + REPORTS_BYTES_MAX + (4 << 20) < MESSAGE_BYTES_MAX,
    "the largest report must fit into a message, together with everything else in it"
);

/// Metadata of an answer that says no because the coordinator is busy: when to call again, in
/// milliseconds. What gRPC calls push-back.
pub const PUSHBACK_KEY: &str = "grpc-retry-pushback-ms";

/// Largest part of a blob in one message, in bytes.
pub const CHUNK_BYTES_MAX: usize = 1 << 20;

/// The generated code.
pub mod v1 {
    #![allow(missing_docs, unreachable_pub, clippy::all, clippy::unwrap_used, reason = "generated")]
    include!("generated/arena.v1.rs");
}

/// The compiled `arena.proto`, for the reflection service.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/arena.v1.bin");
