//! What can go wrong with a store, in words that say what to do.

use std::path::{Path, PathBuf};

use terms::MatchId;

/// Why the store cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Written by a later version of this program.
    #[error(
        "store {path} was written by a newer version of arena (its schema is {found}, this version knows {known}): \
         use that version, or another --data-dir"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Not a database, or one with holes.
    #[error("store {path} is damaged ({detail}): restore it from a backup, or move it away to start anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the database says.
        detail: String,
    },
    /// No permission to write.
    #[error("store {path} cannot be written ({detail}): check its permissions and those of its folder")]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the database says.
        detail: String,
    },
    /// No space left.
    #[error(
        "there is no space left for store {path}: free some and run the same command again, nothing recorded is lost"
    )]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// Another program writes to it.
    #[error("store {path} is in use by another program: close it and run the same command again")]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// A row that this program never wrote.
    #[error("store {path} is damaged: its result of match {id} makes no sense ({what})")]
    BadRow {
        /// The file.
        path: PathBuf,
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
    #[error("store {path} fails")]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: sqlx::Error,
    },
}

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

impl StoreError {
    /// What an error of SQLite means for the file at `path`.
    pub(super) fn of_sqlite(path: &Path, source: sqlx::Error) -> StoreError {
        let path = path.to_owned();
        let Some(database) = source.as_database_error() else {
            return StoreError::Database { path, source };
        };
        let detail = database.message().to_owned();
        // Extended codes carry the primary one in their lowest byte.
        let code = database.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
        match code {
            Some(code::CORRUPT | code::NOTADB) => StoreError::Damaged { path, detail },
            Some(code::READONLY | code::PERM | code::CANTOPEN) => StoreError::ReadOnly { path, detail },
            Some(code::FULL) => StoreError::Full { path },
            Some(code::BUSY | code::LOCKED) => StoreError::Busy { path },
            _ => StoreError::Database { path, source },
        }
    }
}
