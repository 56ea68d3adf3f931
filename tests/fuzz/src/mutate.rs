//! Damage: small changes to known input, by a generator that is the same on every machine.

/// Largest input that is made, in bytes: a little more than the largest reply.
pub(crate) const INPUT_BYTES_MAX: usize = 80 << 10;
/// Numbers at which programs err.
const EDGES: [u64; 12] =
    [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 40, u64::MAX >> 1, u64::MAX];

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `end`, which is 0 only for an `end` of 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}

/// A damaged copy of one of the pool.
pub(crate) fn mutated(random: &mut Random, pool: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut input = random.pick(pool).cloned().unwrap_or_default();
    for _ in 0..=random.below(6) {
        damage(random, &mut input, pool, words);
    }
    input.truncate(INPUT_BYTES_MAX);
    input
}

fn damage(random: &mut Random, input: &mut Vec<u8>, pool: &[Vec<u8>], words: &[&str]) {
    let at = random.below(input.len() + 1);
    let until = at + random.below((input.len() - at).min(64) + 1);
    match random.below(9) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = random.next() as u8;
            }
        }
        2 => overwrite(random, input, at),
        3 => drop(input.drain(at..until)),
        4 => input.truncate(at),
        5 => insert(input, at, random.pick(words).unwrap_or(&"").as_bytes()),
        6 => {
            // Repetition is what finds recursion and quadratic work.
            let piece = input.get(at..until).unwrap_or_default().to_vec();
            let times = 1 << random.below(13);
            insert(input, at, &piece.repeat(times.min(INPUT_BYTES_MAX / piece.len().max(1))));
        }
        7 => {
            let word = random.pick(words).unwrap_or(&"");
            let times = 1 << random.below(15);
            insert(input, at, word.repeat(times.min(INPUT_BYTES_MAX / word.len().max(1))).as_bytes());
        }
        _ => {
            let other = random.pick(pool).map(Vec::as_slice).unwrap_or_default();
            let from = random.below(other.len() + 1);
            let piece = other.get(from..).unwrap_or_default();
            insert(input, at, piece);
        }
    }
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    input.splice(at..at, piece.iter().copied());
    input.truncate(INPUT_BYTES_MAX);
}

/// Puts an edge number of 1 to 8 bytes over what is there.
fn overwrite(random: &mut Random, input: &mut [u8], at: usize) {
    let edge = random.pick(&EDGES).copied().unwrap_or_default().to_le_bytes();
    let bytes = edge.get(..1 << random.below(4)).unwrap_or_default();
    for (place, byte) in input.iter_mut().skip(at).zip(bytes) {
        *place = *byte;
    }
}
