//! A file that holds all that a match needs to be played again elsewhere: the record and both bots.
//!
//! The magic, the version (u32, little-endian), the length of the record (u32), the record as it is,
//! the length of the first bot's frame (u32), and a frame of zstd with the bundle of each bot: a bot is
//! compressed once, however many matches it plays. In version 1, one frame with the length of the first
//! bundle (u32) and both bundles.

use terms::{BySeat, Digest};

use crate::squeeze::{expand, squeeze};
use crate::{BadTranscript, Transcript, read_record};

/// The first bytes of every file.
const MAGIC: &[u8; 16] = b"arena transcript";
/// The version of the container; the record in it has its own.
const FILE_VERSION: u32 = 2;
/// Most bytes of a bundle: the largest source that limits allow, and names.
const BUNDLE_BYTES_MAX: usize = 9 << 20;

/// What is in a file.
#[derive(Clone, Debug)]
pub struct Packed {
    /// Both bots as [`terms::Bundle`] encodes them. Their digests are those of the header; whether
    /// they are good bundles is for whoever loads them.
    pub bundles: BySeat<Vec<u8>>,
    /// The record, read.
    pub transcript: Transcript,
}

/// A bot as it stands in files.
#[derive(Clone, Debug)]
pub struct PackedBot(Vec<u8>);

impl PackedBot {
    /// A bot by its bundle, encoded.
    pub fn new(bundle: &[u8]) -> PackedBot {
        PackedBot(squeeze(bundle))
    }
}

/// The file of a match: both bundles, encoded, and the record as [`crate::Recorded`] has it.
pub fn pack(bundles: &BySeat<&[u8]>, record: &[u8]) -> Vec<u8> {
    let BySeat([zero, one]) = bundles.map(PackedBot::new);
    pack_with(BySeat([&zero, &one]), record)
}

/// The same, with bots that were packed before.
pub fn pack_with(BySeat([zero, one]): BySeat<&PackedBot>, record: &[u8]) -> Vec<u8> {
    let version = FILE_VERSION.to_le_bytes();
    [MAGIC.as_slice(), &version, &length(record), record, &length(&zero.0), &zero.0, &one.0].concat()
}

/// What is in a file.
///
/// # Errors
/// It is none, of a newer version, damaged, or its bots are not those of its record.
pub fn unpack(file: &[u8]) -> Result<Packed, BadTranscript> {
    let is_short = MAGIC.starts_with(file);
    let missing = if is_short { BadTranscript::Truncated } else { BadTranscript::Foreign };
    let mut rest = file.strip_prefix(MAGIC).ok_or(missing)?;
    let read_bundles = match take_number(&mut rest)? {
        0 => return Err(BadTranscript::Foreign),
        1 => read_both,
        FILE_VERSION => read_each,
        newer => return Err(BadTranscript::Newer(newer)),
    };
    let length = take_number(&mut rest)?;
    let record = take(&mut rest, length)?;
    let bundles = read_bundles(rest)?;
    let transcript = read_record(record)?;
    for (seat, bundle) in bundles.iter() {
        if Digest::of(bundle) != transcript.header().spec.bots[seat] {
            return Err(BadTranscript::WrongBot(seat));
        }
    }
    Ok(Packed { bundles, transcript })
}

fn read_each(mut rest: &[u8]) -> Result<BySeat<Vec<u8>>, BadTranscript> {
    let length = take_number(&mut rest)?;
    let zero = take(&mut rest, length)?;
    Ok(BySeat([expand(zero, BUNDLE_BYTES_MAX)?, expand(rest, BUNDLE_BYTES_MAX)?]))
}

/// Both bundles of a file of version 1.
fn read_both(frame: &[u8]) -> Result<BySeat<Vec<u8>>, BadTranscript> {
    let mut zero = expand(frame, 2 * BUNDLE_BYTES_MAX)?;
    let mut rest = zero.as_slice();
    let length = take_number(&mut rest)?;
    take(&mut rest, length)?;
    let one = rest.to_vec();
    zero.truncate(zero.len() - one.len());
    zero.drain(..size_of::<u32>());
    Ok(BySeat([zero, one]))
}

fn length(bytes: &[u8]) -> [u8; 4] {
    // Everything that is packed is far shorter than 4 GiB; if it were not, it could not be unpacked.
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

fn take<'a>(rest: &mut &'a [u8], len: u32) -> Result<&'a [u8], BadTranscript> {
    let (head, tail) = rest.split_at_checked(len as usize).ok_or(BadTranscript::Truncated)?;
    *rest = tail;
    Ok(head)
}

fn take_number(rest: &mut &[u8]) -> Result<u32, BadTranscript> {
    let (head, tail) = rest.split_first_chunk::<4>().ok_or(BadTranscript::Truncated)?;
    *rest = tail;
    Ok(u32::from_le_bytes(*head))
}
