//! Bots and interpreters by digest: fetched once, verified on arrival and again on every read.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::Rng;
use rpc::v1;
use terms::Digest;
use tonic::{Code, Status};

use super::Uplink;
use super::explain::setback;
use super::rota::Rota;
use crate::disk::prune;
use crate::metrics::BlobFetches;

/// How much memory the bots that were played last may take, in bytes.
const MEMORY_BYTES_MAX: usize = 64 << 20;
/// How long a fetch may take: this, and what the slowest line that is worth waiting for needs.
const FETCH_PATIENCE: Duration = Duration::from_secs(30);
const FETCH_BYTES_PER_SECOND_MIN: usize = 256 << 10;
/// How often a bot, and how often an interpreter is asked for while nobody can answer.
const BOT_TRIES_MAX: u32 = 5;
const INTERPRETER_TRIES_MAX: u32 = 40;
/// How much disk the cache may take when a worker starts, in bytes; the oldest go first.
const DISK_BYTES_MAX: u64 = 1 << 30;

/// Why a blob is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The coordinator does not give it.
    #[error("blob {} was not sent: {status}", digest.short())]
    Fetch {
        /// Which blob.
        digest: Digest,
        /// What the coordinator said.
        status: Box<tonic::Status>,
    },
    /// What came is something else.
    #[error("blob {} is not what was asked for: {what}", digest.short())]
    Wrong {
        /// Which blob.
        digest: Digest,
        /// What came instead.
        what: String,
    },
    /// It cannot be kept.
    #[error("{path} cannot be written")]
    Store {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl BlobError {
    /// Whether another try may succeed: the coordinator, or the way to it, is the reason, and not
    /// that it has no such blob.
    pub fn may_pass(&self) -> bool {
        match self {
            BlobError::Fetch { status, .. } => {
                !matches!(status.code(), tonic::Code::NotFound | tonic::Code::InvalidArgument)
            }
            BlobError::Wrong { .. } | BlobError::Store { .. } => false,
        }
    }
}

/// The cache, and the coordinator behind it.
pub struct Blobs {
    folder: PathBuf,
    uplink: Arc<Uplink>,
    recent: Mutex<HashMap<Digest, Arc<[u8]>>>,
    metrics: BlobFetches,
}

impl Blobs {
    /// Opens the cache in `folder`, making it if needed, and prunes it.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(folder: PathBuf, uplink: Arc<Uplink>) -> Result<Blobs, BlobError> {
        let stored = std::fs::create_dir_all(&folder).and_then(|()| prune(&folder, DISK_BYTES_MAX));
        stored.map_err(|source| BlobError::Store { path: folder.clone(), source })?;
        Ok(Blobs { folder, uplink, recent: Mutex::default(), metrics: BlobFetches::new() })
    }

    /// The bytes of a blob of at most `bytes_max`.
    ///
    /// # Errors
    /// Neither the cache nor the coordinator has it.
    pub async fn bytes(&self, digest: Digest, bytes_max: usize) -> Result<Arc<[u8]>, BlobError> {
        if let Some(bytes) = self.recent().get(&digest) {
            self.metrics.cached();
            return Ok(bytes.clone());
        }
        let bytes: Arc<[u8]> = match self.read(digest) {
            Some(bytes) => {
                self.metrics.cached();
                bytes.into()
            }
            None => self.fetch(digest, bytes_max, BOT_TRIES_MAX).await?.into(),
        };
        let mut recent = self.recent();
        if recent.values().map(|bytes| bytes.len()).sum::<usize>() + bytes.len() > MEMORY_BYTES_MAX {
            recent.clear();
        }
        recent.insert(digest, bytes.clone());
        Ok(bytes)
    }

    /// A file with the bytes of a blob of at most `bytes_max`.
    ///
    /// # Errors
    /// Neither the cache nor the coordinator has it.
    pub async fn file(&self, digest: Digest, bytes_max: usize) -> Result<PathBuf, BlobError> {
        match self.read(digest) {
            Some(_) => self.metrics.cached(),
            None => drop(self.fetch(digest, bytes_max, INTERPRETER_TRIES_MAX).await?),
        }
        Ok(self.path(digest))
    }

    /// What the cache has, unless it was damaged meanwhile.
    fn read(&self, digest: Digest) -> Option<Vec<u8>> {
        let bytes = std::fs::read(self.path(digest)).ok()?;
        let is_intact = Digest::of(&bytes) == digest;
        if !is_intact {
            tracing::warn!(blob = %digest.short(), "a cached blob is damaged; fetching it again");
        }
        is_intact.then_some(bytes)
    }

    async fn fetch(&self, digest: Digest, bytes_max: usize, tries: u32) -> Result<Vec<u8>, BlobError> {
        let fetched = self.fetch_and_store(digest, bytes_max, tries).await;
        self.metrics.asked(&fetched);
        fetched
    }

    async fn fetch_and_store(
        &self,
        digest: Digest,
        bytes_max: usize,
        tries: u32,
    ) -> Result<Vec<u8>, BlobError> {
        let bytes = self.try_to_receive(digest, bytes_max, tries).await?;
        let came = Digest::of(&bytes);
        if came != digest {
            let what = format!("{} bytes with digest {}", bytes.len(), came.short());
            return Err(BlobError::Wrong { digest, what });
        }
        self.store(digest, &bytes)?;
        Ok(bytes)
    }

    /// The bytes, from whichever coordinator is called when one is there.
    async fn try_to_receive(
        &self,
        digest: Digest,
        bytes_max: usize,
        tries: u32,
    ) -> Result<Vec<u8>, BlobError> {
        let patience = FETCH_PATIENCE + Duration::from_secs((bytes_max / FETCH_BYTES_PER_SECOND_MIN) as u64);
        let mut rota = Rota::new(1);
        for left in (0..tries).rev() {
            let received = tokio::time::timeout(patience, self.receive(digest, bytes_max, patience)).await;
            let late = |_| BlobError::Wrong { digest, what: format!("not complete after {patience:?}") };
            let pause = match received.map_err(late)? {
                Err(BlobError::Fetch { status, .. }) if left > 0 && may_pass(&status) => {
                    rota.failed(setback(&status))
                }
                received => return received,
            };
            let pause = rand::rng().random_range(pause);
            tokio::time::sleep(pause).await;
        }
        Err(BlobError::Wrong { digest, what: "never asked for".to_owned() })
    }

    /// The bytes as they come, no more than `bytes_max`.
    async fn receive(
        &self,
        digest: Digest,
        bytes_max: usize,
        patience: Duration,
    ) -> Result<Vec<u8>, BlobError> {
        let failed = |status: tonic::Status| BlobError::Fetch { digest, status: Box::new(status) };
        let wrong = |what: String| BlobError::Wrong { digest, what };
        let request = self.uplink.request(v1::FetchRequest { digest: digest.0.to_vec() }, patience);
        let client = self.uplink.blobs();
        let mut client = client.ok_or_else(|| failed(Status::unavailable("there is no address")))?;
        let mut chunks = client.fetch(request).await.map_err(failed)?.into_inner();
        let mut bytes = Vec::new();
        while let Some(response) = chunks.message().await.map_err(failed)? {
            if bytes.len() + response.chunk.len() > bytes_max {
                return Err(wrong(format!("more than {bytes_max} bytes")));
            }
            // A stream of nothing would never end.
            if response.chunk.is_empty() {
                return Err(wrong("an empty part".into()));
            }
            bytes.extend_from_slice(&response.chunk);
        }
        Ok(bytes)
    }

    /// Writes a file that is whole or not there, whoever else writes it at the same time.
    fn store(&self, digest: Digest, bytes: &[u8]) -> Result<(), BlobError> {
        let path = self.path(digest);
        let write = || {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(bytes)?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|source: io::Error| BlobError::Store { path: path.clone(), source })
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.folder.join(digest.to_string())
    }

    fn recent(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Arc<[u8]>>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether what kept a blob away may be over in a while.
fn may_pass(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::Unavailable
            | Code::ResourceExhausted
            | Code::Unauthenticated
            | Code::Cancelled
            | Code::DeadlineExceeded
            | Code::Unknown
            | Code::Aborted
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Credentials;
    use tonic::transport::Channel;

    /// A coordinator that answers every request with the same parts, for ever or once.
    struct Hostile(&'static [u8], usize);

    #[tonic::async_trait]
    impl v1::blobs_server::Blobs for Hostile {
        type FetchStream = tokio_stream::Iter<std::iter::RepeatN<Result<v1::FetchResponse, tonic::Status>>>;

        async fn fetch(
            &self,
            _: tonic::Request<v1::FetchRequest>,
        ) -> Result<tonic::Response<Self::FetchStream>, tonic::Status> {
            let part = v1::FetchResponse { chunk: self.0.to_vec() };
            Ok(tonic::Response::new(tokio_stream::iter(std::iter::repeat_n(Ok(part), self.1))))
        }
    }

    async fn fetched_from(hostile: Hostile) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let service = v1::blobs_server::BlobsServer::new(hostile);
        let server = tokio::spawn(tonic::transport::Server::builder().add_service(service).serve(address));
        let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
        while endpoint.connect().await.is_err() {
            tokio::task::yield_now().await;
        }
        let folder = tempfile::tempdir().unwrap();
        let uplink = Uplink::open(&[endpoint], &Credentials::default()).unwrap();
        let blobs = Blobs::open(folder.path().to_owned(), uplink.into()).unwrap();
        let refused = blobs.bytes(Digest::of(b"good"), 1_000).await.unwrap_err().to_string();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing of it is kept");
        server.abort();
        refused
    }

    #[tokio::test]
    async fn what_a_hostile_coordinator_sends_is_bounded_and_never_kept() {
        let refused = fetched_from(Hostile(&[7; 400], usize::MAX)).await;
        assert!(refused.contains("more than 1000 bytes"), "{refused}");
        let refused = fetched_from(Hostile(&[], usize::MAX)).await;
        assert!(refused.contains("an empty part"), "{refused}");
        let refused = fetched_from(Hostile(b"evil", 1)).await;
        assert!(refused.contains("4 bytes with digest"), "{refused}");
    }
}
