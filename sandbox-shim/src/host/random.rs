//! `wasi:random`: bytes from the seed of the match, through BLAKE3.

use wasmtime::component::LinkerInstance;
use wasmtime::{Result, StoreContextMut};

use super::Host;
use super::fuel::{charge, offer};

/// What sets these bytes apart from every other use of a seed.
const CONTEXT: &str = "arena 2026 random bytes of a guest";
/// Most bytes in one call.
const BYTES_MAX: u64 = 1 << 20;
/// Fuel for each byte.
const FUEL_PER_BYTE: u64 = 10;

/// The guest asked for more bytes at once than anybody needs.
#[derive(Debug, thiserror::Error)]
#[error("it asked for {0} random bytes at once; at most {BYTES_MAX} are given")]
struct TooManyBytes(u64);

/// An endless stream of bytes.
pub(super) struct Randomness(blake3::OutputReader);

impl Randomness {
    /// The stream of that seed.
    pub(super) fn seeded(seed: u64) -> Randomness {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        hasher.update(&seed.to_le_bytes());
        Randomness(hasher.finalize_xof())
    }

    fn number(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

impl Default for Randomness {
    /// While the interpreter starts there is no match yet.
    fn default() -> Randomness {
        Randomness::seeded(0)
    }
}

/// Defines a function of `wasi:random`, if it is one. The guest cannot tell secure from insecure.
pub(super) fn define(linker: &mut LinkerInstance<'_, Host>, name: &str) -> Result<bool> {
    match name {
        "get-random-bytes" | "get-insecure-random-bytes" => {
            offer(linker, name, |store, (count,): (u64,)| Ok((bytes(store, count)?,)))?;
        }
        "get-random-u64" | "get-insecure-random-u64" => {
            offer(linker, name, |mut store: StoreContextMut<'_, Host>, (): ()| {
                charge(&mut store, FUEL_PER_BYTE * 8)?;
                Ok((store.data_mut().random.number(),))
            })?;
        }
        "insecure-seed" => offer(linker, name, |mut store: StoreContextMut<'_, Host>, (): ()| {
            charge(&mut store, FUEL_PER_BYTE * 16)?;
            let random = &mut store.data_mut().random;
            Ok(((random.number(), random.number()),))
        })?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn bytes(mut store: StoreContextMut<'_, Host>, count: u64) -> Result<Vec<u8>> {
    charge(&mut store, count.saturating_mul(FUEL_PER_BYTE))?;
    if count > BYTES_MAX {
        return Err(TooManyBytes(count).into());
    }
    let mut bytes = vec![0; count as usize];
    store.data_mut().random.0.fill(&mut bytes);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::Randomness;

    #[test]
    fn equal_seeds_give_equal_bytes_for_ever() {
        assert_eq!(Randomness::seeded(7).number(), Randomness::seeded(7).number());
        assert_ne!(Randomness::seeded(7).number(), Randomness::seeded(8).number());
        // A changed value changes every match that was ever played: raise ENGINE_REVISION.
        assert_eq!(Randomness::seeded(7).number(), 6_966_076_877_379_511_975);
    }
}
