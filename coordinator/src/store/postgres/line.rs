//! A connection as it must be before anything is said over it, and the lock that goes with it.
//!
//! The lock belongs to the session: the server frees it when the connection ends, however it ends.
//! Results are written over the same connection, so whoever lost the lock can write nothing. For the
//! same reason there must be nothing in between that shares connections (a pooler).

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Error};

use super::codes::{meaning, meaning_at_first};
use super::{begin, commit};
use crate::config::Database;
use crate::store::session::{ANSWER_MAX, bounded};
use crate::store::sql::{self, Trouble};
use crate::store::{StoreError, schema};

/// Longest wait for a connection.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Longest wait for a short answer.
const SHORT_ANSWER_MAX: Duration = Duration::from_secs(10);
/// Longest name of a program that the server keeps, in bytes.
const NAME_BYTES_MAX: usize = 63;

/// The server notices within seconds that our host is gone, and frees the lock; durable means durable,
/// and long answers may take their time, whatever the server's own settings are.
const SETTINGS: &str = "SELECT set_config('tcp_keepalives_idle', '4', false), \
     set_config('tcp_keepalives_interval', '2', false), \
     set_config('tcp_keepalives_count', '3', false), \
     set_config('tcp_user_timeout', '10000', false), \
     set_config('statement_timeout', '0', false), \
     CASE current_setting('synchronous_commit') WHEN 'off' \
        THEN set_config('synchronous_commit', 'on', false) END";
/// The lock of a schema, as an expression: "AREN", and the schema's number.
macro_rules! key {
    () => {
        "((x'4152454E'::bigint << 32) | \
         (SELECT oid::bigint FROM pg_namespace WHERE nspname = current_schema()))"
    };
}
/// The lock of whoever changes the tables.
const LOCK_TABLES: &str = "SELECT pg_advisory_xact_lock((x'4152454D'::bigint << 32) | oid::bigint) FROM pg_namespace \
     WHERE nspname = current_schema()";
const TRY_LOCK: &str = concat!("SELECT pg_try_advisory_lock(", key!(), ")");
const HOLDER: &str = concat!(
    "SELECT COALESCE(a.application_name, '') FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.datname = current_database() \
     AND ((l.classid::bigint << 32) | l.objid::bigint) = ",
    key!()
);
const HAS_TABLES: &str = "SELECT to_regclass('arena_schema') IS NOT NULL";
const NEWEST_CLAIM: &str = "SELECT COALESCE(MAX(claim), 0) FROM arena_claims";
const ADD_CLAIM: &str = "INSERT INTO arena_claims (claim, holder, claimed_at_ms) \
     SELECT COALESCE(MAX(claim), 0) + 1, $1, $2 FROM arena_claims RETURNING claim";

/// The way to a database.
#[derive(Debug)]
pub(super) struct Line {
    /// The database as people may see it.
    pub(super) store: String,
    options: PgConnectOptions,
}

impl Line {
    /// The way to that database.
    pub(super) fn to(database: &Database) -> Line {
        let options = database.options.clone().application_name(&our_name());
        Line { store: database.to_string(), options }
    }

    /// A new connection, ready for use.
    ///
    /// # Errors
    /// There is none to be had, or the database cannot hold results.
    pub(super) async fn connect(&self) -> Result<PgConnection, StoreError> {
        let work = PgConnection::connect_with(&self.options);
        let mut connection =
            bounded(CONNECT_MAX, work).await.map_err(|error| meaning_at_first(&self.store, error))?;
        let set = bounded(SHORT_ANSWER_MAX, sqlx::query(SETTINGS).execute(&mut connection)).await;
        set.map_err(|error| meaning_at_first(&self.store, error))?;
        let encoding: String = self.short(&mut connection, "SHOW server_encoding").await?;
        if !["UTF8", "SQL_ASCII"].contains(&encoding.as_str()) {
            return Err(StoreError::Encoding { store: self.store.clone(), found: encoding });
        }
        Ok(connection)
    }

