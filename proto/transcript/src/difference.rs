//! In what two transcripts differ, in words.

use std::fmt;

use terms::Seat;
use terms::printable::clean;

/// How much of what differs is shown, in bytes.
const EXCERPT_BYTES_MAX: usize = 100;
/// How much of that comes before the first byte that differs.
const BEFORE_BYTES: usize = 30;

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident = $name:literal, $aspect:ident;)*) => {
        /// What can differ.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Field { $($(#[$doc])* $field,)* }

        impl Field {
            /// The name for people.
            pub const fn name(self) -> &'static str {
                match self { $(Field::$field => $name,)* }
            }

            /// What kind of difference it is.
            pub const fn aspect(self) -> Aspect {
                match self { $(Field::$field => Aspect::$aspect,)* }
            }
        }
    };
}

/// What kind of difference something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// What the match depends on: these are two matches, not one that was played twice.
    Setting,
    /// What was shown, said and decided.
    Play,
    /// What the bots computed for it.
    Fuel,
    /// Memory and logs, which no digest of a match has.
    Usage,
}

fields! {
    /// The rules.
    Game = "game", Setting;
    /// The seed.
    Seed = "seed", Setting;
    /// The bot of a seat.
    Bot = "bot", Setting;
    /// The limits.
    Limits = "limits", Setting;
    /// The policy.
    Policy = "policy", Setting;
    /// The runtime.
    Runtime = "runtime", Setting;
    /// What a bot was shown.
    Observation = "observation", Play;
    /// What it answered.
    Reply = "reply", Play;
    /// What went wrong.
    Fault = "fault", Play;
    /// How many ticks were played.
    Ticks = "ticks", Play;
    /// How it ended.
    Verdict = "verdict", Play;
    /// What was played beyond the end of the record.
    Digest = "digest", Play;
    /// The fuel of a load or of a turn.
    Fuel = "fuel", Fuel;
    /// The fuel of what was played beyond the end of the record.
    FuelDigest = "fuel digest", Fuel;
    /// The memory.
    Memory = "memory_peak_bytes", Usage;
    /// The log.
    Log = "log", Usage;
    /// How much of the log was dropped.
    LogDropped = "log_dropped_bytes", Usage;
}

/// One difference. As text it is a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// When: 0 while loading; nothing for what belongs to no tick.
    pub tick: Option<u32>,
    /// Whose it is; nothing for what belongs to both.
    pub seat: Option<Seat>,
    /// What differs.
    pub field: Field,
    /// What the first has: an excerpt, harmless to a terminal.
    pub ours: String,
    /// What the second has: an excerpt, harmless to a terminal.
    pub theirs: String,
}

impl Difference {
    pub(crate) fn new(field: Field, ours: &str, theirs: &str) -> Difference {
        let (ours, theirs) = excerpts(ours.as_bytes(), theirs.as_bytes());
        Difference { tick: None, seat: None, field, ours, theirs }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.tick, self.seat) {
            (Some(0), Some(seat)) => write!(f, "loading, seat {}: ", seat.index())?,
            (Some(tick), Some(seat)) => write!(f, "tick {tick}, seat {}: ", seat.index())?,
            (_, Some(seat)) => write!(f, "seat {}: ", seat.index())?,
            (_, None) => {}
        }
        write!(f, "{} differs: {} against {}", self.field.name(), self.ours, self.theirs)
    }
}

/// What is around the first byte that differs, of both.
pub(crate) fn excerpts(ours: &[u8], theirs: &[u8]) -> (String, String) {
    let same = ours.iter().zip(theirs).take_while(|(one, other)| one == other).count();
    let begin = same.saturating_sub(BEFORE_BYTES);
    (excerpt(ours, begin), excerpt(theirs, begin))
}

fn excerpt(bytes: &[u8], begin: usize) -> String {
    let rest = bytes.get(begin..).unwrap_or_default();
    let shown = rest.get(..EXCERPT_BYTES_MAX).unwrap_or(rest);
    let [before, after] = [begin > 0, shown.len() < rest.len()].map(|is_cut| if is_cut { "…" } else { "" });
    format!("{before}{}{after}", clean(&String::from_utf8_lossy(shown)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_what_differs_and_not_more() {
        let ours = format!("{}1{}", "x".repeat(5_000), "y".repeat(5_000));
        let theirs = ours.replace('1', "2");
        let (ours, theirs) = excerpts(ours.as_bytes(), theirs.as_bytes());
        assert!(ours.contains("xx1yy") && theirs.contains("xx2yy"), "{ours} {theirs}");
        assert!(ours.starts_with('…') && ours.ends_with('…') && ours.len() < 2 * EXCERPT_BYTES_MAX);
        assert_eq!(excerpts(b"", b"a"), (String::new(), "a".to_owned()));
    }

    #[test]
    fn a_difference_is_a_sentence_that_does_nothing_to_a_terminal() {
        let difference = Difference::new(Field::Reply, "\u{1b}[31m[]", "\u{202e}[]");
        let difference = Difference { tick: Some(17), seat: Some(Seat::One), ..difference };
        assert_eq!(difference.to_string(), "tick 17, seat 1: reply differs: [] against \u{fffd}[]");
    }
}
