//! Finds a recorded match by what the user says: a file, or the beginning of an id.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use terms::{BySeat, Digest};
use transcript::Transcript;

use super::{ReplayError, unpack};
use crate::config::Site;
use crate::data_dir;
use crate::driver::now_ms;
use crate::run::RunError;
use crate::store::{self, Store, StoredResult};
use crate::transcripts::{FILE_BYTES_MAX, Transcripts};

/// Fewest digits of an id: fewer are rather a typing error.
pub(super) const DIGITS_MIN: usize = 4;

/// A match and all that it takes to play it.
pub(super) struct Found {
    /// Both bots, encoded.
    pub(super) bundles: BySeat<Vec<u8>>,
    /// How it went.
    pub(super) transcript: Transcript,
}

/// The match that `which` means at that site.
///
/// # Errors
/// There is none, or its transcript cannot be had.
pub(super) async fn find(site: &Site, which: &str) -> Result<Found, RunError> {
    let path = Path::new(which);
    if path.is_file() {
        return Ok(unpack(&read(path)?, which)?);
    }
    let is_id =
        (DIGITS_MIN..=64).contains(&which.len()) && which.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_id {
        return Err(ReplayError::NotAMatch(which.chars().take(200).collect()).into());
    }
    by_id(site, &which.to_ascii_lowercase()).await
}

async fn by_id(site: &Site, id: &str) -> Result<Found, RunError> {
    let result = look_up(site, id).await?;
    let (id, outcome) = (result.id.0, &result.outcome);
    let kept = Transcripts::to_read(site)?.filter(|_| outcome.transcript != Digest::NONE);
    let kept = kept.ok_or(ReplayError::NotKept(id))?;
    let name = outcome.transcript.to_string();
    let file = kept.find(&outcome.transcript).await?.ok_or(ReplayError::NotKept(id))?;
    let found = unpack(&file, &name)?;
    let end = found.transcript.end();
    let foreign = |what| ReplayError::Foreign { name: name.clone(), id, what };
    if found.transcript.header().spec.id().0 != id {
        return Err(foreign("it names another one").into());
    }
    if (end.digest, end.fuel_digest) != (outcome.digest, outcome.fuel_digest) {
        return Err(foreign("its digests are not those of the result").into());
    }
    Ok(found)
}

/// The only result whose match's id begins like that. Looks without the data directory's lock: a
/// tournament may be under way.
async fn look_up(site: &Site, id: &str) -> Result<StoredResult, RunError> {
    let place = data_dir::store_of(site)?;
    let store = store::open(&place, now_ms()).await?;
    let found = store.find(id).await;
    store.close().await;
    let mut found = found?.into_iter();
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(ReplayError::Unknown { id: id.to_owned(), store: place.to_string() }.into()),
        (Some(one), Some(other)) => {
            Err(ReplayError::Ambiguous { id: id.to_owned(), among: [one.id.0, other.id.0] }.into())
        }
    }
}

/// Reads a file, but not more than any transcript has.
fn read(path: &Path) -> Result<Vec<u8>, ReplayError> {
    let unreadable = |source| ReplayError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let why = format!("it has more than the {FILE_BYTES_MAX} bytes of any transcript");
        return Err(unreadable(std::io::Error::other(why)));
    }
    Ok(bytes)
}
