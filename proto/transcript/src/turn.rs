//! What a transcript knows of one bot's turn, or of its load.

use terms::FaultKind;

use crate::Blob;

/// One bot's turn. The load is the turn of tick 0, which has no observation and no reply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// What the bot was shown.
    pub observation: Option<Blob>,
    /// What it answered.
    pub reply: Option<Blob>,
    /// What went wrong, in the order in which it did.
    pub faults: Vec<FaultNote>,
    /// What the turn used; nothing if the match ended before the bot answered.
    pub used: Option<Used>,
}

/// One fault of a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultNote {
    /// What kind.
    pub kind: FaultKind,
    /// One sentence for people.
    pub message: Blob,
    /// The bot's own traceback; empty where Python had none.
    pub traceback: Blob,
}

/// What a turn used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Fuel of this turn.
    pub fuel: u64,
    /// Largest linear memory so far, in bytes.
    pub memory_peak_bytes: u64,
    /// What was printed; nothing if nothing was.
    pub log: Option<Blob>,
    /// Bytes of log that were dropped.
    pub log_dropped_bytes: u64,
}
