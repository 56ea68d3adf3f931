//! Numbers drawn from a match's seed, for the starting position only.

use terms::Seed;

/// SplitMix64: tiny, and the same everywhere for ever.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: Seed) -> Random {
        Random(seed.0)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1, in steps that a double holds exactly.
    pub(super) fn unit(&mut self) -> f64 {
        const STEPS: u64 = 1 << 53;
        (self.next() >> 11) as f64 / STEPS as f64
    }

    /// Any angle, in radians.
    pub(super) fn angle(&mut self) -> f64 {
        self.unit() * std::f64::consts::TAU
    }
}
