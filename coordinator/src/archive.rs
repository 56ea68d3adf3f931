//! Makes files of the transcripts that come in, and keeps them.
//!
//! Workers send records; a file has both bots as well, so that a replay needs nothing else. Never
//! here: what a transcript says, or a result.

use std::sync::Arc;

use terms::{BySeat, Digest};
use tokio::task::JoinSet;

use crate::blobs::BlobStore;
use crate::store::StoredResult;
use crate::transcripts::{Transcripts, TranscriptsError};

/// Files that are written at once: a bucket takes its time for each.
const WRITES_MAX: usize = 16;

/// Where the transcripts of a run go.
#[derive(Clone, Debug)]
pub struct Archive {
    transcripts: Transcripts,
    blobs: Arc<BlobStore>,
}

impl Archive {
    /// An archive of matches between bots that are among `blobs`.
    pub fn new(transcripts: Transcripts, blobs: Arc<BlobStore>) -> Archive {
        Archive { transcripts, blobs }
    }

    /// Keeps the transcripts of these results, as far as they have one.
    ///
    /// # Errors
    /// One of them cannot be written; others may have been.
    pub async fn keep<'a>(
        &self,
        results: impl Iterator<Item = &'a mut StoredResult>,
    ) -> Result<(), TranscriptsError> {
        if !self.transcripts.are_kept() {
            return Ok(());
        }
        let mut writes = JoinSet::new();
        for result in results.filter(|result| !result.record.is_empty()) {
            if writes.len() >= WRITES_MAX {
                finish_one(&mut writes).await?;
            }
            let (bots, address) = (result.bots, result.outcome.transcript);
            writes.spawn(self.clone().write(bots, address, std::mem::take(&mut result.record)));
        }
        while !writes.is_empty() {
            finish_one(&mut writes).await?;
        }
        Ok(())
    }

    async fn write(
        self,
        bots: BySeat<Digest>,
        address: Digest,
        record: Vec<u8>,
    ) -> Result<(), TranscriptsError> {
        // Only bots of this tournament play in it; one that is not there cannot be packed.
        let BySeat([Some(zero), Some(one)]) = bots.map(|bot| self.blobs.get(&bot)) else { return Ok(()) };
        let pack = move || transcript::file::pack(&BySeat([&*zero, &*one]), &record);
        let packed = tokio::task::spawn_blocking(pack).await;
        let file = packed.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        self.transcripts.put(&address, file).await
    }
}

async fn finish_one(writes: &mut JoinSet<Result<(), TranscriptsError>>) -> Result<(), TranscriptsError> {
    match writes.join_next().await {
        None => Ok(()),
        Some(Ok(written)) => written,
        Some(Err(panic)) => std::panic::resume_unwind(panic.into_panic()),
    }
}
