//! What worker and sandbox-shim say to each other, byte for byte.
//!
//! Every frame is one message of a SEQPACKET socket: a tag byte, then fields (numbers are
//! little-endian, byte strings are preceded by their length as u32). Two conversations exist:
//!
//! ```text
//! worker ── ToZygote ──► zygote        fork a child for this socket · collect a dead child
//! worker ◄─ FromZygote ─ zygote
//!
//! worker ── ToShim ────► sealed child  load a bot · play a turn
//! worker ◄─ FromShim ─── sealed child
//! ```
//!
//! What comes from a sealed child is hostile: decoding is total (every byte string is a frame or
//! [`Malformed`]), borrows from the receive buffer, and allocates nothing.
//! Never here: serde, tokio, wasmtime, sockets, a panic on input.
#![forbid(unsafe_code)]

mod fields;
mod shim;
mod zygote;

use terms::limits;

pub use fields::Malformed;
pub use shim::{Bytecode, Failure, FromShim, Load, ToShim, Usage};
pub use zygote::{Ended, FromZygote, LAYERS_MAX, Layer, ToZygote};

/// Rises with every change of a frame. Worker and shim of different versions refuse each other in
/// the first frame a zygote sends.
pub const WIRE_VERSION: u8 = 2;

/// Largest frame in either direction, in bytes. Below Linux's default socket buffer of 208 KiB, so
/// that a frame is always one message.
pub const FRAME_BYTES_MAX: usize = 160 << 10;

/// Largest part of a bundle that travels in one [`ToShim::Chunk`], in bytes.
pub const CHUNK_BYTES_MAX: usize = 64 << 10;

/// Longest bytecode of a bot that travels, in bytes. A bot with more is loaded from its source.
pub const CODE_BYTES_MAX: usize = 64 << 10;

/// Largest observation, in bytes.
pub const OBSERVATION_BYTES_MAX: usize = 128 << 10;

/// Room for tags, numbers and lengths in a frame, in bytes.
const OVERHEAD_BYTES: usize = 1 << 10;

const _: () = {
    assert!(CHUNK_BYTES_MAX + OVERHEAD_BYTES <= FRAME_BYTES_MAX, "a chunk must fit into a frame");
    assert!(
        CODE_BYTES_MAX + limits::LOG_BYTES_MAX as usize + OVERHEAD_BYTES <= FRAME_BYTES_MAX,
        "code must fit"
    );
    assert!(OBSERVATION_BYTES_MAX + OVERHEAD_BYTES <= FRAME_BYTES_MAX, "an observation must fit");
    let log = limits::LOG_BYTES_MAX as usize;
    let reply_and_log = limits::REPLY_BYTES_MAX as usize + log;
    assert!(reply_and_log + OVERHEAD_BYTES <= FRAME_BYTES_MAX, "a reply and a log must fit");
    let fault = terms::fault::MESSAGE_BYTES_MAX + terms::fault::TRACEBACK_BYTES_MAX;
    assert!(fault + log + OVERHEAD_BYTES <= FRAME_BYTES_MAX, "a fault and a log must fit");
    let policy = terms::policy::LINES_BYTES_MAX;
    assert!(policy + OVERHEAD_BYTES <= FRAME_BYTES_MAX, "a load and its policy must fit");
};
