//! Bots' bytecode, so that a source is compiled once and not for every match.
//!
//! Nothing that happens inside a guest is trusted, and bytecode was made inside one. So it is made by a
//! fresh sealed child that is asked for nothing else and ends, and given back to nobody but the bot whose
//! source it was made of: whoever could tamper with it could as well have written another source.
//!
//! What a bot does must not depend on what is kept here. Whether a source has bytecode, which, and how
//! much fuel that takes is a function of the source and the limits; that fuel counts as fuel of loading,
//! whoever spent it. A source that has none (it is no Python, warns, or takes too long or too much) is
//! loaded as it is, which says why; trouble of the host's makes the match void.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pipe::{FromShim, Load};
use terms::{Digest, HostFault};

use super::{HostTrouble, Sealed};

/// Most bytes that are kept, bookkeeping included.
const KEPT_BYTES_MAX: usize = 32 << 20;
/// What an entry takes besides its code, in bytes.
const ENTRY_BYTES: usize = 256;

/// What came of compiling a bot.
#[derive(Debug, PartialEq, Eq)]
pub struct Bytecode {
    /// Fuel that it took.
    pub fuel: u64,
    /// The code: as little to be trusted as the source.
    pub code: Vec<u8>,
}

/// Everything that bytecode depends on, besides the interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    bot: Digest,
    load_fuel: u64,
    memory_bytes: u64,
}

impl Key {
    pub(super) fn of(bot: Digest, load: &Load) -> Key {
        Key { bot, load_fuel: load.load_fuel, memory_bytes: load.memory_bytes }
    }
}

/// What is known of bots' bytecode: nothing kept for one that has none.
#[derive(Default)]
pub(super) struct Bytecodes(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_key: HashMap<Key, Option<Arc<Bytecode>>>,
    /// The oldest first.
    order: VecDeque<Key>,
    bytes: usize,
}

impl Bytecodes {
    /// What is kept, or what `make` makes of it.
    pub(super) fn get(
        &self,
        key: Key,
        make: impl FnOnce() -> Result<Option<Bytecode>, HostTrouble>,
    ) -> Result<Option<Arc<Bytecode>>, HostTrouble> {
        if let Some(found) = self.kept(|kept| kept.by_key.get(&key).cloned()) {
            return Ok(found);
        }
        // Not under the lock. Two slots that do the same at once get the same.
        let made = make()?.map(Arc::new);
        self.kept(|kept| kept.keep(key, made.clone()));
        Ok(made)
    }

    fn kept<T>(&self, look: impl FnOnce(&mut Kept) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Kept {
    fn keep(&mut self, key: Key, made: Option<Arc<Bytecode>>) {
        self.bytes += weight(made.as_ref());
        match self.by_key.insert(key, made) {
            Some(replaced) => self.bytes -= weight(replaced.as_ref()),
            None => self.order.push_back(key),
        }
        while self.bytes > KEPT_BYTES_MAX {
            let Some(oldest) = self.order.pop_front() else { return };
            let gone = self.by_key.remove(&oldest);
            self.bytes -= gone.map_or(0, |gone| weight(gone.as_ref()));
        }
    }
}

fn weight(made: Option<&Arc<Bytecode>>) -> usize {
    ENTRY_BYTES + made.map_or(0, |made| made.code.len())
}

/// Lets a fresh child compile a bot.
///
/// # Errors
/// Not the bot's doing.
pub(super) fn compile(
    mut child: Sealed,
    load: &Load,
    wall_clock: Duration,
    bundle: &[u8],
) -> Result<Option<Bytecode>, HostTrouble> {
    child.set_wall_clock(wall_clock)?;
    child.compile(load, bundle)?;
    match child.receive()? {
        // What was printed, such as a warning, is part of the bot's log: loading the source prints it.
        FromShim::Compiled(usage, code) if usage.log.is_empty() && usage.log_dropped_bytes == 0 => {
            let is_of_use = !code.is_empty() && code.len() <= pipe::CODE_BYTES_MAX;
            Ok(is_of_use.then(|| Bytecode { fuel: usage.fuel, code: code.to_vec() }))
        }
        FromShim::Compiled(..) | FromShim::Fault(..) => Ok(None),
        FromShim::Broken(why) => {
            let why: String = why.chars().take(500).collect();
            Err(HostTrouble::new(HostFault::ShimDied, terms::printable::clean(&why)))
        }
        FromShim::Loaded(_) | FromShim::Reply(..) => {
            Err(HostTrouble::new(HostFault::Protocol, "something else came than a bot's bytecode"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bot: u64) -> Key {
        Key { bot: Digest::of(&bot.to_le_bytes()), load_fuel: 1, memory_bytes: 2 }
    }

    fn code(bytes: usize) -> Option<Bytecode> {
        Some(Bytecode { fuel: 3, code: vec![7; bytes] })
    }

    #[test]
    fn a_bot_is_compiled_once_and_trouble_is_not_kept() {
        let all = Bytecodes::default();
        let trouble = HostTrouble::new(HostFault::Stalled, "no answer");
        assert_eq!(all.get(key(1), || Err(trouble.clone())), Err(trouble));
        assert_eq!(all.get(key(1), || Ok(code(5))).unwrap().unwrap().code.len(), 5);
        assert_eq!(all.get(key(1), || panic!("again")).unwrap().unwrap().code.len(), 5);
        assert_eq!(all.get(key(2), || Ok(None)), Ok(None));
        assert_eq!(all.get(key(2), || panic!("again")), Ok(None));
    }

    #[test]
    fn other_limits_are_another_key() {
        let load = |load_fuel, memory_bytes| Load {
            seed: 0,
            load_fuel,
            turn_fuel: 0,
            memory_bytes,
            reply_bytes: 0,
            log_bytes: 0,
            bundle_bytes: 0,
        };
        let of = |load: Load| Key::of(Digest::of(b"bot"), &load);
        assert_eq!(of(load(1, 2)), of(Load { seed: 9, ..load(1, 2) }));
        assert_ne!(of(load(1, 2)), of(load(2, 2)));
        assert_ne!(of(load(1, 2)), of(load(1, 3)));
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes_first() {
        let all = Bytecodes::default();
        let fitting = KEPT_BYTES_MAX / (ENTRY_BYTES + 65_536);
        for bot in 0..=fitting as u64 {
            all.get(key(bot), || Ok(code(65_536))).unwrap();
        }
        let bytes = all.kept(|kept| (kept.bytes, kept.order.len(), kept.by_key.len()));
        assert_eq!(bytes, (fitting * (ENTRY_BYTES + 65_536), fitting, fitting));
        let mut was_made = false;
        all.get(key(0), || {
            was_made = true;
            Ok(None)
        })
        .unwrap();
        assert!(was_made);
    }
}
