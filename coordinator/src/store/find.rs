//! Finds results by the beginning of their match's id.

use super::{SqliteStore, StoreError, StoredResult, schema};

impl SqliteStore {
    /// Up to two results whose match's id begins with these lower-case hexadecimal digits: two say
    /// that it is not enough of one.
    ///
    /// # Errors
    /// The database fails, or holds something that was never written to it.
    pub async fn find(&self, digits: &str) -> Result<Vec<StoredResult>, StoreError> {
        // Hexadecimal digits come before `g`, so that the index finds the range.
        let query = sqlx::query(schema::FIND).bind(digits).bind(format!("{digits}g"));
        let rows = query.fetch_all(self.pool()).await.map_err(|error| self.failed(error))?;
        rows.iter().map(|row| self.read_row(row)).collect()
    }
}
