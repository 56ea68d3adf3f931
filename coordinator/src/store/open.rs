//! Where the kind of store is chosen, once.

use std::path::PathBuf;

use terms::{Digest, MatchId};

use super::postgres::{Claimant, PostgresStore};
use super::sqlite::SqliteStore;
use super::{Amended, Amendment, Store, StoreError, StoredResult, Written};
use crate::config::Place;

/// A store of either kind.
#[derive(Debug)]
pub enum AnyStore {
    /// In a file.
    Sqlite(SqliteStore),
    /// In a database.
    Postgres(Box<PostgresStore>),
}

/// Opens a store to look at it, whoever writes to it meanwhile. `now_ms` is the time in milliseconds
/// since 1970.
///
/// # Errors
/// It cannot be opened, or there is nothing in it.
pub async fn open(place: &Place, now_ms: i64) -> Result<AnyStore, StoreError> {
    match place {
        Place::Sqlite(path) => SqliteStore::open(path, now_ms).await.map(AnyStore::Sqlite),
        Place::Postgres(database) => {
            let store = PostgresStore::look(database, now_ms).await?;
            Ok(AnyStore::Postgres(Box::new(store)))
        }
    }
}

/// Opens a store to write to it. Of a database, nobody else can do so as long as it is open; a file
/// is in the care of whoever has its directory.
///
/// # Errors
/// It cannot be opened, or another coordinator has it.
pub async fn claim(place: &Place, now_ms: i64) -> Result<AnyStore, StoreError> {
    match Claim::of(place).attempt(now_ms).await? {
        Attempted::Ours(store) => Ok(store),
        Attempted::Held(holder) => Err(StoreError::Held { store: place.to_string(), holder }),
    }
}

/// Somebody who wants to write to a store, now or as soon as nobody else does.
#[derive(Debug)]
pub enum Claim {
    /// To a file.
    Sqlite(PathBuf),
    /// To a database.
    Postgres(Box<Claimant>),
}

/// What became of an attempt to get a store.
#[derive(Debug)]
pub enum Attempted {
    /// It is ours.
    Ours(AnyStore),
    /// Somebody else has it; who that is, as far as it is known.
    Held(String),
}

impl Claim {
    /// A claim to that store.
    pub fn of(place: &Place) -> Claim {
        match place {
            Place::Sqlite(path) => Claim::Sqlite(path.clone()),
            Place::Postgres(database) => Claim::Postgres(Box::new(Claimant::new(database))),
        }
    }

    /// Takes the store if nobody has it. `now_ms` is the time in milliseconds since 1970.
    ///
    /// # Errors
    /// It cannot be opened. If that [may be over in a moment](StoreError::may_pass), another attempt may
    /// be made.
    pub async fn attempt(&mut self, now_ms: i64) -> Result<Attempted, StoreError> {
        match self {
            Claim::Sqlite(path) => {
                let store = SqliteStore::open(path, now_ms).await?;
                Ok(Attempted::Ours(AnyStore::Sqlite(store)))
            }
            Claim::Postgres(claimant) => claimant.attempt(now_ms).await,
        }
    }
}

/// Passes a call on to the store that there is.
macro_rules! delegate {
    ($self:ident, $store:ident => $call:expr) => {
        match $self {
            AnyStore::Sqlite($store) => $call.await,
            AnyStore::Postgres($store) => $call.await,
        }
    };
}

impl Store for AnyStore {
    async fn recorded(&self, setting: Digest) -> Result<Vec<MatchId>, StoreError> {
        delegate!(self, store => store.recorded(setting))
    }

    async fn record(&self, setting: Digest, results: &[StoredResult]) -> Result<Vec<Written>, StoreError> {
        delegate!(self, store => store.record(setting, results))
    }

    async fn amend(
        &self,
        setting: Digest,
        amendments: &[Amendment],
        now_ms: i64,
    ) -> Result<Vec<Amended>, StoreError> {
        delegate!(self, store => store.amend(setting, amendments, now_ms))
    }

    async fn for_each_result(
        &self,
        setting: Digest,
        each: impl FnMut(StoredResult) + Send,
    ) -> Result<(), StoreError> {
        delegate!(self, store => store.for_each_result(setting, each))
    }

    async fn for_each_beginning(
        &self,
        digits: &str,
        each: impl FnMut(StoredResult) + Send,
    ) -> Result<(), StoreError> {
        delegate!(self, store => store.for_each_beginning(digits, each))
    }

    async fn find(&self, digits: &str) -> Result<Vec<StoredResult>, StoreError> {
        delegate!(self, store => store.find(digits))
    }

    async fn settings(&self) -> Result<Vec<Digest>, StoreError> {
        delegate!(self, store => store.settings())
    }

    async fn corroborations(&self) -> Result<Vec<(MatchId, String)>, StoreError> {
        delegate!(self, store => store.corroborations())
    }

    async fn lost(&self) -> StoreError {
        delegate!(self, store => store.lost())
    }

    async fn close(&self) {
        delegate!(self, store => store.close())
    }
}
