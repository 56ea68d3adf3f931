//! Luck that can be had again.

use std::time::Duration;

/// Random numbers of a known seed (splitmix64).
#[derive(Debug)]
pub struct Luck(u64);

impl Luck {
    /// The numbers of that seed.
    pub fn of(seed: u64) -> Luck {
        Luck(seed)
    }

    /// One of `0..bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// One of them.
    pub fn choose<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// Lets a random time pass: what comes next comes at any moment.
    pub fn wait(&mut self, most: Duration) {
        let most = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        std::thread::sleep(Duration::from_micros(self.below(most)));
    }
}
