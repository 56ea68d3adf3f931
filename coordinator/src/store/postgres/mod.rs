//! The store in a database of PostgreSQL: one connection, over which everything is written, and with
//! it the lock that makes its coordinator the only one.
//!
//! A connection that breaks is made anew while whoever waits for an answer waits. Nothing is written
//! twice by that: results are compared with what is there, and of a change whose end nobody heard of,
//! the server is asked whether it was made.

mod claimant;
mod codes;
mod lease;
mod line;

use std::collections::HashSet;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Postgres, Transaction};
use terms::{Digest, MatchId};
use tokio::sync::Mutex;

use super::session::{ANSWER_MAX, bounded};
use super::sql::{self, Trouble};
use super::{Amended, Amendment, Store, StoreError, StoredResult, Written};
use crate::config::Database;
pub use claimant::Claimant;
use lease::Lease;
use line::Line;

/// How often a connection over which nothing is said is tried.
const TRY_EVERY: Duration = Duration::from_secs(2);
/// Longest wait for the answer to that.
const TRY_MAX: Duration = Duration::from_secs(10);
/// Longest wait for the end: somebody may be waiting for a server that is away, and nobody has the time.
const CLOSE_MAX: Duration = Duration::from_secs(1);
/// The number of a transaction, by which the server knows its end.
const TRANSACTION: &str = "SELECT pg_current_xact_id()::text";
/// How a transaction ended.
const STATUS: &str = "SELECT pg_xact_status($1::text::xid8)";

/// Results in a database of PostgreSQL.
#[derive(Debug)]
pub struct PostgresStore {
    line: Line,
    /// Under which number the database is ours; nothing if we only look.
    claim: Option<i64>,
    connection: Mutex<Option<PgConnection>>,
}

/// A change of which nobody heard whether it was made.
struct Doubt {
    transaction: String,
    amended: Vec<Amended>,
}

impl PostgresStore {
    /// Opens a database to look at it, whoever writes to it meanwhile.
    ///
    /// # Errors
    /// It cannot be reached or read, or there is nothing in it.
    pub(super) async fn look(database: &Database, now_ms: i64) -> Result<PostgresStore, StoreError> {
        let line = Line::to(database);
        let mut connection = line.connect().await?;
        if line.version(&mut connection).await? == 0 {
            return Err(StoreError::Nothing { store: line.store });
        }
        line.migrate(&mut connection, now_ms).await?;
        Ok(PostgresStore { line, claim: None, connection: Mutex::new(Some(connection)) })
    }

    /// A database that is ours.
    fn ours(line: Line, claim: i64, connection: PgConnection) -> PostgresStore {
        PostgresStore { line, claim: Some(claim), connection: Mutex::new(Some(connection)) }
    }

    async fn lease(&self) -> Lease<'_> {
        Lease::new(&self.line, self.claim, self.connection.lock().await)
    }
}

/// Does work over the connection until it is done, or cannot be.
macro_rules! persist {
    ($self:ident, $connection:ident => $work:expr) => {{
        let mut lease = $self.lease().await;
        loop {
            let $connection = lease.connection().await?;
            let done: Result<_, Trouble> = $work.await;
            if let Some(settled) = lease.settle(done).await {
                return settled;
            }
        }
    }};
}

impl Store for PostgresStore {
    async fn recorded(&self, setting: Digest) -> Result<Vec<MatchId>, StoreError> {
        let setting = setting.to_string();
        persist!(self, connection => sql::ids(connection, &setting))
    }

    async fn record(&self, setting: Digest, results: &[StoredResult]) -> Result<Vec<Written>, StoreError> {
        let setting = setting.to_string();
        persist!(self, connection => write(connection, &setting, results))
    }

    async fn amend(
        &self,
        setting: Digest,
        amendments: &[Amendment],
        now_ms: i64,
    ) -> Result<Vec<Amended>, StoreError> {
        let setting = setting.to_string();
        let mut doubt = None;
        persist!(self, connection => change(connection, &setting, amendments, now_ms, &mut doubt))
    }

