//! The file format of transcripts: written while a match is played, read again, compared.
//!
//! ```text
//! referee ─► Recorder ─► Recorded { record, address, digest, fuel_digest } ─► store
//!                            │
//!        bundles + record ─► file::pack ─► a file that travels ─► file::unpack
//!                            │
//!                       read_record ─► Transcript ─► compare ─► Difference
//! ```
//!
//! A record is JSON Lines, compressed with zstd; `docs/transcripts.md` describes it for whoever
//! writes tools. Its *address* is the BLAKE3 of the uncompressed lines, which are canonical: what
//! [`read_record`] accepts would be written in the same way again.
//!
//! Records come from strangers and from damaged disks, so reading is total and bounded before
//! memory is spent. Never here: I/O, async, the rules of a game, a decision about a match.
#![forbid(unsafe_code)]

mod bad;
mod blob;
mod budget;
pub mod compare;
mod difference;
mod digests;
mod end;
pub mod file;
mod form;
mod header;
mod line;
mod record;
mod recorder;
mod squeeze;
mod turn;

pub use bad::BadTranscript;
pub use blob::Blob;
pub use compare::compare;
pub use difference::{Aspect, Difference, Field};
pub use end::{Cut, End};
pub use form::{Form, Syntax};
pub use header::Header;
pub use record::{Addresses, Transcript, read_record, read_text};
pub use recorder::{Recorded, Recorder, Usage};
pub use turn::{FaultNote, Turn, Used};

/// The version of the format that this build writes, and the only one that it reads.
pub const VERSION: u32 = 1;
/// Largest record, uncompressed, in bytes. What would exceed it is cut; see [`Cut`].
pub const RECORD_BYTES_MAX: usize = 16 << 20;
/// Longest line of a record, in bytes: several times what two bots can say in one tick.
pub const LINE_BYTES_MAX: usize = 4 << 20;
