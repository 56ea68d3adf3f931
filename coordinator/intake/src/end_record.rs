//! The end of a zip archive, read strictly, before anything else is believed of it.
//!
//! Zip readers disagree on where an archive's directory is once there are bytes before or behind
//! it, several end records, or zip64 extensions. An archive that leaves no room for disagreement
//! has its one end record at its very end, and its directory right before that.
//!
//! Layout: APPNOTE.TXT 6.3, 4.3.16.

/// The first bytes of an end record.
const SIGNATURE: &[u8; 4] = b"PK\x05\x06";
/// The first bytes of a directory.
const DIRECTORY_SIGNATURE: &[u8; 4] = b"PK\x01\x02";
/// Length of an end record without its comment, in bytes.
const LEN: usize = 22;

/// Why an archive's end is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEnd {
    /// There is none, or it leads nowhere.
    #[error("it is no zip archive, or its end is missing")]
    Missing,
    /// Bytes behind the end, or before the beginning.
    #[error("it has bytes before or behind the archive proper")]
    Surrounded,
    /// A format for archives that no bot needs.
    #[error("it is split over several files or in the zip64 format")]
    TooLarge,
}

/// Checks the end of an archive and returns the number of entries that it declares.
///
/// # Errors
/// The end is not where and what every reader would agree on.
pub(super) fn check(archive: &[u8]) -> Result<u16, BadEnd> {
    let start = archive.windows(SIGNATURE.len()).rposition(|w| w == SIGNATURE).ok_or(BadEnd::Missing)?;
    let record = archive.get(start..).and_then(<[u8]>::first_chunk::<LEN>).ok_or(BadEnd::Missing)?;
    let [_, _, _, _, d0, d1, c0, c1, h0, h1, e0, e1, s0, s1, s2, s3, o0, o1, o2, o3, m0, m1] = *record;
    let [disk, directory_disk] = [u16::from_le_bytes([d0, d1]), u16::from_le_bytes([c0, c1])];
    let [here, entries] = [u16::from_le_bytes([h0, h1]), u16::from_le_bytes([e0, e1])];
    let [size, offset] = [u32::from_le_bytes([s0, s1, s2, s3]), u32::from_le_bytes([o0, o1, o2, o3])];
    let comment = usize::from(u16::from_le_bytes([m0, m1]));

    if disk != 0 || directory_disk != 0 || here != entries || entries == u16::MAX {
        return Err(BadEnd::TooLarge);
    }
    if size == u32::MAX || offset == u32::MAX {
        return Err(BadEnd::TooLarge);
    }
    let directory = offset as usize;
    if start + LEN + comment != archive.len() || directory.checked_add(size as usize) != Some(start) {
        return Err(BadEnd::Surrounded);
    }
    let begins = archive.get(directory..).is_some_and(|rest| rest.starts_with(DIRECTORY_SIGNATURE));
    if entries == 0 || begins { Ok(entries) } else { Err(BadEnd::Missing) }
}
