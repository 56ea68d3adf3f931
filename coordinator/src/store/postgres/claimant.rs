//! Whoever wants a database for itself, now or as soon as it is free.

use sqlx::postgres::PgConnection;

use super::PostgresStore;
use super::line::Line;
use crate::config::Database;
use crate::store::StoreError;
use crate::store::open::{AnyStore, Attempted};

/// A coordinator that wants a database, with the connection over which it asks.
#[derive(Debug)]
pub struct Claimant {
    database: Database,
    connection: Option<PgConnection>,
}

impl Claimant {
    pub(in crate::store) fn new(database: &Database) -> Claimant {
        Claimant { database: database.clone(), connection: None }
    }

    /// Takes the database if nobody has it.
    ///
    /// # Errors
    /// It cannot be reached or written, or a later version wrote it.
    pub(in crate::store) async fn attempt(&mut self, now_ms: i64) -> Result<Attempted, StoreError> {
        let line = Line::to(&self.database);
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => line.connect().await?,
        };
        if !line.lock(&mut connection).await? {
            let holder = line.holder(&mut connection).await?;
            self.connection = Some(connection);
            return Ok(Attempted::Held(holder));
        }
        line.migrate(&mut connection, now_ms).await?;
        let claim = line.add_claim(&mut connection, now_ms).await?;
        Ok(Attempted::Ours(AnyStore::Postgres(Box::new(PostgresStore::ours(line, claim, connection)))))
    }
}
