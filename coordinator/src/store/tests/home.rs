//! A store of its own for one test, and a way into it past the store.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use arena_servers::Postgres;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};

use crate::config::Place;
use crate::store::{AnyStore, claim};

/// Where a test's store is.
pub(super) struct Home {
    pub(super) place: Place,
    /// Of a store in a file.
    dir: Option<tempfile::TempDir>,
}

/// The server that all tests share, each with a database of its own.
pub(super) fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(Postgres::start)
}

/// The name of a database that no other test has.
pub(super) fn unused_name() -> String {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    format!("test_{}", NAMES.fetch_add(1, Ordering::Relaxed))
}

impl Home {
    /// In a file.
    pub(super) fn file() -> Home {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::Sqlite(dir.path().join("arena.sqlite"));
        Home { place, dir: Some(dir) }
    }

    /// In a database.
    pub(super) fn database() -> Home {
        Home { place: Place::read(&server().database(&unused_name())).unwrap(), dir: None }
    }

    pub(super) async fn open(&self) -> AnyStore {
        claim(&self.place, 0).await.unwrap()
    }

    /// Forgets everything.
    pub(super) async fn empty(&self) {
        match &self.dir {
            Some(dir) => {
                for entry in std::fs::read_dir(dir.path()).unwrap() {
                    std::fs::remove_file(entry.unwrap().path()).unwrap();
                }
            }
            None => self.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await,
        }
    }

    pub(super) async fn run(&self, sql: &str) {
        let statement = sqlx::raw_sql(AssertSqlSafe(sql));
        match &self.place {
            Place::Sqlite(_) => drop(statement.execute(&mut self.sqlite().await).await.unwrap()),
            Place::Postgres(_) => drop(statement.execute(&mut self.postgres().await).await.unwrap()),
        }
    }

    /// What is in the only column of an answer.
    pub(super) async fn read(&self, sql: &'static str) -> Vec<String> {
        match &self.place {
            Place::Sqlite(_) => sqlx::query_scalar(sql).fetch_all(&mut self.sqlite().await).await.unwrap(),
            Place::Postgres(_) => {
                sqlx::query_scalar(sql).fetch_all(&mut self.postgres().await).await.unwrap()
            }
        }
    }

    async fn sqlite(&self) -> SqliteConnection {
        let Place::Sqlite(path) = &self.place else { panic!("not a file") };
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        SqliteConnection::connect_with(&options).await.unwrap()
    }

    async fn postgres(&self) -> PgConnection {
        let Place::Postgres(database) = &self.place else { panic!("not a database") };
        PgConnection::connect_with(&database.options).await.unwrap()
    }
}