    /// Takes the lock if nobody has it, and says whether it is ours.
    ///
    /// # Errors
    /// The database fails, or has no schema that anything could be in.
    pub(super) async fn lock(&self, connection: &mut PgConnection) -> Result<bool, StoreError> {
        let taken: Option<bool> = self.short(connection, TRY_LOCK).await?;
        taken.ok_or_else(|| StoreError::ReadOnly {
            store: self.store.clone(),
            detail: "none of the schemas in its search_path is there".to_owned(),
            advice: "make the schema, or name another one with options=-csearch_path=SCHEMA in --store",
        })
    }

    /// Who has the lock, as far as the server says.
    ///
    /// # Errors
    /// The database fails.
    pub(super) async fn holder(&self, connection: &mut PgConnection) -> Result<String, StoreError> {
        let names = sqlx::query_scalar::<_, String>(HOLDER).fetch_all(connection);
        let names = bounded(SHORT_ANSWER_MAX, names).await.map_err(|error| meaning(&self.store, error))?;
        let name = names.first().map(|name| terms::printable::clean(name)).unwrap_or_default();
        Ok(if name.is_empty() { "unknown".to_owned() } else { name })
    }

    /// Whether there are tables, and of which version.
    ///
    /// # Errors
    /// The database fails.
    pub(super) async fn version(&self, connection: &mut PgConnection) -> Result<i64, StoreError> {
        if !self.short::<bool>(connection, HAS_TABLES).await? {
            return Ok(0);
        }
        sql::version(connection).await.map_err(|trouble| self.failed(trouble))
    }

    /// Brings the tables up to date.
    ///
    /// # Errors
    /// The database fails, or a later version wrote it.
    pub(super) async fn migrate(&self, connection: &mut PgConnection, now_ms: i64) -> Result<(), StoreError> {
        if self.version(connection).await? == schema::NEWEST {
            return Ok(());
        }
        let work = async {
            let mut transaction = begin(connection).await?;
            bounded(ANSWER_MAX, sqlx::query(LOCK_TABLES).execute(&mut *transaction)).await?;
            sql::migrate(&mut *transaction, now_ms).await?;
            Ok(commit(transaction).await?)
        };
        work.await.map_err(|trouble| self.failed(trouble))
    }

    /// Writes down that the database is ours from now on, and says under which number.
    ///
    /// # Errors
    /// The database fails.
    pub(super) async fn add_claim(
        &self,
        connection: &mut PgConnection,
        now_ms: i64,
    ) -> Result<i64, StoreError> {
        let query = sqlx::query_scalar(ADD_CLAIM).bind(our_name()).bind(now_ms);
        let added = bounded(SHORT_ANSWER_MAX, query.fetch_one(connection)).await;
        added.map_err(|error| meaning(&self.store, error))
    }

    /// Whether nobody took the database after we did, under that number.
    ///
    /// # Errors
    /// Somebody did, or the database fails.
    pub(super) async fn check_claim(
        &self,
        connection: &mut PgConnection,
        claim: i64,
    ) -> Result<(), StoreError> {
        let newest: i64 = self.short(connection, NEWEST_CLAIM).await?;
        if newest == claim { Ok(()) } else { Err(StoreError::Superseded { store: self.store.clone() }) }
    }

    /// What a trouble means for this store.
    pub(super) fn failed(&self, trouble: Trouble) -> StoreError {
        StoreError::of(&self.store, trouble, |error| meaning(&self.store, error))
    }

    async fn short<T>(&self, connection: &mut PgConnection, sql: &'static str) -> Result<T, StoreError>
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let answer = sqlx::query_scalar(sql).fetch_one(connection);
        let answer: Result<T, Error> = bounded(SHORT_ANSWER_MAX, answer).await;
        answer.map_err(|error| meaning(&self.store, error))
    }
}

/// What others see of us.
fn our_name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = format!("arena on {}, process {}", host.trim(), std::process::id());
    let end = name.floor_char_boundary(NAME_BYTES_MAX);
    name.get(..end).unwrap_or_default().to_owned()
}
