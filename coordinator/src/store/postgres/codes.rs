//! What PostgreSQL's errors mean to people. The codes are those of its manual, appendix A.

use crate::store::StoreError;

/// What to do about a database that cannot be written.
const ABOUT_RIGHTS: &str =
    "let its user own the database, grant it what is missing, or name the server that takes writes";

/// What an error of the server, or of the way to it, means for that store.
pub(super) fn meaning(store: &str, source: sqlx::Error) -> StoreError {
    let store = store.to_owned();
    let Some(error) = source.as_database_error() else { return meaning_of_silence(store, source) };
    let detail = error.message().to_owned();
    match error.code().as_deref().unwrap_or_default() {
        // invalid_authorization_specification, invalid_password
        "28000" | "28P01" => StoreError::Denied { store, detail },
        // invalid_catalog_name
        "3D000" => StoreError::NoDatabase { store, detail },
        // insufficient_privilege, read_only_sql_transaction, invalid_schema_name
        "42501" | "25006" | "3F000" => StoreError::ReadOnly { store, detail, advice: ABOUT_RIGHTS },
        // disk_full
        "53100" => StoreError::Full { store },
        // too_many_connections, cannot_connect_now
        "53300" | "57P03" => StoreError::Unreachable { store, detail },
        // admin_shutdown, crash_shutdown, idle_session_timeout; connection exceptions
        "57P01" | "57P02" | "57P05" => StoreError::Lost { store, detail },
        code if code.starts_with("08") => StoreError::Lost { store, detail },
        // data_corrupted, index_corrupted; tables or columns that are not there
        "XX001" | "XX002" | "42P01" | "42703" => StoreError::Damaged { store, detail },
        _ => StoreError::Database { store, source },
    }
}

/// What it means that the server says nothing that makes sense.
fn meaning_of_silence(store: String, source: sqlx::Error) -> StoreError {
    match source {
        sqlx::Error::Io(error) => StoreError::Lost { store, detail: error.to_string() },
        sqlx::Error::Protocol(detail) => StoreError::Lost { store, detail },
        sqlx::Error::Tls(error) => StoreError::Unreachable { store, detail: error.to_string() },
        source => StoreError::Database { store, source },
    }
}

/// The same, while a connection is made.
pub(super) fn meaning_at_first(store: &str, source: sqlx::Error) -> StoreError {
    match meaning(store, source) {
        StoreError::Lost { store, detail } => StoreError::Unreachable { store, detail },
        other => other,
    }
}
