//! Which recorded matches are played again to check them.

use terms::{Attempt, Digest, Digester};

use super::event::MatchNo;

/// All of the whole that a share is given in.
const MILLION: u64 = 1_000_000;

/// A random sample of matches. Who does not know the salt cannot tell which ones are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    salt: Digest,
    per_million: u32,
}

impl Sample {
    /// No match at all.
    pub const NONE: Sample = Sample { salt: Digest([0; terms::digest::DIGEST_BYTES]), per_million: 0 };

    /// About so many of a million matches. The salt must be drawn anew for every run.
    pub fn new(salt: [u8; terms::digest::DIGEST_BYTES], per_million: u32) -> Sample {
        Sample { salt: Digest(salt), per_million }
    }

    /// Whether the result of that try is checked.
    pub(super) fn takes(&self, no: MatchNo, attempt: Attempt) -> bool {
        let mut digester = Digester::new("arena audit 1");
        let digest = digester.digest(&self.salt).number(no.0.into()).number(attempt.0.into()).finish();
        let [a, b, c, d, e, f, g, h, ..] = digest.0;
        // Of 2^64 numbers a million is so little that the remainder favours none of them.
        u64::from_le_bytes([a, b, c, d, e, f, g, h]) % MILLION < u64::from(self.per_million)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(sample: Sample) -> usize {
        (0..100_000).filter(|no| sample.takes(MatchNo(*no), Attempt::FIRST)).count()
    }

    #[test]
    fn the_share_is_kept_and_nobody_can_tell_without_the_salt() {
        assert_eq!(taken(Sample::NONE), 0);
        assert_eq!(taken(Sample::new([1; 32], 1_000_000)), 100_000);
        let two_percent = taken(Sample::new([1; 32], 20_000));
        assert!((1_800..2_200).contains(&two_percent), "{two_percent}");
        let [one, other] = [1, 2].map(|salt| Sample::new([salt; 32], 500_000));
        let same = (0..10_000)
            .map(MatchNo)
            .filter(|no| one.takes(*no, Attempt::FIRST) == other.takes(*no, Attempt::FIRST));
        assert!((4_500..5_500).contains(&same.count()));
    }
}
