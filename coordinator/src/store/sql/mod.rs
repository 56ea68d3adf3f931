//! What a store does, in SQL that every database here understands. Never here: a connection that is
//! made, kept or lost.

mod amend;
mod migrate;
mod record;

use terms::{Attempt, BySeat, Digest, MatchId, Seed};

use super::row::read_outcome;
use super::session::{Columns, Session, Value};
use super::{StoredResult, schema};

pub(super) use amend::amend;
pub(super) use migrate::{migrate, version};
pub(super) use record::record;

/// What separates the names of layers in their column.
const LAYER_SEPARATOR: char = ',';

/// Why a statement, or what it brought, cannot be used.
#[derive(Debug)]
pub(super) enum Trouble {
    /// What the database says, or what keeps it from saying anything.
    Database(sqlx::Error),
    /// A row that this program never wrote.
    BadRow {
        /// Of which match.
        id: String,
        /// Which part of it.
        what: &'static str,
    },
    /// A result that is not for keeping.
    Void(MatchId),
    /// A later version of this program wrote the tables.
    Newer(i64),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Trouble {
        Trouble::Database(error)
    }
}

fn bad_row(id: &str, what: &'static str) -> Trouble {
    Trouble::BadRow { id: id.chars().take(80).collect(), what }
}

/// The ids of all results of a setting.
pub(super) async fn ids<S: Session>(session: &mut S, setting: &str) -> Result<Vec<MatchId>, Trouble> {
    let mut found = Vec::new();
    let mut rows = session.query(schema::READ_IDS, vec![setting.into()]);
    while let Some(row) = S::next(&mut rows).await? {
        found.push(match_id(&row)?);
    }
    Ok(found)
}

/// Calls `each` with every result of a setting.
pub(super) async fn each_result<S: Session>(
    session: &mut S,
    setting: &str,
    mut each: impl FnMut(StoredResult) + Send,
) -> Result<(), Trouble> {
    let mut rows = session.query(schema::READ_RESULTS, vec![setting.into()]);
    while let Some(row) = S::next(&mut rows).await? {
        each(read(&row)?);
    }
    Ok(())
}

/// Calls `each` with every result whose match's id begins with these digits.
pub(super) async fn each_beginning<S: Session>(
    session: &mut S,
    digits: &str,
    mut each: impl FnMut(StoredResult) + Send,
) -> Result<(), Trouble> {
    let mut rows = session.query(schema::READ_BEGINNING, range(digits));
    while let Some(row) = S::next(&mut rows).await? {
        each(read(&row)?);
    }
    Ok(())
}

/// All ids that begin with these digits. Hexadecimal digits come before `g`, so that the index finds the range.
fn range(digits: &str) -> Vec<Value> {
    vec![digits.into(), format!("{digits}g").into()]
}

/// Up to two results whose match's id begins with these digits.
pub(super) async fn find<S: Session>(session: &mut S, digits: &str) -> Result<Vec<StoredResult>, Trouble> {
    session.all(schema::FIND, range(digits)).await?.iter().map(read).collect()
}

/// Every setting that there is a result of.
pub(super) async fn settings<S: Session>(session: &mut S) -> Result<Vec<Digest>, Trouble> {
    let setting = |row: &S::Row| {
        let text = row.text("setting")?;
        text.parse().map_err(|_| bad_row(&text, "setting"))
    };
    session.all(schema::READ_SETTINGS, Vec::new()).await?.iter().map(setting).collect()
}

/// Who came to which result as well.
pub(super) async fn corroborations<S: Session>(session: &mut S) -> Result<Vec<(MatchId, String)>, Trouble> {
    let read = |row: &S::Row| Ok((match_id(row)?, row.text("worker")?));
    session.all(schema::READ_CORROBORATIONS, Vec::new()).await?.iter().map(read).collect()
}

fn match_id(row: &impl Columns) -> Result<MatchId, Trouble> {
    let id = row.text("match_id")?;
    id.parse().map(MatchId).map_err(|_| bad_row(&id, "match_id"))
}

/// The result in a row.
fn read(row: &impl Columns) -> Result<StoredResult, Trouble> {
    let id = row.text("match_id")?;
    read_result(row).map_err(|what| bad_row(&id, what))
}

fn read_result(row: &impl Columns) -> Result<StoredResult, &'static str> {
    let text = |column: &'static str| row.text(column).map_err(|_| column);
    let number = |column: &'static str| row.number(column).map_err(|_| column);
    let digest = |column: &'static str| text(column)?.parse::<Digest>().map_err(|_| column);
    let unsigned = |column: &'static str| u64::try_from(number(column)?).map_err(|_| column);
    let small = |column: &'static str| u32::try_from(number(column)?).map_err(|_| column);
    let layers = text("layers")?;
    Ok(StoredResult {
        id: MatchId(digest("match_id")?),
        seed: Seed(unsigned("seed")?),
        bots: BySeat([digest("bot_zero")?, digest("bot_one")?]),
        outcome: read_outcome(&text("detail")?, small("ticks")?, digest("digest")?)?,
        record: Vec::new(),
        worker: text("worker")?,
        layers: layers.split(LAYER_SEPARATOR).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        attempt: Attempt(small("attempt")?),
        wall_micros: unsigned("wall_micros")?,
        recorded_at_ms: number("recorded_at_ms")?,
    })
}
