//! Results that outlive the process: written once, durable before anyone is told, never changed.
//!
//! One trait, one set of tables, one SQL text that databases share (`$1`, BIGINT, TEXT). The store
//! knows results by match id: whether a tournament is new, resumed or played again, what is here is
//! not played again. Void matches never come here. Never here: scheduling, or an opinion on results.

mod error;
mod row;
mod schema;
mod sqlite;
#[cfg(test)]
mod tests;

use terms::{Attempt, BySeat, Digest, MatchId, Outcome, Seed};

pub use error::StoreError;
pub use sqlite::SqliteStore;

/// A result as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredResult {
    /// Which match.
    pub id: MatchId,
    /// Its seed.
    pub seed: Seed,
    /// The digest of each bot.
    pub bots: BySeat<Digest>,
    /// How it ended; never void.
    pub outcome: Outcome,
    /// The name of the worker that played it.
    pub worker: String,
    /// The layers of that worker's sandbox that were active.
    pub layers: Vec<String>,
    /// The how-manieth try it was.
    pub attempt: Attempt,
    /// How long it took, in microseconds.
    pub wall_micros: u64,
    /// When it was recorded, in milliseconds since 1970.
    pub recorded_at_ms: i64,
}

/// What became of a result that was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is durable.
    New,
    /// The same result was there before.
    Same,
    /// Another result was there before, and stays: somebody is wrong, and someone must look.
    Conflict {
        /// The digest of the result that is kept.
        kept: Digest,
    },
}

/// Where results live.
pub trait Store: Send + Sync + 'static {
    /// The ids of all results of a setting, in no particular order.
    ///
    /// # Errors
    /// The database fails, or holds something that was never written to it.
    fn recorded(&self, setting: Digest) -> impl Future<Output = Result<Vec<MatchId>, StoreError>> + Send;

    /// Writes results of a setting in one transaction. When this returns, they are durable.
    /// Says of each what became of it, in the same order.
    ///
    /// # Errors
    /// The database fails; then none of them is written.
    fn record(
        &self,
        setting: Digest,
        results: &[StoredResult],
    ) -> impl Future<Output = Result<Vec<Written>, StoreError>> + Send;

    /// Calls `each` with every result of a setting, in no particular order.
    ///
    /// # Errors
    /// The database fails, or holds something that was never written to it.
    fn for_each_result(
        &self,
        setting: Digest,
        each: impl FnMut(StoredResult) + Send,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Waits for everything to be written and closes the files.
    fn close(&self) -> impl Future<Output = ()> + Send;
}
