//! The store in one SQLite file: one writer, a write-ahead log, and a sync before every answer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Row, Sqlite, SqliteConnection, SqlitePool, Transaction};
use terms::{Attempt, BySeat, Digest, MatchId, Seed};
use tokio_stream::StreamExt;

use super::row::{read_outcome, write_detail};
use super::{Amended, Amendment, Store, StoreError, StoredResult, Written, schema};

/// How long another program's write is waited for.
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// Takes the write lock at once, so that two writers cannot deadlock half-way.
const BEGIN: &str = "BEGIN IMMEDIATE";
/// What separates the names of layers in their column.
const LAYER_SEPARATOR: char = ',';

/// Results in one SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    path: PathBuf,
    pool: SqlitePool,
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
            .busy_timeout(BUSY_WAIT);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await
            .map_err(|source| StoreError::of_sqlite(path, source))?;
        let store = SqliteStore { path: path.to_owned(), pool };
        store.migrate(now_ms).await?;
        Ok(store)
    }

    async fn migrate(&self, now_ms: i64) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let found = self.read_version(&mut transaction).await?;
        if found > schema::NEWEST {
            let path = self.path.clone();
            return Err(StoreError::Newer { path, found, known: schema::NEWEST });
        }
        for step in schema::MIGRATIONS.iter().filter(|step| step.version > found) {
            for statement in step.statements {
                sqlx::query(*statement).execute(&mut *transaction).await.map_err(|e| self.failed(e))?;
            }
            let version = sqlx::query(schema::ADD_VERSION).bind(step.version).bind(now_ms);
            version.execute(&mut *transaction).await.map_err(|e| self.failed(e))?;
        }
        transaction.commit().await.map_err(|e| self.failed(e))
    }

    async fn read_version(&self, connection: &mut SqliteConnection) -> Result<i64, StoreError> {
        sqlx::query(schema::CREATE_VERSION).execute(&mut *connection).await.map_err(|e| self.failed(e))?;
        sqlx::query_scalar(schema::READ_VERSION).fetch_one(connection).await.map_err(|e| self.failed(e))
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.pool.begin_with(BEGIN).await.map_err(|e| self.failed(e))
    }

    pub(super) async fn insert(
        &self,
        connection: &mut SqliteConnection,
        setting: &str,
        result: &StoredResult,
    ) -> Result<Written, StoreError> {
        let id = result.id.to_string();
        let detail = write_detail(&result.outcome).ok_or(StoreError::Void(result.id))?;
        let scores = result.outcome.verdict.scores().ok_or(StoreError::Void(result.id))?;
        let BySeat([half_zero, half_one]) = scores.half_points();
        let BySeat([bot_zero, bot_one]) = result.bots;
        let query = sqlx::query(schema::INSERT)
            .bind(&id)
            .bind(setting)
            .bind(signed(result.seed.0))
            .bind(bot_zero.to_string())
            .bind(bot_one.to_string())
            .bind(result.outcome.verdict.name())
            .bind(i64::from(half_zero))
            .bind(i64::from(half_one))
            .bind(i64::from(result.outcome.ticks))
            .bind(result.outcome.digest.to_string())
            .bind(detail)
            .bind(&result.worker)
            .bind(result.layers.join(&LAYER_SEPARATOR.to_string()))
            .bind(i64::from(result.attempt.0))
            .bind(signed(result.wall_micros))
            .bind(result.recorded_at_ms);
        let done = query.execute(&mut *connection).await.map_err(|e| self.failed(e))?;
        if done.rows_affected() > 0 {
            return Ok(Written::New);
        }
        let row = sqlx::query(schema::READ_RESULT).bind(&id).fetch_one(connection).await;
        let kept = self.read_row(&row.map_err(|e| self.failed(e))?)?;
        let is_same = kept.outcome == result.outcome;
        Ok(if is_same { Written::Same } else { Written::Conflict { kept: Box::new(kept) } })
    }

    pub(super) fn read_row(&self, row: &SqliteRow) -> Result<StoredResult, StoreError> {
        let id: String = row.try_get("match_id").map_err(|e| self.failed(e))?;
        read_result(row).map_err(|what| self.bad_row(&id, what))
    }

    pub(super) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub(super) fn failed(&self, source: sqlx::Error) -> StoreError {
        StoreError::of_sqlite(&self.path, source)
    }

    fn bad_row(&self, id: &str, what: &'static str) -> StoreError {
        StoreError::BadRow { path: self.path.clone(), id: id.chars().take(80).collect(), what }
    }
}

