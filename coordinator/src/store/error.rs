//! What can go wrong with a store, in words that say what to do. `store` is always the file or the
//! database as people may see it: without a password.

use terms::MatchId;

use super::sql::Trouble;

/// Why the store cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Written by a later version of this program.
    #[error(
        "store {store} was written by a newer version of arena (its schema is {found}, this version knows {known}): \
         use that version, or another store (--data-dir, --store)"
    )]
    Newer {
        /// The file or database.
        store: String,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Not a database, or one with holes.
    #[error("store {store} is damaged ({detail}): restore it from a backup, or move it away to start anew")]
    Damaged {
        /// The file or database.
        store: String,
        /// What the database says.
        detail: String,
    },
    /// No permission to write.
    #[error("store {store} cannot be written ({detail}): {advice}")]
    ReadOnly {
        /// The file or database.
        store: String,
        /// What the database says.
        detail: String,
        /// What to do.
        advice: &'static str,
    },
    /// No space left.
    #[error(
        "there is no space left for store {store}: free some and run the same command again, nothing recorded is lost"
    )]
    Full {
        /// The file or database.
        store: String,
    },
    /// Another program writes to it.
    #[error("store {store} is in use by another program: close it and run the same command again")]
    Busy {
        /// The file or database.
        store: String,
    },
    /// Another coordinator has it.
    #[error("store {store} is in use by another coordinator ({holder}): wait for it, or stop it")]
    Held {
        /// The database.
        store: String,
        /// Who that is, as far as it is known.
        holder: String,
    },
    /// Another coordinator took over.
    #[error(
        "another coordinator took over store {store} while this one had no connection to it: this one stops; \
         nothing recorded is lost"
    )]
    Superseded {
        /// The database.
        store: String,
    },
    /// The server is not there, or not yet.
    #[error(
        "store {store} cannot be reached ({detail}): start the database, or check host, port and sslmode in --store"
    )]
    Unreachable {
        /// The database.
        store: String,
        /// What went wrong.
        detail: String,
    },
    /// The server was there, and is not any more.
    #[error(
        "the connection to store {store} broke ({detail}) and did not come back: bring the database up and run \
         the same command again, nothing recorded is lost"
    )]
    Lost {
        /// The database.
        store: String,
        /// What went wrong.
        detail: String,
    },
    /// Wrong user or password.
    #[error(
        "store {store} does not let us in ({detail}): check user and password in --store, PGPASSWORD or .pgpass"
    )]
    Denied {
        /// The database.
        store: String,
        /// What the server says.
        detail: String,
    },
    /// No such database.
    #[error(
        "store {store} is not there ({detail}): make the database with `createdb`, or name another one in --store"
    )]
    NoDatabase {
        /// The database.
        store: String,
        /// What the server says.
        detail: String,
    },
    /// A database that cannot hold all texts.
    #[error(
        "store {store} keeps texts as {found}, which has no place for what bots write: make the database with \
         `createdb --encoding=UTF8 --template=template0`"
    )]
    Encoding {
        /// The database.
        store: String,
        /// Its encoding.
        found: String,
    },
    /// Nothing was ever recorded there.
    #[error("there is nothing recorded in store {store}: name the tournament's --store")]
    Nothing {
        /// The database.
        store: String,
    },
    /// A row that this program never wrote.
    #[error("store {store} is damaged: its result of match {id} makes no sense ({what})")]
    BadRow {
        /// The file or database.
        store: String,
        /// Which match.
        id: String,
        /// Which part of it.
        what: &'static str,
    },
    /// Void results are not for keeping.
    #[error("match {0} is void and cannot be recorded")]
    Void(MatchId),
    /// The program itself stopped writing.
    #[error(
        "writing to the store was interrupted ({0}); run the same command again, nothing recorded is lost"
    )]
    Interrupted(String),
    /// Anything else that the database says.
    #[error("store {store} fails")]
    Database {
        /// The file or database.
        store: String,
        /// What the database says.
        #[source]
        source: sqlx::Error,
    },
}

impl StoreError {
    /// What a trouble means for that store; `database` knows what its database says.
    pub(super) fn of(
        store: &str,
        trouble: Trouble,
        database: impl FnOnce(sqlx::Error) -> StoreError,
    ) -> StoreError {
        let store = store.to_owned();
        match trouble {
            Trouble::Database(error) => database(error),
            Trouble::BadRow { id, what } => StoreError::BadRow { store, id, what },
            Trouble::Void(id) => StoreError::Void(id),
            Trouble::Newer(found) => StoreError::Newer { store, found, known: super::schema::NEWEST },
        }
    }

    /// Whether the user named something that is not there or not good.
    pub fn is_about_what_was_named(&self) -> bool {
        matches!(
            self,
            StoreError::Denied { .. }
                | StoreError::NoDatabase { .. }
                | StoreError::Encoding { .. }
                | StoreError::Nothing { .. }
        )
    }

    /// Whether it may be over in a moment, as while a server restarts.
    pub fn may_pass(&self) -> bool {
        matches!(self, StoreError::Unreachable { .. } | StoreError::Lost { .. } | StoreError::Held { .. })
    }
}
