//! How results are written: many in one statement, for each statement is a journey to the server, and
//! without asking which of them are new, which nearly all are.

use std::collections::HashSet;

use terms::{BySeat, MatchId};

use super::{LAYER_SEPARATOR, Trouble, read};
use crate::store::row::write_detail;
use crate::store::session::{Session, Value};
use crate::store::{StoredResult, Written, schema};

/// Fewer than any statement for several adds are written one by one, which says of each whether it is new.
const TOGETHER_MIN: usize = {
    let [_, several, _one] = schema::ROWS;
    several
};

/// Writes results as part of a transaction, and says of each what became of it.
///
/// # Errors
/// The database fails, or one of them is void.
pub(in crate::store) async fn record<S: Session>(
    session: &mut S,
    setting: &str,
    results: &[StoredResult],
) -> Result<Vec<Written>, Trouble> {
    let mut seen = HashSet::new();
    let firsts: Vec<&StoredResult> = results.iter().filter(|result| seen.insert(result.id)).collect();
    let mut new = add(session, setting, &firsts).await?;
    let mut written = Vec::with_capacity(results.len());
    for result in results {
        // The second one of a match in the same batch is compared with the first.
        let is_new = new.remove(&result.id);
        written.push(if is_new { Written::New } else { compare(session, result).await? });
    }
    Ok(written)
}

/// Writes those whose matches have no result, and says which. No match may be there twice.
async fn add<S: Session>(
    session: &mut S,
    setting: &str,
    results: &[&StoredResult],
) -> Result<HashSet<MatchId>, Trouble> {
    if results.len() >= TOGETHER_MIN {
        session.execute(schema::MARK, Vec::new()).await?;
        let added = insert(session, setting, results).await?;
        if added < results.len() as u64 {
            session.execute(schema::GO_BACK, Vec::new()).await?;
        }
        session.execute(schema::UNMARK, Vec::new()).await?;
        if added == results.len() as u64 {
            return Ok(results.iter().map(|result| result.id).collect());
        }
    }
    // A few, or some were there before: one by one, to learn which.
    let mut new = HashSet::new();
    for result in results {
        if insert(session, setting, &[*result]).await? > 0 {
            new.insert(result.id);
        }
    }
    Ok(new)
}

/// Writes those whose matches have no result, and says how many. No match may be there twice.
///
/// # Errors
/// The database fails, or one of them is void.
pub(super) async fn insert<S: Session>(
    session: &mut S,
    setting: &str,
    results: &[&StoredResult],
) -> Result<u64, Trouble> {
    let (mut new, mut rest) = (0, results);
    while let Some((rows, sql)) = S::inserts().iter().find(|(rows, _)| *rows <= rest.len()) {
        let (now, later) = rest.split_at(*rows);
        let mut values = Vec::with_capacity(rows * schema::COLUMNS);
        for result in now {
            values.extend(row(setting, result)?);
        }
        new += session.execute(sql, values).await?;
        rest = later;
    }
    Ok(new)
}

/// What became of a result of a match that had one before.
async fn compare<S: Session>(session: &mut S, result: &StoredResult) -> Result<Written, Trouble> {
    let rows = session.all(schema::READ_RESULT, vec![result.id.to_string().into()]).await?;
    let kept = read(rows.first().ok_or(sqlx::Error::RowNotFound)?)?;
    let is_same = kept.outcome == result.outcome;
    Ok(if is_same { Written::Same } else { Written::Conflict { kept: Box::new(kept) } })
}

fn row(setting: &str, result: &StoredResult) -> Result<[Value; schema::COLUMNS], Trouble> {
    let StoredResult {
        id, seed, bots, outcome, worker, layers, attempt, wall_micros, recorded_at_ms, ..
    } = result;
    let detail = write_detail(outcome).ok_or(Trouble::Void(*id))?;
    let BySeat([half_zero, half_one]) = outcome.verdict.scores().ok_or(Trouble::Void(*id))?.half_points();
    let BySeat([bot_zero, bot_one]) = bots;
    Ok([
        id.to_string().into(),
        setting.into(),
        signed(seed.0).into(),
        bot_zero.to_string().into(),
        bot_one.to_string().into(),
        outcome.verdict.name().into(),
        i64::from(half_zero).into(),
        i64::from(half_one).into(),
        i64::from(outcome.ticks).into(),
        outcome.digest.to_string().into(),
        detail.into(),
        worker.as_str().into(),
        layers.join(&LAYER_SEPARATOR.to_string()).into(),
        i64::from(attempt.0).into(),
        signed(*wall_micros).into(),
        (*recorded_at_ms).into(),
    ])
}

/// SQL has no unsigned numbers. Seeds fit by construction; what a worker claims is cut to fit.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
