//! The identity of a game: its name, its version, and the digest of its configuration.
//!
//! The rules live in the worker's `games` crate. The coordinator, which knows no rules, still has
//! to name the game in every match id: this table is what the two agree on, and a test in `games`
//! fails when a rule's number changes and this table does not.

use crate::{Digest, Digester};

/// A game as a match id knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GameId {
    /// The name that `--game` takes.
    pub name: String,
    /// Rises with every change of the rules.
    pub version: u32,
    /// The digest of the game's configuration.
    pub config: Digest,
}

/// A game that this build knows.
#[derive(Clone, Copy, Debug)]
pub struct KnownGame {
    /// The name that `--game` takes.
    pub name: &'static str,
    /// Rises with every change of the rules.
    pub version: u32,
    /// The digest of the default configuration, in hexadecimal.
    pub config: &'static str,
}

/// Every game this build can play.
pub const KNOWN_GAMES: &[KnownGame] = &[KnownGame {
    name: "spacecode",
    version: 1,
    config: "fec0357892d60524a119143a2952474c0a290842a7325a1ea0cf677be99ba0b5",
}];

/// There is no game of that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no game {0:?}; this build knows: {known}", known = names())]
pub struct UnknownGame(pub String);

fn names() -> String {
    KNOWN_GAMES.iter().map(|game| game.name).collect::<Vec<_>>().join(", ")
}

impl GameId {
    /// The game of that name with its default configuration.
    ///
    /// # Errors
    /// The name is not in [`KNOWN_GAMES`].
    pub fn named(name: &str) -> Result<GameId, UnknownGame> {
        let unknown = || UnknownGame(name.chars().take(80).collect());
        let game = KNOWN_GAMES.iter().find(|game| game.name == name).ok_or_else(unknown)?;
        let config = game.config.parse().map_err(|_| unknown())?;
        Ok(GameId { name: game.name.to_owned(), version: game.version, config })
    }

    /// Adds the identity to a digest.
    pub fn add_to(&self, digester: &mut Digester) {
        digester.bytes(self.name.as_bytes()).number(self.version.into()).digest(&self.config);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_game_can_be_named_and_others_cannot() {
        for game in KNOWN_GAMES {
            assert_eq!(GameId::named(game.name).unwrap().version, game.version);
        }
        let refused = GameId::named("chess").unwrap_err().to_string();
        assert_eq!(refused, "there is no game \"chess\"; this build knows: spacecode");
    }
}
