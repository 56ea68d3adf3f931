//! From a game's identity to a game: only exactly these rules with exactly these numbers.

use terms::{Digest, GameId, Seed};

use crate::Game;
use crate::spacecode::{self, Config, Spacecode};

/// The game cannot be played by this build.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownGame {
    /// There is none of that name.
    #[error("there is no game {0:?} in this build")]
    Name(String),
    /// The rules are others.
    #[error("game {name} has version {ours} in this build, wanted {wanted}")]
    Version {
        /// The game.
        name: &'static str,
        /// The version that this build plays.
        ours: u32,
        /// The version that was asked for.
        wanted: u32,
    },
    /// The rules are the same, the numbers are others.
    #[error("game {name} has configuration {} in this build, wanted {}", ours.short(), wanted.short())]
    Config {
        /// The game.
        name: &'static str,
        /// The digest of the numbers that this build plays with.
        ours: Digest,
        /// The digest that was asked for.
        wanted: Digest,
    },
}

/// Starts a match of that game, `ticks` long at most.
///
/// # Errors
/// This build has no such game, or has it with other rules or numbers.
pub fn start(id: &GameId, seed: Seed, ticks: u32) -> Result<Box<dyn Game>, UnknownGame> {
    let name = spacecode::NAME;
    if id.name != name {
        return Err(UnknownGame::Name(id.name.chars().take(80).collect()));
    }
    if id.version != spacecode::VERSION {
        return Err(UnknownGame::Version { name, ours: spacecode::VERSION, wanted: id.version });
    }
    let config = Config::default();
    let ours = config.digest();
    if id.config != ours {
        return Err(UnknownGame::Config { name, ours, wanted: id.config });
    }
    Ok(Box::new(Spacecode::new(config, seed, ticks)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(id: &GameId) -> UnknownGame {
        start(id, Seed(1), 10).err().unwrap()
    }

    #[test]
    fn a_game_is_started_only_with_our_version_and_our_numbers() {
        let ours = GameId::named("spacecode").unwrap();
        assert!(start(&ours, Seed(1), 10).is_ok());

        let other = GameId { name: "chess".into(), ..ours.clone() };
        assert_eq!(refusal(&other).to_string(), "there is no game \"chess\" in this build");
        let other = GameId { version: 9999, ..ours.clone() };
        assert!(refusal(&other).to_string().ends_with("in this build, wanted 9999"));
        let other = GameId { config: Digest([0; 32]), ..ours.clone() };
        assert!(refusal(&other).to_string().ends_with("in this build, wanted 000000000000"));
    }
}
