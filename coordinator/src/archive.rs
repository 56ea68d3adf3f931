//! Makes files of the transcripts that come in, and keeps them.
//!
//! Workers send records; a file has both bots as well, so that a replay needs nothing else. Never
//! here: what a transcript says, or a result.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use terms::{BySeat, Digest};
use tokio::task::{JoinError, JoinSet};
use transcript::Addresses;
use transcript::file::{self, PackedBot};

use crate::blobs::BlobStore;
use crate::metrics::Metrics;
use crate::store::StoredResult;
use crate::transcripts::{Transcripts, TranscriptsError};

/// Transcripts that are made into files by one task where they stay on this machine.
const TOGETHER_MAX: usize = 32;
/// Tasks at once where they do, and where each waits for a bucket.
const TASKS_MAX_HERE: usize = 4;
const TASKS_MAX_AWAY: usize = 16;

/// Where the transcripts of a run go.
#[derive(Clone, Debug)]
pub struct Archive {
    transcripts: Transcripts,
    bots: Arc<Bots>,
    metrics: Metrics,
}

/// A record, by whose address, and of which bots.
struct Entry {
    bots: BySeat<Digest>,
    address: Digest,
    record: Vec<u8>,
}

impl Archive {
    /// An archive of matches between bots that are among `blobs`.
    pub fn new(transcripts: Transcripts, blobs: Arc<BlobStore>) -> Archive {
        let bots = Arc::new(Bots { blobs, packed: Mutex::default() });
        Archive { transcripts, bots, metrics: Metrics::default() }
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
        let (together, tasks_max) = match self.transcripts.are_here() {
            true => (TOGETHER_MAX, TASKS_MAX_HERE),
            false => (1, TASKS_MAX_AWAY),
        };
        let mut entries = results.filter(|result| !result.record.is_empty()).map(|result| Entry {
            bots: result.bots,
            address: result.outcome.transcript,
            record: std::mem::take(&mut result.record),
        });
        let mut tasks = JoinSet::new();
        loop {
            let some: Vec<Entry> = entries.by_ref().take(together).collect();
            if some.is_empty() {
                break;
            }
            if tasks.len() >= tasks_max {
                finish_one(&mut tasks).await?;
            }
            tasks.spawn(self.clone().write(some));
        }
        while !tasks.is_empty() {
            finish_one(&mut tasks).await?;
        }
        Ok(())
    }

    async fn write(self, entries: Vec<Entry>) -> Result<(), TranscriptsError> {
        let archive = self.clone();
        let packing = tokio::task::spawn_blocking(move || archive.pack(entries));
        for (address, file) in joined(packing.await).await? {
            let bytes = file.len();
            self.transcripts.put(&address, file).await?;
            self.metrics.kept(bytes);
        }
        Ok(())
    }

    /// Makes files of records. Those that stay on this machine are written at once, the others come back.
    fn pack(&self, entries: Vec<Entry>) -> Result<Vec<(Digest, Vec<u8>)>, TranscriptsError> {
        let (mut addresses, mut away) = (Addresses::new(), Vec::new());
        for Entry { bots, address, record } in entries {
            // Only bots of this tournament play in it; one that is not there cannot be packed.
            let BySeat([Some(zero), Some(one)]) = bots.map(|bot| self.bots.packed(&bot)) else { continue };
            let Some(file) = pack(&mut addresses, BySeat([&zero, &one]), &record, &address) else { continue };
            if self.transcripts.are_here() {
                self.transcripts.put_here(&address, &file)?;
                self.metrics.kept(file.len());
            } else {
                away.push((address, file));
            }
        }
        Ok(away)
    }
}

/// The bots of a tournament as they stand in files: each is compressed once, and not for every match.
#[derive(Debug)]
struct Bots {
    blobs: Arc<BlobStore>,
    /// No more than there are blobs.
    packed: Mutex<HashMap<Digest, Arc<PackedBot>>>,
}

impl Bots {
    fn packed(&self, digest: &Digest) -> Option<Arc<PackedBot>> {
        let packed = || self.packed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = packed().get(digest) {
            return Some(known.clone());
        }
        let bot = Arc::new(PackedBot::new(&self.blobs.get(digest)?));
        packed().insert(*digest, bot.clone());
        Some(bot)
    }
}

/// The file of a record, if that is the one of its address: nobody can put something else in the
/// place of a transcript that is kept already.
fn pack(
    addresses: &mut Addresses,
    bots: BySeat<&PackedBot>,
    record: &[u8],
    address: &Digest,
) -> Option<Vec<u8>> {
    match addresses.of(record) {
        Ok(found) if found == *address => Some(file::pack_with(bots, record)),
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
        let [a, b] = [b"a", b"b"].map(|bundle| PackedBot::new(bundle));
        let another = Digest::of(b"another");
        let packed = |record: &[u8], address| pack(&mut Addresses::new(), BySeat([&a, &b]), record, address);
        let file = packed(&recorded.record, &recorded.address).unwrap();
        assert_eq!(transcript::file::unpack(&file).unwrap().transcript.address(), &recorded.address);
        assert_eq!(packed(&recorded.record, &another), None);
        assert_eq!(packed(b"garbage", &recorded.address), None);
    }
}