impl Store for SqliteStore {
    async fn recorded(&self, setting: Digest) -> Result<Vec<MatchId>, StoreError> {
        let mut ids = Vec::new();
        let query = sqlx::query_scalar::<_, String>(schema::READ_IDS).bind(setting.to_string());
        let mut rows = query.fetch(&self.pool);
        while let Some(id) = rows.next().await {
            let id = id.map_err(|e| self.failed(e))?;
            ids.push(MatchId(id.parse().map_err(|_| self.bad_row(&id, "match_id"))?));
        }
        Ok(ids)
    }

    async fn record(&self, setting: Digest, results: &[StoredResult]) -> Result<Vec<Written>, StoreError> {
        let setting = setting.to_string();
        let mut transaction = self.begin().await?;
        let mut written = Vec::with_capacity(results.len());
        for result in results {
            written.push(self.insert(&mut transaction, &setting, result).await?);
        }
        transaction.commit().await.map_err(|e| self.failed(e))?;
        Ok(written)
    }

    async fn for_each_result(
        &self,
        setting: Digest,
        mut each: impl FnMut(StoredResult) + Send,
    ) -> Result<(), StoreError> {
        let mut rows = sqlx::query(schema::READ_RESULTS).bind(setting.to_string()).fetch(&self.pool);
        while let Some(row) = rows.next().await {
            each(self.read_row(&row.map_err(|e| self.failed(e))?)?);
        }
        Ok(())
    }

    async fn amend(
        &self,
        setting: Digest,
        amendments: &[Amendment],
        now_ms: i64,
    ) -> Result<Vec<Amended>, StoreError> {
        let mut transaction = self.begin().await?;
        let mut amended = Vec::with_capacity(amendments.len());
        for amendment in amendments {
            amended.push(self.make(&mut transaction, &setting.to_string(), amendment, now_ms).await?);
        }
        transaction.commit().await.map_err(|e| self.failed(e))?;
        Ok(amended)
    }

    async fn settings(&self) -> Result<Vec<Digest>, StoreError> {
        let query = sqlx::query_scalar::<_, String>(schema::READ_SETTINGS);
        let found = query.fetch_all(&self.pool).await.map_err(|e| self.failed(e))?;
        found.iter().map(|text| text.parse().map_err(|_| self.bad_row(text, "setting"))).collect()
    }

    async fn corroborations(&self) -> Result<Vec<(MatchId, String)>, StoreError> {
        let query = sqlx::query_as::<_, (String, String)>(schema::READ_CORROBORATIONS);
        let found = query.fetch_all(&self.pool).await.map_err(|e| self.failed(e))?;
        let read = |(id, worker): (String, String)| match id.parse() {
            Ok(digest) => Ok((MatchId(digest), worker)),
            Err(_) => Err(self.bad_row(&id, "match_id")),
        };
        found.into_iter().map(read).collect()
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

fn read_result(row: &SqliteRow) -> Result<StoredResult, &'static str> {
    let text = |column: &'static str| row.try_get::<String, _>(column).map_err(|_| column);
    let number = |column: &'static str| row.try_get::<i64, _>(column).map_err(|_| column);
    let digest = |column: &'static str| text(column)?.parse::<Digest>().map_err(|_| column);
    let unsigned = |column: &'static str| u64::try_from(number(column)?).map_err(|_| column);
    let small = |column: &'static str| u32::try_from(number(column)?).map_err(|_| column);
    let layers = text("layers")?;
    Ok(StoredResult {
        id: MatchId(digest("match_id")?),
        seed: Seed(unsigned("seed")?),
        bots: BySeat([digest("bot_zero")?, digest("bot_one")?]),
        outcome: read_outcome(&text("detail")?, small("ticks")?, digest("digest")?)?,
        record: Vec::new(),
        worker: text("worker")?,
        layers: layers.split(LAYER_SEPARATOR).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        attempt: Attempt(small("attempt")?),
        wall_micros: unsigned("wall_micros")?,
        recorded_at_ms: number("recorded_at_ms")?,
    })
}

/// SQL has no unsigned numbers. Seeds fit by construction; what a worker claims is cut to fit.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
