//! The store in one SQLite file: one writer, a write-ahead log, and a sync before every answer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};
use terms::{Digest, MatchId};

use super::sql::{self, Trouble};
use super::{Amended, Amendment, Store, StoreError, StoredResult, Written};

/// How long another program's write is waited for.
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// Pages of the file that are kept in memory: if negative, in KiB instead.
const CACHE_SIZE: &str = "-32768";
/// Takes the write lock at once, so that two writers cannot deadlock half-way.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// SQLite's primary result codes that people can do something about.
mod code {
    pub(super) const PERM: u32 = 3;
    pub(super) const BUSY: u32 = 5;
    pub(super) const LOCKED: u32 = 6;
    pub(super) const READONLY: u32 = 8;
    pub(super) const CORRUPT: u32 = 11;
    pub(super) const FULL: u32 = 13;
    pub(super) const CANTOPEN: u32 = 14;
    pub(super) const NOTADB: u32 = 26;
}

/// What to do about a file that cannot be written.
const ABOUT_PERMISSIONS: &str = "check its permissions and those of its folder";

/// Results in one SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    path: PathBuf,
    pub(super) pool: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, or makes it, and brings its tables up to date. `now_ms` is the time in
    /// milliseconds since 1970.
    ///
    /// # Errors
    /// The file cannot be opened or written, is no store, or is one of a newer version.
    pub async fn open(path: &Path, now_ms: i64) -> Result<SqliteStore, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // In WAL mode only FULL makes a commit survive a loss of power.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_WAIT)
            // What a batch may have to take back is kept in memory, as is what it changes until it is
            // committed: ids are scattered over the whole file.
            .pragma("temp_store", "MEMORY")
            .pragma("cache_size", CACHE_SIZE);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .map_err(|source| of_sqlite(path, source))?;
        let store = SqliteStore { path: path.to_owned(), pool };
        let migrated = store.migrate(now_ms).await;
        migrated.map_err(|trouble| store.failed(trouble))?;
        Ok(store)
    }

    async fn migrate(&self, now_ms: i64) -> Result<(), Trouble> {
        let mut transaction = self.begin().await?;
        sql::migrate(&mut *transaction, now_ms).await?;
        Ok(transaction.commit().await?)
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, Trouble> {
        Ok(self.pool.begin_with(BEGIN).await?)
    }

    async fn connection(&self) -> Result<PoolConnection<Sqlite>, StoreError> {
        self.pool.acquire().await.map_err(|error| of_sqlite(&self.path, error))
    }

    fn failed(&self, trouble: Trouble) -> StoreError {
        StoreError::of(&self.path.display().to_string(), trouble, |error| of_sqlite(&self.path, error))
    }

    async fn write(&self, setting: &str, results: &[StoredResult]) -> Result<Vec<Written>, Trouble> {
        let mut transaction = self.begin().await?;
        let written = sql::record(&mut *transaction, setting, results).await?;
        transaction.commit().await?;
        Ok(written)
    }

    async fn change(
        &self,
        setting: &str,
        amendments: &[Amendment],
        now_ms: i64,
    ) -> Result<Vec<Amended>, Trouble> {
        let mut transaction = self.begin().await?;
        let amended = sql::amend(&mut *transaction, setting, amendments, now_ms).await?;
        transaction.commit().await?;
        Ok(amended)
    }
}

impl Store for SqliteStore {
    async fn recorded(&self, setting: Digest) -> Result<Vec<MatchId>, StoreError> {
        let mut connection = self.connection().await?;
        sql::ids(&mut *connection, &setting.to_string()).await.map_err(|e| self.failed(e))
    }

    async fn record(&self, setting: Digest, results: &[StoredResult]) -> Result<Vec<Written>, StoreError> {
        self.write(&setting.to_string(), results).await.map_err(|e| self.failed(e))
    }

    async fn amend(
        &self,
        setting: Digest,
        amendments: &[Amendment],
        now_ms: i64,
    ) -> Result<Vec<Amended>, StoreError> {
        self.change(&setting.to_string(), amendments, now_ms).await.map_err(|e| self.failed(e))
    }

    async fn for_each_result(
        &self,
        setting: Digest,
        each: impl FnMut(StoredResult) + Send,
    ) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        sql::each_result(&mut *connection, &setting.to_string(), each).await.map_err(|e| self.failed(e))
    }

    async fn for_each_beginning(
        &self,
        digits: &str,
        each: impl FnMut(StoredResult) + Send,
    ) -> Result<(), StoreError> {
        let mut connection = self.connection().await?;
        sql::each_beginning(&mut *connection, digits, each).await.map_err(|e| self.failed(e))
    }

    async fn find(&self, digits: &str) -> Result<Vec<StoredResult>, StoreError> {
        let mut connection = self.connection().await?;
        sql::find(&mut *connection, digits).await.map_err(|e| self.failed(e))
    }

    async fn settings(&self) -> Result<Vec<Digest>, StoreError> {
        let mut connection = self.connection().await?;
        sql::settings(&mut *connection).await.map_err(|e| self.failed(e))
    }

    async fn corroborations(&self) -> Result<Vec<(MatchId, String)>, StoreError> {
        let mut connection = self.connection().await?;
        sql::corroborations(&mut *connection).await.map_err(|e| self.failed(e))
    }

    /// Nobody takes a file away: the data directory's lock sees to that.
    async fn lost(&self) -> StoreError {
        std::future::pending().await
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

/// What an error of SQLite means for the file at `path`.
fn of_sqlite(path: &Path, source: sqlx::Error) -> StoreError {
    let store = path.display().to_string();
    let Some(database) = source.as_database_error() else {
        return StoreError::Database { store, source };
    };
    let detail = database.message().to_owned();
    // Extended codes carry the primary one in their lowest byte.
    let code = database.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
    match code {
        Some(code::CORRUPT | code::NOTADB) => StoreError::Damaged { store, detail },
        Some(code::READONLY | code::PERM | code::CANTOPEN) => {
            StoreError::ReadOnly { store, detail, advice: ABOUT_PERMISSIONS }
        }
        Some(code::FULL) => StoreError::Full { store },
        Some(code::BUSY | code::LOCKED) => StoreError::Busy { store },
        _ => StoreError::Database { store, source },
    }
}
