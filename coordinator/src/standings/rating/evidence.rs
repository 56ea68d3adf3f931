//! The games as counts: all that the ratings depend on.

use std::collections::BTreeMap;

use terms::{BySeat, Seat};

use super::Game;

/// How often the bot in seat 0 won, drew and lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) wins: u32,
    pub(super) draws: u32,
    pub(super) losses: u32,
}

/// Who sits in seat 0, who in seat 1.
pub(super) type Seating = (usize, usize);

/// The games of one pairing with one seed: usually two, with the seats swapped. They are not
/// independent of each other, other clusters are.
pub(super) type Cluster = Vec<(Seating, Counts)>;

/// All games, counted.
pub(super) struct Evidence {
    bots: usize,
    seatings: BTreeMap<Seating, Counts>,
    clusters: BTreeMap<(Seating, u64), BTreeMap<Seating, Counts>>,
}

impl Evidence {
    /// Counts games between two different bots below `bots`; others are left out.
    pub(super) fn of(bots: usize, games: impl IntoIterator<Item = Game>) -> Evidence {
        let mut evidence = Evidence { bots, seatings: BTreeMap::new(), clusters: BTreeMap::new() };
        for game in games {
            let BySeat([zero, one]) = game.bots;
            if zero < bots && one < bots && zero != one {
                let key = ((zero.min(one), zero.max(one)), game.seed.0);
                evidence.seatings.entry((zero, one)).or_default().add(&game);
                evidence.clusters.entry(key).or_default().entry((zero, one)).or_default().add(&game);
            }
        }
        evidence
    }

    /// How many bots there are.
    pub(super) fn bots(&self) -> usize {
        self.bots
    }

    /// The counts by who sat where, ascending.
    pub(super) fn seatings(&self) -> impl Iterator<Item = (Seating, Counts)> + '_ {
        self.seatings.iter().map(|(seating, counts)| (*seating, *counts))
    }

    /// The clusters, each with its pairing (the lower bot first), ascending.
    pub(super) fn clusters(&self) -> impl Iterator<Item = (Seating, Cluster)> + '_ {
        let listed = |games: &BTreeMap<Seating, Counts>| games.iter().map(|(s, c)| (*s, *c)).collect();
        self.clusters.iter().map(move |((pairing, _), games)| (*pairing, listed(games)))
    }

    /// Who met whom, some of them twice.
    pub(super) fn pairings(&self) -> impl Iterator<Item = Seating> + '_ {
        self.seatings.keys().copied()
    }
}

impl Counts {
    /// All games.
    pub(super) fn games(&self) -> f64 {
        f64::from(self.wins) + f64::from(self.draws) + f64::from(self.losses)
    }

    /// The points of seat 0.
    pub(super) fn points(&self) -> f64 {
        f64::from(self.wins) + f64::from(self.draws) / 2.0
    }

    fn add(&mut self, game: &Game) {
        match game.scores.half_points()[Seat::Zero] {
            2 => self.wins += 1,
            1 => self.draws += 1,
            _ => self.losses += 1,
        }
    }
}