    async fn for_each_result(
        &self,
        setting: Digest,
        mut each: impl FnMut(StoredResult) + Send,
    ) -> Result<(), StoreError> {
        let setting = setting.to_string();
        // After a connection broke, the rows begin anew.
        let mut seen = HashSet::new();
        let mut once = |result: StoredResult| {
            if seen.insert(result.id) {
                each(result);
            }
        };
        persist!(self, connection => sql::each_result(connection, &setting, &mut once))
    }

    async fn for_each_beginning(
        &self,
        digits: &str,
        mut each: impl FnMut(StoredResult) + Send,
    ) -> Result<(), StoreError> {
        let mut seen = HashSet::new();
        let mut once = |result: StoredResult| {
            if seen.insert(result.id) {
                each(result);
            }
        };
        persist!(self, connection => sql::each_beginning(connection, digits, &mut once))
    }

    async fn find(&self, digits: &str) -> Result<Vec<StoredResult>, StoreError> {
        persist!(self, connection => sql::find(connection, digits))
    }

    async fn settings(&self) -> Result<Vec<Digest>, StoreError> {
        persist!(self, connection => sql::settings(connection))
    }

    async fn corroborations(&self) -> Result<Vec<(MatchId, String)>, StoreError> {
        persist!(self, connection => sql::corroborations(connection))
    }

    /// Tries the connection from time to time, so that whoever has nothing to write hears of it too
    /// when somebody else took over.
    async fn lost(&self) -> StoreError {
        loop {
            tokio::time::sleep(TRY_EVERY).await;
            if let Err(error) = self.try_connection().await {
                return error;
            }
        }
    }

    async fn close(&self) {
        let work = async {
            match self.connection.lock().await.take() {
                Some(connection) => connection.close().await,
                None => Ok(()),
            }
        };
        // The server frees what was ours when it sees the end, whether we say good-bye or not.
        let _ = bounded(CLOSE_MAX, work).await;
    }
}

impl PostgresStore {
    async fn try_connection(&self) -> Result<(), StoreError> {
        persist!(self, connection => async { Ok(bounded(TRY_MAX, connection.ping()).await?) })
    }
}

async fn write(
    connection: &mut PgConnection,
    setting: &str,
    results: &[StoredResult],
) -> Result<Vec<Written>, Trouble> {
    let mut transaction = begin(connection).await?;
    let written = sql::record(&mut *transaction, setting, results).await?;
    commit(transaction).await?;
    Ok(written)
}

/// If the end of this very change was not heard of before, asks for it first.
async fn change(
    connection: &mut PgConnection,
    setting: &str,
    amendments: &[Amendment],
    now_ms: i64,
    doubt: &mut Option<Doubt>,
) -> Result<Vec<Amended>, Trouble> {
    if let Some(Doubt { transaction, amended }) = doubt {
        if was_made(connection, transaction).await? {
            return Ok(std::mem::take(amended));
        }
        *doubt = None;
    }
    let mut transaction = begin(connection).await?;
    let number = sqlx::query_scalar(TRANSACTION).fetch_one(&mut *transaction);
    let number = bounded(ANSWER_MAX, number).await?;
    let amended = sql::amend(&mut *transaction, setting, amendments, now_ms).await?;
    *doubt = Some(Doubt { transaction: number, amended: amended.clone() });
    commit(transaction).await?;
    Ok(amended)
}

/// Whether that transaction was committed. We have the lock again, so its session is over.
async fn was_made(connection: &mut PgConnection, transaction: &str) -> Result<bool, Trouble> {
    let status = sqlx::query_scalar::<_, Option<String>>(STATUS).bind(transaction).fetch_one(connection);
    let status = bounded(ANSWER_MAX, status).await?;
    tracing::info!("the change that was under way when the connection broke: {status:?}");
    Ok(status.as_deref() == Some("committed"))
}

async fn begin(connection: &mut PgConnection) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
    bounded(ANSWER_MAX, connection.begin()).await
}

async fn commit(transaction: Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    bounded(ANSWER_MAX, transaction.commit()).await
}
