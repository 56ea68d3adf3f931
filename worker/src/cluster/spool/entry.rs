//! One result as a file: who had it, the protobuf of the report, and a digest over all of it.
//!
//! ```text
//! "arenares" │ version u16 │ instance 16 │ boot 16 │ length u32 │ arena.v1.Report │ BLAKE3 32
//! ```
//! Numbers are little-endian. Reading is total: every file is a result or a [`BadEntry`].

use prost::Message;
use rpc::{BadMessage, RECORD_BYTES_MAX, v1};
use terms::Report;

/// What every file begins with.
const MAGIC: &[u8; 8] = b"arenares";
/// Rises with every change that an older worker would misunderstand: it sets newer files aside.
const VERSION: u16 = 1;
/// Everything before the report.
const HEADER_BYTES: usize = 8 + 2 + 16 + 16 + 4;
/// The digest after it.
const DIGEST_BYTES: usize = 32;
/// Largest file that is read, in bytes.
pub const ENTRY_BYTES_MAX: usize = RECORD_BYTES_MAX + (4 << 20);

/// Whose results are in a spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// What the worker's process called itself.
    pub instance: u128,
    /// The boot of the machine that it ran in.
    pub boot: u128,
}

/// A result that was put away.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Who had it.
    pub author: Author,
    /// The result.
    pub report: Report,
}

/// Why a file is no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    /// Somebody else's.
    #[error("it is no result of an arena worker")]
    Foreign,
    /// Of another version.
    #[error("it has version {0} of the format, and this worker reads version {VERSION}")]
    Version(u16),
    /// Too short or too long.
    #[error("it is {is} bytes long and should be {should}")]
    Length {
        /// What it is.
        is: usize,
        /// What it says it is, or the least or the most that it can be.
        should: usize,
    },
    /// Not what was written.
    #[error("it is damaged: its digest is another one")]
    Damaged,
    /// No report.
    #[error("its report cannot be decoded")]
    Undecodable,
    /// A report that nobody sends.
    #[error("its report makes no sense: {0}")]
    Nonsense(#[from] BadMessage),
}

impl Entry {
    /// The file of a result.
    pub fn encode(author: Author, report: &Report) -> Vec<u8> {
        let report = v1::Report::from(report);
        let length = report.encoded_len();
        let mut file = Vec::with_capacity(HEADER_BYTES + length + DIGEST_BYTES);
        file.extend_from_slice(MAGIC);
        file.extend_from_slice(&VERSION.to_le_bytes());
        file.extend_from_slice(&author.instance.to_le_bytes());
        file.extend_from_slice(&author.boot.to_le_bytes());
        file.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
        file.extend_from_slice(&report.encode_to_vec());
        let digest = blake3::hash(&file);
        file.extend_from_slice(digest.as_bytes());
        file
    }

    /// The result in a file.
    ///
    /// # Errors
    /// It is none, not of this version, cut, damaged or nonsense.
    pub fn decode(file: &[u8]) -> Result<Entry, BadEntry> {
        let (magic, rest) = file.split_first_chunk::<8>().ok_or(BadEntry::Foreign)?;
        if magic != MAGIC {
            return Err(BadEntry::Foreign);
        }
        let is = file.len();
        let short = BadEntry::Length { is, should: HEADER_BYTES + DIGEST_BYTES };
        let (version, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let version = u16::from_le_bytes(*version);
        if version != VERSION {
            return Err(BadEntry::Version(version));
        }
        let (instance, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let (boot, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let (length, rest) = rest.split_first_chunk().ok_or(short.clone())?;
        let length = u32::from_le_bytes(*length) as usize;
        let should = HEADER_BYTES.saturating_add(length).saturating_add(DIGEST_BYTES);
        if is != should || is > ENTRY_BYTES_MAX {
            return Err(BadEntry::Length { is, should: should.min(ENTRY_BYTES_MAX) });
        }
        let (report, digest) = rest.split_last_chunk::<DIGEST_BYTES>().ok_or(short)?;
        let before = file.get(..is - DIGEST_BYTES).unwrap_or_default();
        if blake3::hash(before).as_bytes() != digest {
            return Err(BadEntry::Damaged);
        }
        let report = v1::Report::decode(report).map_err(|_| BadEntry::Undecodable)?;
        let author = Author { instance: u128::from_le_bytes(*instance), boot: u128::from_le_bytes(*boot) };
        Ok(Entry { author, report: Report::try_from(&report)? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{AUTHOR, report};
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let report = report(7);
        let file = Entry::encode(AUTHOR, &report);
        assert_eq!(Entry::decode(&file), Ok(Entry { author: AUTHOR, report }));
    }

    /// A tripwire: files that older workers wrote must stay readable. When this fails, raise
    /// `VERSION` and keep reading version 1, instead of changing the expected digest.
    #[test]
    fn the_format_is_what_it_was() {
        let file = Entry::encode(AUTHOR, &report(7));
        assert_eq!(blake3::hash(&file).to_hex()[..16], *GOLDEN);
    }
    const GOLDEN: &str = "cac2065e70aa91ff";

    #[test]
    fn whatever_is_cut_changed_or_added_is_noticed() {
        let file = Entry::encode(AUTHOR, &report(7));
        for length in 0..file.len() {
            assert!(Entry::decode(&file[..length]).is_err(), "cut to {length}");
        }
        for at in 0..file.len() {
            for bit in [1, 128] {
                let mut changed = file.clone();
                changed[at] ^= bit;
                assert!(Entry::decode(&changed).is_err(), "bit {bit} of byte {at}");
            }
        }
        assert!(Entry::decode(&[file.as_slice(), b"x"].concat()).is_err());
    }

    #[test]
    fn each_kind_of_bad_file_is_told_apart() {
        let file = Entry::encode(AUTHOR, &report(7));
        let signed = |change: fn(&mut Vec<u8>)| {
            let mut content = file[..file.len() - DIGEST_BYTES].to_vec();
            change(&mut content);
            let length = (content.len() - HEADER_BYTES) as u32;
            content[HEADER_BYTES - 4..HEADER_BYTES].copy_from_slice(&length.to_le_bytes());
            let digest = blake3::hash(&content);
            content.extend_from_slice(digest.as_bytes());
            Entry::decode(&content).unwrap_err()
        };
        assert_eq!(Entry::decode(b"").unwrap_err(), BadEntry::Foreign);
        assert_eq!(Entry::decode(b"SQLite format 3\0").unwrap_err(), BadEntry::Foreign);
        assert_eq!(signed(|content| content[8] = 2), BadEntry::Version(2));
        assert_eq!(signed(|content| content.push(0xff)), BadEntry::Undecodable);
        assert!(matches!(signed(|content| content.truncate(HEADER_BYTES)), BadEntry::Nonsense(_)));
        assert!(matches!(Entry::decode(&file[..60]).unwrap_err(), BadEntry::Length { is: 60, .. }));
        let mut damaged = file.clone();
        damaged[100] ^= 1;
        assert_eq!(Entry::decode(&damaged).unwrap_err(), BadEntry::Damaged);
    }
}
