//! Compression, with bounds that hold before memory is spent.

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::{CParameter, find_frame_compressed_size, get_frame_content_size};

use crate::BadTranscript;

/// Measured on matches of 1 000 ticks: higher levels cost the worker more than they save the disk.
const LEVEL: i32 = 1;

/// How a frame of zstd begins (RFC 8878).
const FRAME_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// One frame that holds those bytes, their number and a checksum.
pub(crate) fn squeeze(bytes: &[u8]) -> Vec<u8> {
    let squeezed = Compressor::new(LEVEL).and_then(|mut compressor| {
        compressor.set_parameter(CParameter::ChecksumFlag(true))?;
        compressor.compress(bytes)
    });
    // It fails only where there is no memory, and then Rust's own allocations have ended the process.
    squeezed.unwrap_or_default()
}

/// What [`squeeze`] was given.
///
/// # Errors
/// It is no such frame, damaged, or larger than `bytes_max` unpacked.
pub(crate) fn expand(frame: &[u8], bytes_max: usize) -> Result<Vec<u8>, BadTranscript> {
    let capacity = expanded_bytes(frame, bytes_max)?;
    let expanded = Decompressor::new().and_then(|mut unpacker| unpacker.decompress(frame, capacity));
    expanded.ok().filter(|bytes| bytes.len() == capacity).ok_or(BadTranscript::Damaged)
}

/// What many frames need one after another, made once.
pub(crate) struct Expander {
    unpacker: Decompressor<'static>,
    bytes: Vec<u8>,
}

impl Expander {
    /// One that has expanded nothing yet.
    pub(crate) fn new() -> Expander {
        // It fails only where there is no memory, and then Rust's own allocations have ended the process.
        Expander { unpacker: Decompressor::new().unwrap_or_default(), bytes: Vec::new() }
    }

    /// The same as [`expand`], until the next one.
    ///
    /// # Errors
    /// As [`expand`].
    pub(crate) fn expand(&mut self, frame: &[u8], bytes_max: usize) -> Result<&[u8], BadTranscript> {
        let capacity = expanded_bytes(frame, bytes_max)?;
        self.bytes.clear();
        self.bytes.reserve(capacity);
        match self.unpacker.decompress_to_buffer(frame, &mut self.bytes) {
            Ok(length) if length == capacity => Ok(&self.bytes),
            _ => Err(BadTranscript::Damaged),
        }
    }
}

/// How long a frame will be when it is expanded.
fn expanded_bytes(frame: &[u8], bytes_max: usize) -> Result<usize, BadTranscript> {
    if !frame.starts_with(&FRAME_MAGIC) {
        let is_short = FRAME_MAGIC.starts_with(frame);
        return Err(if is_short { BadTranscript::Truncated } else { BadTranscript::Foreign });
    }
    let declared = get_frame_content_size(frame).map_err(|_| BadTranscript::Truncated)?;
    let bytes = declared.ok_or(BadTranscript::Damaged)?;
    let capacity = usize::try_from(bytes).ok().filter(|bytes| *bytes <= bytes_max);
    let capacity = capacity.ok_or(BadTranscript::TooLarge { bytes, bytes_max })?;
    match find_frame_compressed_size(frame) {
        Ok(length) if length == frame.len() => {}
        Ok(_) => return Err(BadTranscript::Damaged),
        Err(_) => return Err(BadTranscript::Truncated),
    }
    Ok(capacity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let bomb = squeeze(&vec![0; 1 << 20]);
        assert!(bomb.len() < 1_000);
        let refused = BadTranscript::TooLarge { bytes: 1 << 20, bytes_max: 1_000 };
        assert_eq!(expand(&bomb, 1_000), Err(refused));
        assert_eq!(expand(&bomb, 1 << 20).map(|bytes| bytes.len()), Ok(1 << 20));
    }

    #[test]
    fn a_frame_that_says_less_than_it_holds_or_nothing_is_refused() {
        let streamed = zstd::stream::encode_all(&b"of unknown size"[..], 1).unwrap();
        assert_eq!(expand(&streamed, 1_000), Err(BadTranscript::Damaged));
        let two = [squeeze(b"one"), squeeze(b"two")].concat();
        assert_eq!(expand(&two, 1_000), Err(BadTranscript::Damaged));
        assert_eq!(expand(b"PK", 1_000), Err(BadTranscript::Foreign));
    }
}
