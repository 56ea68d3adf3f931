//! A place to play single matches, without a coordinator: either of children that are copies of a
//! zygote, or of children that each start an interpreter.

use std::num::NonZeroU32;
use std::sync::atomic::AtomicU32;

use arena_tests::{fresh_shim, zygote_config};
use tempfile::TempDir;
use terms::{Bundle, BySeat, Digest, GameId, Limits, MatchSpec, Outcome, Policy, Runtime, Seed, limits};
use worker::referee::{Contest, conduct};
use worker::sandbox::{Keeping, ZygoteConfig, Zygotes};

/// The other seat.
const OPPONENT: &[u8] = b"def bot_main(data):\n    return []\n";

pub(crate) struct Stage {
    zygotes: Zygotes,
    _files: Option<TempDir>,
}

impl Stage {
    /// Few ticks, fuel for a long look, memory that is soon full, and time enough for any machine.
    pub(crate) const LIMITS: Limits = Limits {
        ticks: 3,
        turn_fuel: 2_000_000_000,
        memory_bytes: 32 << 20,
        turn_wall_ms: 60_000,
        load_wall_ms: 60_000,
        ..limits::DEFAULTS
    };

    /// Children are copies.
    pub(crate) fn copying() -> Stage {
        Stage::of(zygote_config(), None)
    }

    /// Children start an interpreter each.
    pub(crate) fn fresh() -> Stage {
        let (files, shim) = fresh_shim();
        Stage::of(ZygoteConfig { shim, ..zygote_config() }, Some(files))
    }

    fn of(zygote: ZygoteConfig, files: Option<TempDir>) -> Stage {
        let keeping = Keeping { matches: NonZeroU32::MAX, ..Keeping::of(zygote) };
        Stage { zygotes: Zygotes::start(keeping).unwrap(), _files: files }
    }

    /// A match of this bot in seat 0.
    pub(crate) fn play(&self, source: &[u8], limits: Limits) -> Outcome {
        let bundles = [source, OPPONENT].map(|source| Bundle::of_source(source.to_vec()).encode());
        let runtime = &Runtime::of_this_build(Digest::of(b"python"));
        let spec = MatchSpec {
            game: GameId::named("spacecode").unwrap(),
            seed: Seed(11),
            bots: BySeat([Digest::of(source), Digest::of(OPPONENT)]),
            limits,
            policy: Policy::open(),
            runtime: runtime.fingerprint(),
        };
        let mut players = self.zygotes.fork_both(None).unwrap();
        let bundles = BySeat([bundles[0].as_slice(), bundles[1].as_slice()]);
        let ticks = &AtomicU32::new(0);
        conduct(Contest { spec: &spec, runtime, bundles, players: &mut players, ticks }).outcome
    }

    /// Forks so many children, which do nothing and die.
    pub(crate) fn fork(&self, count: NonZeroU32) {
        (0..count.get()).for_each(|_| drop(self.zygotes.fork(None).unwrap()));
    }
}
