//! Who plays: whose votes that are, and where it lives. What came to nothing goes to another home
//! where there is one, so that whoever has one key to the cluster cannot keep a match from being
//! played, however many workers it pretends to have.

use std::collections::BTreeSet;

use super::event::{Home, Voter};

/// A worker, as far as it matters who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Player {
    /// Whose votes its results are.
    pub(super) voter: Voter,
    /// Where it calls from.
    pub(super) home: Home,
}

/// How well a match suits a player: lower is better, and only the best of those that are there get
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Suits {
    /// Nobody of its home had it in vain.
    Well,
    /// Somebody of its home had.
    AmongNeighbours,
    /// It had itself, or it has voted.
    NotAgain,
}

/// Those with whom a match came to nothing, in order. Bounded by how often a match is tried.
#[derive(Clone, Debug, Default)]
pub(super) struct Avoided(Vec<Player>);

impl Avoided {
    /// Once more it came to nothing.
    pub(super) fn push(&mut self, player: Player) {
        self.0.push(player);
    }

    /// How well the match suits a player after that.
    pub(super) fn suits(&self, player: Player) -> Suits {
        if self.0.iter().any(|avoided| avoided.voter == player.voter) {
            Suits::NotAgain
        } else if self.has_home(player.home) {
            Suits::AmongNeighbours
        } else {
            Suits::Well
        }
    }

    /// Whether it came to nothing in that home.
    pub(super) fn has_home(&self, home: Home) -> bool {
        self.0.iter().any(|avoided| avoided.home == home)
    }

    /// In how many homes it came to nothing.
    pub(super) fn homes(&self) -> usize {
        self.0.iter().map(|avoided| avoided.home).collect::<BTreeSet<_>>().len()
    }
}
