//! How results are set aside, replaced and corroborated: whatever an audit found, in SQL.

use terms::{Digest, MatchId};

use super::record::insert;
use super::{Trouble, read};
use crate::store::session::Session;
use crate::store::{Amended, Amendment, mark, schema};

/// Makes these changes as part of a transaction, in this order, and says of each what became of it.
///
/// # Errors
/// The database fails.
pub(in crate::store) async fn amend<S: Session>(
    session: &mut S,
    setting: &str,
    amendments: &[Amendment],
    now_ms: i64,
) -> Result<Vec<Amended>, Trouble> {
    let mut amended = Vec::with_capacity(amendments.len());
    for amendment in amendments {
        amended.push(make(session, setting, amendment, now_ms).await?);
    }
    Ok(amended)
}

async fn make<S: Session>(
    session: &mut S,
    setting: &str,
    amendment: &Amendment,
    now_ms: i64,
) -> Result<Amended, Trouble> {
    match amendment {
        Amendment::Corroborate { id, worker } => corroborate(session, *id, worker, now_ms).await?,
        Amendment::Replace { by, corroborated_by, reason } => {
            set_aside(session, by.id, reason, now_ms).await?;
            insert(session, setting, &[by.as_ref()]).await?;
            if let Some(worker) = corroborated_by {
                corroborate(session, by.id, worker, now_ms).await?;
            }
        }
        Amendment::SetAside { id, reason } => set_aside(session, *id, reason, now_ms).await?,
        Amendment::Distrust { worker, reason } => {
            let gone = distrust(session, setting, worker, reason, now_ms).await?;
            return Ok(Amended::Distrusted(gone));
        }
    }
    Ok(Amended::Done)
}

async fn corroborate<S: Session>(
    session: &mut S,
    id: MatchId,
    worker: &str,
    now_ms: i64,
) -> Result<(), Trouble> {
    let values = vec![id.to_string().into(), worker.into(), now_ms.into()];
    session.execute(schema::CORROBORATE, values).await?;
    Ok(())
}

async fn set_aside<S: Session>(
    session: &mut S,
    id: MatchId,
    reason: &str,
    now_ms: i64,
) -> Result<(), Trouble> {
    let id = id.to_string();
    let values = vec![id.as_str().into(), reason.into(), now_ms.into()];
    session.execute(schema::SET_ASIDE, values).await?;
    session.execute(schema::REMOVE, vec![id.as_str().into()]).await?;
    session.execute(schema::REMOVE_CORROBORATIONS, vec![id.into()]).await?;
    Ok(())
}

async fn distrust<S: Session>(
    session: &mut S,
    setting: &str,
    worker: &str,
    reason: &str,
    now_ms: i64,
) -> Result<Vec<(MatchId, Digest)>, Trouble> {
    let mut gone = Vec::new();
    let mut rows = session.query(schema::READ_UNCORROBORATED, vec![setting.into(), worker.into()]);
    while let Some(row) = S::next(&mut rows).await? {
        let result = read(&row)?;
        gone.push((result.id, mark(&result.outcome)));
    }
    drop(rows);
    for (id, _) in &gone {
        set_aside(session, *id, reason, now_ms).await?;
    }
    let values = vec![setting.into(), worker.into()];
    session.execute(schema::REMOVE_CORROBORATIONS_BY, values).await?;
    Ok(gone)
}
