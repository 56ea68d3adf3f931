//! Brings the tables up to date.

use super::Trouble;
use crate::store::schema;
use crate::store::session::{Columns, Session};

/// Which schema there is; 0 for none. The table that says so must be there.
///
/// # Errors
/// The database fails.
pub(in crate::store) async fn version<S: Session>(session: &mut S) -> Result<i64, Trouble> {
    let rows = session.all(schema::READ_VERSION, Vec::new()).await?;
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok(row.number("version")?)
}

/// Makes every step that is missing, as part of a transaction that nobody else is in.
///
/// # Errors
/// The database fails, or knows steps that we do not.
pub(in crate::store) async fn migrate<S: Session>(session: &mut S, now_ms: i64) -> Result<(), Trouble> {
    session.define(schema::CREATE_VERSION).await?;
    let found = version(session).await?;
    if found > schema::NEWEST {
        return Err(Trouble::Newer(found));
    }
    for step in schema::MIGRATIONS.iter().filter(|step| step.version > found) {
        for statement in step.statements {
            session.define(statement).await?;
        }
        session.execute(schema::ADD_VERSION, vec![step.version.into(), now_ms.into()]).await?;
    }
    Ok(())
}
