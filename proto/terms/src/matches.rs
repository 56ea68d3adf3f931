//! What a match is, before anyone plays it.

use std::fmt;

use crate::{BySeat, Digest, Digester, GameId, Limits, Policy, Seat};

/// The seed of a match: starting positions and the bots' randomness come from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seed(pub u64);

impl Seed {
    /// The seed of round `round` (from 0) of a tournament: never depends on who takes part.
    pub fn of_round(tournament: Seed, round: u32) -> Seed {
        let digest = Digester::new("arena round seed 1").number(tournament.0).number(round.into()).finish();
        Seed(first_number(&digest))
    }

    /// The seed of the bot's own randomness in that seat.
    pub fn of_bot(self, seat: Seat) -> Seed {
        let digest = Digester::new("arena bot seed 1").number(self.0).number(seat.index().into()).finish();
        Seed(first_number(&digest))
    }
}

/// The first 53 bits: SQL's signed integers hold them, and so do the doubles that many readers of
/// JSON make of every number.
fn first_number(digest: &Digest) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = digest.0;
    u64::from_le_bytes([a, b, c, d, e, f, g, h]) >> 11
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The identity of a match: the digest of everything that its outcome depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MatchId(pub Digest);

impl fmt::Display for MatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The how-manieth try at a match, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt(pub u32);

impl Attempt {
    /// The first try.
    pub const FIRST: Attempt = Attempt(1);

    /// The try after this one.
    #[must_use]
    pub const fn next(self) -> Attempt {
        Attempt(self.0.saturating_add(1))
    }
}

/// Everything an outcome depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatchSpec {
    /// The rules.
    pub game: GameId,
    /// The seed.
    pub seed: Seed,
    /// The digest of each bot's contents.
    pub bots: BySeat<Digest>,
    /// What the bots may use.
    pub limits: Limits,
    /// What they may import and call.
    pub policy: Policy,
    /// The runtime fingerprint.
    pub runtime: Digest,
}

impl MatchSpec {
    /// The match's id.
    pub fn id(&self) -> MatchId {
        let mut digester = Digester::new("arena match 1");
        self.game.add_to(&mut digester);
        digester.number(self.seed.0);
        for (_, bot) in self.bots.iter() {
            digester.digest(bot);
        }
        self.limits.add_to(&mut digester);
        self.policy.add_to(&mut digester);
        digester.digest(&self.runtime);
        MatchId(digester.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> MatchSpec {
        MatchSpec {
            game: GameId::named("spacecode").unwrap(),
            seed: Seed(7),
            bots: BySeat([Digest::of(b"a"), Digest::of(b"b")]),
            limits: Limits::default(),
            policy: Policy::open(),
            runtime: Digest::of(b"runtime"),
        }
    }

    #[test]
    fn every_input_changes_the_id() {
        let base = spec();
        let changed = [
            MatchSpec { game: GameId { name: "chess".into(), ..base.game.clone() }, ..base.clone() },
            MatchSpec { game: GameId { version: 99, ..base.game.clone() }, ..base.clone() },
            MatchSpec { game: GameId { config: Digest::of(b"x"), ..base.game.clone() }, ..base.clone() },
            MatchSpec { seed: Seed(8), ..base.clone() },
            MatchSpec { bots: BySeat([Digest::of(b"c"), Digest::of(b"b")]), ..base.clone() },
            MatchSpec { bots: BySeat([Digest::of(b"a"), Digest::of(b"c")]), ..base.clone() },
            MatchSpec { bots: base.bots.swapped(), ..base.clone() },
            MatchSpec { limits: Limits { strikes: 3, ..base.limits }, ..base.clone() },
            MatchSpec { policy: Policy::strict(), ..base.clone() },
            MatchSpec { runtime: Digest::of(b"other"), ..base.clone() },
        ];
        for other in changed {
            assert_ne!(other.id(), base.id(), "{other:?}");
        }
        assert_eq!(spec().id(), base.id());
    }

    #[test]
    fn seeds_differ_by_round_and_by_seat() {
        let seeds = [
            Seed::of_round(Seed(1), 0),
            Seed::of_round(Seed(1), 1),
            Seed::of_round(Seed(2), 0),
            Seed(1).of_bot(Seat::Zero),
            Seed(1).of_bot(Seat::One),
        ];
        let distinct: std::collections::BTreeSet<_> = seeds.iter().collect();
        assert_eq!(distinct.len(), seeds.len());
        assert!(seeds.iter().all(|seed| seed.0 < 1 << 53));
    }
}
