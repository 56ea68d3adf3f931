//! The document that `--json` writes. Names and order of the fields are a contract: programs of
//! other people read them. Add at the end; never rename, reorder or reuse.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use terms::{Limits, limits};

/// The version of the document's form.
pub(super) const VERSION: u32 = 1;

/// Everything about a finished tournament.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// The version of the document's form.
    pub version: u32,
    /// The tournament as a whole.
    pub tournament: TournamentRow,
    /// The standings, from first to last.
    pub bots: Vec<BotRow>,
    /// Points of the row's bot against the column's, in the order of `bots`; null on the diagonal.
    pub crosstable: Vec<Vec<Option<f64>>>,
    /// Every match, in schedule order.
    pub matches: Vec<MatchRow>,
    /// Who played them.
    pub workers: Vec<WorkerRow>,
    /// What somebody should look at; empty if all went well.
    pub alarms: Vec<AlarmRow>,
}

/// The tournament as a whole.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TournamentRow {
    /// Its id.
    pub id: String,
    /// The name of the game.
    pub game: String,
    /// The version of the game.
    pub game_version: u32,
    /// What the seeds of the rounds come from.
    pub seed: u64,
    /// Seed pairs that every pairing plays.
    pub rounds: u32,
    /// The runtime fingerprint, in hexadecimal.
    pub runtime: String,
    /// The version of Python.
    pub python: String,
    /// Every limit by its name.
    #[serde(serialize_with = "by_name")]
    pub limits: Limits,
    /// All matches.
    pub matches: u64,
    /// Those that were played to the end.
    pub played: u64,
    /// Those that a bot forfeited.
    pub forfeits: u64,
    /// Those that stayed void.
    pub void: u64,
    /// Those whose result was there before.
    pub cached: u64,
    /// From start to end, in seconds, to the millisecond.
    pub wall_seconds: f64,
    /// What bots might import and call.
    pub policy: PolicyRow,
}

/// A policy. The lists are only there if it is no preset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyRow {
    /// `open`, `strict` or `custom`.
    pub name: &'static str,
    /// The only modules that might be imported, besides a bot's own; left out if all might.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_imports: Option<Vec<String>>,
    /// Modules that might not be imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_imports: Option<Vec<String>>,
    /// Built-in functions that might not be called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_calls: Option<Vec<String>>,
}

/// One bot's line of the standings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BotRow {
    /// Its name.
    pub name: String,
    /// The digest of its contents, in hexadecimal.
    pub digest: String,
    /// From 1; shared by bots that are level.
    pub rank: usize,
    /// One for a win, a half for a draw.
    pub points: f64,
    /// Scored matches, forfeits included.
    pub played: u64,
    /// Matches won.
    pub wins: u64,
    /// Matches drawn.
    pub draws: u64,
    /// Matches lost.
    pub losses: u64,
    /// Matches forfeited.
    pub forfeits: u64,
    /// On the Elo scale, to one decimal.
    pub rating: f64,
    /// Lower end of the rating's 95 % interval.
    pub rating_low: f64,
    /// Upper end of the rating's 95 % interval.
    pub rating_high: f64,
    /// Median fuel of a turn.
    pub fuel_per_turn_p50: u64,
    /// Fuel that 99 % of the turns stay within.
    pub fuel_per_turn_p99: u64,
    /// Largest linear memory of any match, in bytes.
    pub memory_peak_bytes: u64,
}

/// One match.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatchRow {
    /// Its id, in hexadecimal.
    pub id: String,
    /// Its seed.
    pub seed: u64,
    /// The bots' names by seat.
    pub bots: [String; 2],
    /// `played`, `forfeit` or `void`.
    pub outcome: &'static str,
    /// Points by seat; null for a void match.
    pub scores: Option<[f64; 2]>,
    /// Every fault in the order it happened, strikes included.
    pub faults: Vec<FaultRow>,
    /// Ticks played.
    pub ticks: u32,
    /// The digest of what was said, in hexadecimal.
    pub digest: String,
    /// The digest of the fuel of every load and turn, in hexadecimal.
    pub fuel_digest: String,
    /// Fuel by seat, load and turns together.
    pub fuel: [u64; 2],
    /// Who played it.
    pub worker: String,
    /// The how-manieth try this was.
    pub attempt: u32,
    /// Whether the result was there before.
    pub cached: bool,
    /// The command that plays it again and compares; not there for a void match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// Why the match is void; only there if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_fault: Option<HostFaultRow>,
}

/// One fault of one bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultRow {
    /// 0 or 1.
    pub seat: u8,
    /// One of the names of `terms::FaultKind`.
    pub kind: &'static str,
    /// 0 while loading, otherwise the tick.
    pub tick: u32,
    /// One sentence.
    pub message: String,
    /// The bot's own traceback; only there if Python gave one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub traceback: String,
}

/// Why a match is void.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostFaultRow {
    /// One of the names of `terms::HostFault`.
    pub kind: &'static str,
    /// What happened, for operators.
    pub message: String,
}

/// One worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkerRow {
    /// Its name.
    pub name: String,
    /// Matches whose result came from it.
    pub matches: u64,
    /// Active layers of its sandbox.
    pub layers: Vec<String>,
    /// Why it was not believed any more; only there if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantined: Option<String>,
}

/// A reason to doubt a worker or a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlarmRow {
    /// `quarantined`, `corrected` or `undecided`.
    pub kind: &'static str,
    /// The match by which it was found, in hexadecimal.
    pub r#match: String,
    /// The workers it is about.
    pub workers: Vec<String>,
    /// What happened and what to do.
    pub text: String,
}

fn by_name<S: Serializer>(limits: &Limits, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(limits::ROWS.len()))?;
    for row in &limits::ROWS {
        map.serialize_entry(row.name, &(row.get)(limits))?;
    }
    map.end()
}
