//! Which results are played again, and what they are played with.

use std::collections::BTreeMap;

use terms::{Digest, Digester, MatchSpec};
use transcript::file::{self, Packed};

use crate::config::Site;
use crate::data_dir;
use crate::driver::now_ms;
use crate::run::RunError;
use crate::store::{self, AnyStore, Store, StoreError, StoredResult};
use crate::transcripts::Transcripts;

/// All of the whole that a share is given in.
const MILLION: u64 = 1_000_000;

/// What is played again.
pub(super) struct Selection {
    /// All results that there are.
    pub(super) recorded: u64,
    /// By setting.
    pub(super) batches: Vec<Batch>,
    /// What cannot be.
    pub(super) skipped: Skipped,
}

/// Results of one setting, and all that their matches need.
pub(super) struct Batch {
    /// One of the matches: the rules, limits, policy and runtime are those of all.
    pub(super) like: MatchSpec,
    /// What was recorded.
    pub(super) results: Vec<StoredResult>,
    /// The bots, encoded.
    pub(super) bundles: BTreeMap<Digest, Vec<u8>>,
}

/// Results of the sample that cannot be played again, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Skipped {
    /// Their transcript, which has the bots, is not there.
    pub(super) without_transcript: u64,
    /// Their transcript is damaged, or not that of the result.
    pub(super) damaged: u64,
    /// They were played with another runtime than there is now.
    pub(super) other_runtime: u64,
}

/// Draws the sample. `runtime` is the fingerprint of what there is to play with.
///
/// # Errors
/// There is no store, or it or the transcripts cannot be read.
pub(super) async fn select(site: &Site, runtime: &Digest, per_million: u32) -> Result<Selection, RunError> {
    let store = store::open(&data_dir::store_of(site)?, now_ms()).await?;
    let mut salt = [0; terms::digest::DIGEST_BYTES];
    getrandom::fill(&mut salt)?;
    let selected = from_store(&store, site, runtime, per_million, &Digest(salt)).await;
    store.close().await;
    selected
}

/// How many results there are.
///
/// # Errors
/// There is no store, or it cannot be read.
pub(super) async fn count(site: &Site) -> Result<u64, RunError> {
    let store = store::open(&data_dir::store_of(site)?, now_ms()).await?;
    let counted = count_in(&store).await;
    store.close().await;
    Ok(counted?)
}

async fn count_in(store: &AnyStore) -> Result<u64, StoreError> {
    let mut count = 0;
    for setting in store.settings().await? {
        count += store.recorded(setting).await?.len() as u64;
    }
    Ok(count)
}

async fn from_store(
    store: &AnyStore,
    site: &Site,
    runtime: &Digest,
    per_million: u32,
    salt: &Digest,
) -> Result<Selection, RunError> {
    let transcripts = Transcripts::to_read(site)?;
    let (mut recorded, mut batches, mut skipped) = (0, Vec::new(), Skipped::default());
    for setting in store.settings().await? {
        let ids = store.recorded(setting).await?;
        recorded += ids.len() as u64;
        let mut batch: Option<Batch> = None;
        for id in sample(ids, per_million, salt) {
            let found = store.find(&id.to_string()).await?;
            let Some(result) = found.into_iter().next() else { continue };
            let Some(bytes) = bytes_of(transcripts.as_ref(), &result).await? else {
                skipped.without_transcript += 1;
                continue;
            };
            match matching(&bytes, &result) {
                None => skipped.damaged += 1,
                Some(packed) if packed.transcript.header().spec.runtime != *runtime => {
                    skipped.other_runtime += 1
                }
                Some(packed) => enter(&mut batch, packed, result),
            }
        }
        batches.extend(batch);
    }
    Ok(Selection { recorded, batches, skipped })
}

/// So many of them, at least one, and nobody can tell which.
fn sample(mut ids: Vec<terms::MatchId>, per_million: u32, salt: &Digest) -> Vec<terms::MatchId> {
    let wanted = (ids.len() as u64 * u64::from(per_million)).div_ceil(MILLION).max(1);
    ids.sort_by_cached_key(|id| Digester::new("arena verify 1").digest(salt).digest(&id.0).finish());
    ids.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
    ids
}

async fn bytes_of(
    transcripts: Option<&Transcripts>,
    result: &StoredResult,
) -> Result<Option<Vec<u8>>, RunError> {
    match transcripts {
        Some(transcripts) if result.outcome.transcript != Digest::NONE => {
            Ok(transcripts.find(&result.outcome.transcript).await?)
        }
        _ => Ok(None),
    }
}

/// What is in a transcript, if it is that of the result.
fn matching(bytes: &[u8], result: &StoredResult) -> Option<Packed> {
    let packed = file::unpack(bytes);
    let named = packed.inspect_err(|error| {
        tracing::warn!(r#match = result.id.0.short(), "the transcript cannot be used: {error}");
    });
    named.ok().filter(|packed| packed.transcript.header().spec.id() == result.id)
}

fn enter(batch: &mut Option<Batch>, packed: Packed, result: StoredResult) {
    let spec = packed.transcript.header().spec.clone();
    let batch = batch.get_or_insert_with(|| Batch {
        like: spec.clone(),
        results: Vec::new(),
        bundles: BTreeMap::new(),
    });
    batch.bundles.extend(spec.bots.0.into_iter().zip(packed.bundles.0));
    batch.results.push(result);
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::MatchId;

    #[test]
    fn a_sample_has_the_share_it_should_and_never_nothing() {
        let ids: Vec<MatchId> = (0..200_u8).map(|name| MatchId(Digest::of(&[name]))).collect();
        let salt = Digest::of(b"salt");
        let sizes = [0, 1, 50_000, 1_000_000].map(|share| sample(ids.clone(), share, &salt).len());
        assert_eq!(sizes, [1, 1, 10, 200]);
        let [one, other] = [b"one", b"two"].map(|salt| sample(ids.clone(), 50_000, &Digest::of(salt)));
        assert_ne!(one, other);
    }
}
