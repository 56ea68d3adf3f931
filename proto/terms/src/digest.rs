//! BLAKE3 digests, and the one way in which structured values are hashed.

use std::fmt;
use std::str::FromStr;

/// Length of a digest in bytes.
pub const DIGEST_BYTES: usize = 32;

/// A BLAKE3 digest. Shown and parsed as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; DIGEST_BYTES]);

impl Digest {
    /// The digest of nothing that was ever hashed: of a match that was not played.
    pub const NONE: Digest = Digest([0; DIGEST_BYTES]);

    /// The digest of `bytes` as they are, equal to what `b3sum` prints.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(*blake3::hash(bytes).as_bytes())
    }

    /// The first twelve hexadecimal digits: enough for people, never for lookups.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// The text or bytes are not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no digest: expected 64 hexadecimal digits (32 bytes)")]
pub struct NotADigest(pub String);

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Digest, NotADigest> {
        let refused = || NotADigest(text.chars().take(80).collect());
        let hash = blake3::Hash::from_hex(text).map_err(|_| refused())?;
        Ok(Digest(*hash.as_bytes()))
    }
}

impl TryFrom<&[u8]> for Digest {
    type Error = NotADigest;

    fn try_from(bytes: &[u8]) -> Result<Digest, NotADigest> {
        let array = bytes.try_into().map_err(|_| NotADigest(format!("{} bytes", bytes.len())))?;
        Ok(Digest(array))
    }
}

/// Hashes a sequence of fields so that no two different sequences give the same bytes: every
/// field is preceded by its length, numbers are little-endian, and a tag names what is hashed.
pub struct Digester(blake3::Hasher);

impl Digester {
    /// Starts a digest of the kind `tag`, for example `"arena match 1"`.
    pub fn new(tag: &str) -> Digester {
        let mut digester = Digester(blake3::Hasher::new());
        digester.bytes(tag.as_bytes());
        digester
    }

    /// Adds a field of any length.
    pub fn bytes(&mut self, field: &[u8]) -> &mut Digester {
        self.number(field.len() as u64);
        self.0.update(field);
        self
    }

    /// Adds a number.
    pub fn number(&mut self, field: u64) -> &mut Digester {
        self.0.update(&field.to_le_bytes());
        self
    }

    /// Adds another digest.
    pub fn digest(&mut self, field: &Digest) -> &mut Digester {
        self.0.update(&field.0);
        self
    }

    /// The digest of everything added.
    pub fn finish(&self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_text_and_refuses_what_is_none() {
        let digest = Digest::of(b"arena");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for bad in ["", "00", "zz", &"g".repeat(64), &"0".repeat(65), "\u{1F600}"] {
            assert!(bad.parse::<Digest>().is_err(), "{bad:?} was accepted");
        }
        assert!(Digest::try_from(&[0u8; 31][..]).is_err());
    }

    #[test]
    fn field_boundaries_are_part_of_the_digest() {
        let split_one = Digester::new("t").bytes(b"ab").bytes(b"c").finish();
        let split_two = Digester::new("t").bytes(b"a").bytes(b"bc").finish();
        assert_ne!(split_one, split_two);
    }
}
