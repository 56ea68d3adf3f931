//! How results are set aside, replaced and corroborated: whatever an audit found, in SQL.

use sqlx::SqliteConnection;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments};
use terms::{Digest, MatchId};
use tokio_stream::StreamExt;

use super::{Amended, Amendment, SqliteStore, StoreError, mark, schema};

type Statement<'q> = Query<'q, Sqlite, SqliteArguments>;

impl SqliteStore {
    /// Makes one change as part of a transaction.
    pub(super) async fn make(
        &self,
        connection: &mut SqliteConnection,
        setting: &str,
        amendment: &Amendment,
        now_ms: i64,
    ) -> Result<Amended, StoreError> {
        match amendment {
            Amendment::Corroborate { id, worker } => {
                self.corroborate(connection, *id, worker, now_ms).await?;
            }
            Amendment::Replace { by, corroborated_by, reason } => {
                self.set_aside(connection, by.id, reason, now_ms).await?;
                self.insert(connection, setting, by).await?;
                if let Some(worker) = corroborated_by {
                    self.corroborate(connection, by.id, worker, now_ms).await?;
                }
            }
            Amendment::SetAside { id, reason } => self.set_aside(connection, *id, reason, now_ms).await?,
            Amendment::Distrust { worker, reason } => {
                let gone = self.distrust(connection, setting, worker, reason, now_ms).await?;
                return Ok(Amended::Distrusted(gone));
            }
        }
        Ok(Amended::Done)
    }

    async fn corroborate(
        &self,
        connection: &mut SqliteConnection,
        id: MatchId,
        worker: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let statement = sqlx::query(schema::CORROBORATE).bind(id.to_string()).bind(worker).bind(now_ms);
        self.execute(connection, statement).await
    }

    async fn set_aside(
        &self,
        connection: &mut SqliteConnection,
        id: MatchId,
        reason: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let id = id.to_string();
        let keep = sqlx::query(schema::SET_ASIDE).bind(&id).bind(reason).bind(now_ms);
        self.execute(connection, keep).await?;
        self.execute(connection, sqlx::query(schema::REMOVE).bind(&id)).await?;
        self.execute(connection, sqlx::query(schema::REMOVE_CORROBORATIONS).bind(&id)).await
    }

    async fn distrust(
        &self,
        connection: &mut SqliteConnection,
        setting: &str,
        worker: &str,
        reason: &str,
        now_ms: i64,
    ) -> Result<Vec<(MatchId, Digest)>, StoreError> {
        let mut gone = Vec::new();
        let query = sqlx::query(schema::READ_UNCORROBORATED).bind(setting).bind(worker);
        let mut rows = query.fetch(&mut *connection);
        while let Some(row) = rows.next().await {
            let result = self.read_row(&row.map_err(|e| self.failed(e))?)?;
            gone.push((result.id, mark(&result.outcome)));
        }
        drop(rows);
        for (id, _) in &gone {
            self.set_aside(connection, *id, reason, now_ms).await?;
        }
        let forget = sqlx::query(schema::REMOVE_CORROBORATIONS_BY).bind(setting).bind(worker);
        self.execute(connection, forget).await?;
        Ok(gone)
    }

    async fn execute(
        &self,
        connection: &mut SqliteConnection,
        statement: Statement<'_>,
    ) -> Result<(), StoreError> {
        statement.execute(connection).await.map(drop).map_err(|e| self.failed(e))
    }
}
