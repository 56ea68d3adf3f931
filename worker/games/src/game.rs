//! What every game can do. The referee is the only caller.

use serde_json::Value;
use terms::{Scores, Seat};

/// Most entries of one reply's list of actions, duplicates included.
pub const ACTIONS_MAX: usize = 16;

/// Most characters of a bot's text that an error repeats.
const QUOTE_CHARS_MAX: usize = 40;

/// The rules of one game, in the middle of a match.
pub trait Game: Send {
    /// Appends to `out` what this seat sees before the next tick, as one JSON object without line
    /// breaks: `{"game_state": …, "ship_id": …, "time_step": …}`. `time_step` is the number of
    /// the tick that is asked for, from 1.
    fn observe(&self, seat: Seat, out: &mut Vec<u8>);

    /// Takes the actions of a seat's reply for the next tick, in place of what it submitted before.
    ///
    /// # Errors
    /// The first action that is none of this game's. The seat then acts in no way.
    fn submit(&mut self, seat: Seat, actions: &[Value]) -> Result<(), BadAction>;

    /// Plays one tick with what was submitted, and forgets it. A seat that submitted nothing does
    /// nothing. A game that is over stays as it is and says so again.
    fn step(&mut self) -> Progress;
}

/// Whether there is another tick to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is.
    Running,
    /// The game is over, with these scores.
    Over(Scores),
}

/// Why a list of actions was refused, as a sentence for the bot's author.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAction {
    /// The list is too long to be meant.
    #[error("{count} actions in one reply, but at most {ACTIONS_MAX} are read")]
    TooMany {
        /// Entries of the list.
        count: usize,
    },
    /// An entry is not a text.
    #[error("actions[{index}] is {found}, but an action is one of the texts {known}")]
    NotText {
        /// Its place in the list, from 0.
        index: usize,
        /// What it is, in words.
        found: &'static str,
        /// The game's actions.
        known: &'static str,
    },
    /// An entry is a text, but names no action.
    #[error("actions[{index}] is {quoted:?}, which is none of {known}")]
    Unknown {
        /// Its place in the list, from 0.
        index: usize,
        /// The beginning of the text.
        quoted: String,
        /// The game's actions.
        known: &'static str,
    },
}

impl BadAction {
    /// Why `entry` is refused by a game whose actions are `known`.
    pub(crate) fn of(index: usize, entry: &Value, known: &'static str) -> BadAction {
        let found = match entry {
            Value::String(text) => return BadAction::Unknown { index, quoted: quote(text), known },
            Value::Null => "null",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        BadAction::NotText { index, found, known }
    }
}

/// The beginning of a bot's text: faults are stored and shown, so a bot must not choose their size.
fn quote(text: &str) -> String {
    let mut chars = text.chars();
    let mut quoted: String = chars.by_ref().take(QUOTE_CHARS_MAX).collect();
    if chars.next().is_some() {
        quoted.push('…');
    }
    quoted
}
