//! Makes files of the transcripts that come in, and keeps them.
//!
//! Workers send records; a file has both bots as well, so that a replay needs nothing else. Never
//! here: what a transcript says, or a result.

use std::sync::Arc;

use terms::{BySeat, Digest};
use tokio::task::{JoinError, JoinSet};

use crate::blobs::BlobStore;
use crate::metrics::Metrics;
use crate::store::StoredResult;
use crate::transcripts::{Transcripts, TranscriptsError};

/// Files that are written at once: a bucket takes its time for each.
const WRITES_MAX: usize = 16;

/// Where the transcripts of a run go.
#[derive(Clone, Debug)]
pub struct Archive {
    transcripts: Transcripts,
    blobs: Arc<BlobStore>,
    metrics: Metrics,
}

impl Archive {
    /// An archive of matches between bots that are among `blobs`.
    pub fn new(transcripts: Transcripts, blobs: Arc<BlobStore>) -> Archive {
        Archive { transcripts, blobs, metrics: Metrics::default() }
    }

    /// The same, but what is kept is measured there.
    #[must_use]
    pub fn measured_by(self, metrics: Metrics) -> Archive {
        Archive { metrics, ..self }
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
        let _keeping = self.metrics.keeping();
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
        let pack = move || pack(&BySeat([&*zero, &*one]), &record, &address);
        match joined(tokio::task::spawn_blocking(pack).await).await {
            Some(file) => {
                let bytes = file.len();
                self.transcripts.put(&address, file).await?;
                self.metrics.kept(bytes);
                Ok(())
            }
            None => Ok(()),
        }
    }
}

/// The file of a record, if that is the one of its address: nobody can put something else in the
/// place of a transcript that is kept already.
fn pack(bundles: &BySeat<&[u8]>, record: &[u8], address: &Digest) -> Option<Vec<u8>> {
    match transcript::address_of(record) {
        Ok(found) if found == *address => Some(transcript::file::pack(bundles, record)),
        Ok(found) => {
            tracing::warn!("a worker sent transcript {found} as {address}: it is not kept");
            None
        }
        Err(error) => {
            tracing::warn!("the transcript {address} that a worker sent cannot be used: {error}");
            None
        }
    }
}

async fn finish_one(writes: &mut JoinSet<Result<(), TranscriptsError>>) -> Result<(), TranscriptsError> {
    match writes.join_next().await {
        None => Ok(()),
        Some(ended) => joined(ended).await,
    }
}

/// What a task came to. One that was cancelled ends together with the program, and whoever waits for
/// it must not go on as if it had been done.
async fn joined<T>(ended: Result<T, JoinError>) -> T {
    match ended.map_err(JoinError::try_into_panic) {
        Ok(value) => value,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(_cancelled)) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_for_what_was_cancelled_waits_for_the_end_of_the_program() {
        let task = tokio::spawn(std::future::pending::<()>());
        task.abort();
        let waiting = joined(task.await);
        tokio::pin!(waiting);
        assert!(
            std::future::poll_fn(|context| std::task::Poll::Ready(waiting.as_mut().poll(context)))
                .await
                .is_pending()
        );
        assert_eq!(joined(tokio::spawn(async { 7 }).await).await, 7);
    }
    use terms::{GameId, Limits, MatchSpec, Policy, Runtime, Scores, Seed, Verdict};
    use transcript::Recorder;

    #[test]
    fn a_record_is_kept_under_its_own_address_only() {
        let runtime = Runtime::of_this_build(Digest::of(b"python"));
        let spec = MatchSpec {
            game: GameId::named("spacecode").unwrap(),
            seed: Seed(7),
            bots: BySeat([Digest::of(b"a"), Digest::of(b"b")]),
            limits: Limits::default(),
            policy: Policy::open(),
            runtime: runtime.fingerprint(),
        };
        let recorded = Recorder::new(&spec, &runtime).finish(&Verdict::Played(Scores::DRAW), 0);
        let bundles: BySeat<&[u8]> = BySeat([b"a", b"b"]);
        let file = pack(&bundles, &recorded.record, &recorded.address).unwrap();
        assert_eq!(transcript::file::unpack(&file).unwrap().transcript.address(), &recorded.address);
        assert_eq!(pack(&bundles, &recorded.record, &Digest::of(b"another")), None);
        assert_eq!(pack(&bundles, b"garbage", &recorded.address), None);
    }
}
