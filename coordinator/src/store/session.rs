//! One connection to a database, in the few words that the databases here share: text, whole
//! numbers, and statements with `$1`. What is said in these words is said once for all of them.

use std::sync::LazyLock;
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Error, Row};
use tokio_stream::{Stream, StreamExt};

use super::schema;

/// Longest wait for the next word of a server. A host that vanished says nothing at all, and the
/// operating system would wait for a quarter of an hour.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(30);
/// A file is not waited for in vain: how long it takes is its own affair.
const UNBOUNDED: Duration = Duration::MAX;

/// A value in a statement.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// TEXT
    Text(String),
    /// BIGINT
    Number(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        // PostgreSQL has no NUL in texts.
        Value::Text(text.replace('\0', "\u{fffd}"))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        if text.contains('\0') { Value::from(text.as_str()) } else { Value::Text(text) }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Number(number)
    }
}

/// A row of an answer.
pub(super) trait Columns: Send {
    /// A column of TEXT.
    fn text(&self, column: &'static str) -> Result<String, Error>;
    /// A column of BIGINT.
    fn number(&self, column: &'static str) -> Result<i64, Error>;
}

/// A connection.
pub(super) trait Session: Send {
    /// Its rows.
    type Row: Columns;

    /// The statements that add results, for each of [`schema::ROWS`].
    fn inserts() -> &'static [(usize, String)];

    /// Runs a statement that answers nothing. Says how many rows it changed.
    fn execute(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<u64, Error>> + Send;

    /// Runs a statement and gives what it answers.
    fn query(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> impl Stream<Item = Result<Self::Row, Error>> + Unpin + Send;

    /// Runs a statement that changes the schema.
    fn define(&mut self, sql: &'static str) -> impl Future<Output = Result<(), Error>> + Send;

    /// The next row of an answer.
    fn next(
        rows: &mut (impl Stream<Item = Result<Self::Row, Error>> + Unpin + Send),
    ) -> impl Future<Output = Result<Option<Self::Row>, Error>> + Send;

    /// All rows of an answer.
    fn all(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> impl Future<Output = Result<Vec<Self::Row>, Error>> + Send {
        async move {
            let mut rows = self.query(sql, values);
            let mut found = Vec::new();
            while let Some(row) = Self::next(&mut rows).await? {
                found.push(row);
            }
            Ok(found)
        }
    }
}

/// What takes too long is an error like a connection that broke.
pub(super) async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let late = |_| Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, "the server does not answer"));
    tokio::time::timeout(limit, work).await.map_err(late)?
}

macro_rules! session {
    ($connection:ty, $row:ty, $answer_max:expr, $ddl:expr, $placeholder:expr) => {
        impl Columns for $row {
            fn text(&self, column: &'static str) -> Result<String, Error> {
                self.try_get(column)
            }

            fn number(&self, column: &'static str) -> Result<i64, Error> {
                self.try_get(column)
            }
        }

        impl Session for $connection {
            type Row = $row;

            fn inserts() -> &'static [(usize, String)] {
                static INSERTS: LazyLock<[(usize, String); schema::ROWS.len()]> =
                    LazyLock::new(|| schema::ROWS.map(|rows| (rows, schema::insert(rows, $placeholder))));
                INSERTS.as_slice()
            }

            async fn execute(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, Error> {
                let mut query = sqlx::query(sql);
                for value in values {
                    query = match value {
                        Value::Text(text) => query.bind(text),
                        Value::Number(number) => query.bind(number),
                    };
                }
                bounded($answer_max, query.execute(self)).await.map(|done| done.rows_affected())
            }

            fn query(
                &mut self,
                sql: &'static str,
                values: Vec<Value>,
            ) -> impl Stream<Item = Result<$row, Error>> + Unpin + Send {
                let mut query = sqlx::query(sql);
                for value in values {
                    query = match value {
                        Value::Text(text) => query.bind(text),
                        Value::Number(number) => query.bind(number),
                    };
                }
                query.fetch(self)
            }

            async fn define(&mut self, sql: &'static str) -> Result<(), Error> {
                let sql: String = $ddl(sql);
                // Ours, word for word: nothing that anybody said is in it.
                let statement = sqlx::raw_sql(AssertSqlSafe(sql));
                bounded($answer_max, statement.execute(self)).await.map(drop)
            }

            async fn next(
                rows: &mut (impl Stream<Item = Result<$row, Error>> + Unpin + Send),
            ) -> Result<Option<$row>, Error> {
                bounded($answer_max, async { rows.next().await.transpose() }).await
            }
        }
    };
}

// A name for each value costs a search among all of them: none is given where their order says which is meant.
session!(SqliteConnection, SqliteRow, UNBOUNDED, str::to_owned, |_| "?".to_owned());
// Ids and names are compared byte by byte, whatever language the server speaks: in some, `aa` comes
// after `z`, and the order of an index changes when the system's library does.
session!(
    PgConnection,
    PgRow,
    ANSWER_MAX,
    |sql: &str| sql.replace("TEXT", "TEXT COLLATE \"C\""),
    |n| format!("${n}")
);
