//! Results that outlive the process: written once, durable before anyone is told, never changed.
//!
//! One trait, one set of tables, one SQL text that databases share (`$1`, BIGINT, TEXT). The store
//! knows results by match id: whether a tournament is new, resumed or played again, what is here is
//! not played again. A result that is not believed any more is set aside: it stays for whoever wants
//! to know, and its match can be played again. Void matches never come here. Never here: scheduling,
//! or an opinion on results.
//!
//! ```text
//!  open ─┬─ sqlite     a file     ┐ connections  ├─ sql ── session   what is said, for both
//!        └─ postgres   a database ┘ and locks    ┘   └──── schema    the tables
//! ```

mod error;
mod open;
mod portable;
mod postgres;
mod row;
mod schema;
mod session;
mod sql;
mod sqlite;
#[cfg(test)]
mod tests;

use terms::{Attempt, BySeat, Digest, MatchId, Outcome, Seed};

pub use error::StoreError;
pub use open::{AnyStore, Attempted, Claim, claim, open};
pub use portable::{from_line, to_line, worker_name};
pub use postgres::{Claimant, PostgresStore};
pub use row::mark;
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
    /// The record of its transcript, which goes elsewhere than into the store; empty for a result
    /// that was read from it.
    pub record: Vec<u8>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is durable.
    New,
    /// The same result was there before.
    Same,
    /// Another result was there before, and stays: somebody is wrong, and someone must look.
    Conflict {
        /// The result that is kept.
        kept: Box<StoredResult>,
    },
}

/// What an audit found, as a change to what is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amendment {
    /// That worker came to the recorded result as well.
    Corroborate {
        /// Which match.
        id: MatchId,
        /// The name of the worker.
        worker: String,
    },
    /// The recorded result is set aside, and this one takes its place.
    Replace {
        /// What is right.
        by: Box<StoredResult>,
        /// Another worker that says so.
        corroborated_by: Option<String>,
        /// Why, for people.
        reason: String,
    },
    /// The recorded result is set aside, and none takes its place.
    SetAside {
        /// Which match.
        id: MatchId,
        /// Why, for people.
        reason: String,
    },
    /// Every result of the setting that this worker alone vouches for is set aside.
    Distrust {
        /// The name of the worker.
        worker: String,
        /// Why, for people.
        reason: String,
    },
}

impl Amendment {
    /// The result that it brings, if it does.
    pub fn new_result(&mut self) -> Option<&mut StoredResult> {
        match self {
            Amendment::Replace { by, .. } => Some(by),
            Amendment::Corroborate { .. } | Amendment::SetAside { .. } | Amendment::Distrust { .. } => None,
        }
    }
}

/// What became of an amendment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amended {
    /// It is durable.
    Done,
    /// It is durable; these matches lost their results, each of which has that [`mark`].
    Distrusted(Vec<(MatchId, Digest)>),
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

    /// Makes these changes to the results of a setting in one transaction, in this order. When this
    /// returns, they are durable. Says of each what became of it, in the same order. `now_ms` is the
    /// time in milliseconds since 1970.
    ///
    /// # Errors
    /// The database fails; then none of them is made.
    fn amend(
        &self,
        setting: Digest,
        amendments: &[Amendment],
        now_ms: i64,
    ) -> impl Future<Output = Result<Vec<Amended>, StoreError>> + Send;

    /// Calls `each` with every result of a setting, in no particular order.
    ///
    /// # Errors
    /// The database fails, or holds something that was never written to it.
    fn for_each_result(
        &self,
        setting: Digest,
        each: impl FnMut(StoredResult) + Send,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Calls `each` once with every result, of whatever setting, whose match's id begins with these lower-case
    /// hexadecimal digits.
    ///
    /// # Errors
    /// The database fails, or holds something that was never written to it.
    fn for_each_beginning(
        &self,
        digits: &str,
        each: impl FnMut(StoredResult) + Send,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Up to two results whose match's id begins with these lower-case hexadecimal digits: two say
    /// that it is not enough of one.
    ///
    /// # Errors
    /// The database fails, or holds something that was never written to it.
    fn find(&self, digits: &str) -> impl Future<Output = Result<Vec<StoredResult>, StoreError>> + Send;

    /// Every setting that there is a result of.
    ///
    /// # Errors
    /// The database fails, or holds something that was never written to it.
    fn settings(&self) -> impl Future<Output = Result<Vec<Digest>, StoreError>> + Send;

    /// Every match that another worker came to the result of, with that worker's name.
    ///
    /// # Errors
    /// The database fails, or holds something that was never written to it.
    fn corroborations(&self) -> impl Future<Output = Result<Vec<(MatchId, String)>, StoreError>> + Send;

    /// Returns when nothing can be written any more, with the reason: somebody else took over, or the
    /// server does not come back.
    fn lost(&self) -> impl Future<Output = StoreError> + Send;

    /// Waits for everything to be written and closes the files.
    fn close(&self) -> impl Future<Output = ()> + Send;
}
