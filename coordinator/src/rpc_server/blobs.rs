//! `Blobs.Fetch`: what workers need, by digest, in chunks.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rpc::v1;
use rpc::v1::blobs_server::Blobs;
use terms::Digest;
use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use super::budget::{Budget, Held};
use super::busy;
use super::door::Sending;
use super::incoming::Visitor;
use crate::blobs::BlobStore;
use crate::caller::Origin;
use crate::metrics::Metrics;

/// What is sent at once, in bytes: whoever takes nothing holds up no more than a few of these.
const CHUNK_BYTES: usize = 256 << 10;
/// How long a blob may take: this, and what the slowest line that is worth waiting for needs.
const PATIENCE: Duration = Duration::from_secs(40);
const BYTES_PER_SECOND_MIN: usize = 192 << 10;

/// How often, and after how long, it is looked whether another may begin.
const TURN_TRIES: u32 = 100;
const TURN_PAUSE: Duration = Duration::from_millis(50);

const _: () = assert!(CHUNK_BYTES <= rpc::CHUNK_BYTES_MAX, "a worker takes no larger chunks");

/// Answers fetches from memory.
pub(super) struct BlobService {
    blobs: Arc<BlobStore>,
    budget: Arc<Budget>,
    metrics: Metrics,
}

impl BlobService {
    pub(super) fn new(blobs: Arc<BlobStore>, budget: Arc<Budget>, metrics: Metrics) -> BlobService {
        BlobService { blobs, budget, metrics }
    }

    /// Waits a while for others to have theirs: many ask at once when a tournament begins.
    async fn turn(&self, origin: Origin) -> Result<Held, Status> {
        for _ in 0..TURN_TRIES {
            if let Some(held) = self.budget.fetch(origin) {
                return Ok(held);
            }
            tokio::time::sleep(TURN_PAUSE).await;
        }
        Err(busy())
    }
}

#[tonic::async_trait]
impl Blobs for BlobService {
    type FetchStream = Chunks;

    async fn fetch(&self, request: Request<v1::FetchRequest>) -> Result<Response<Chunks>, Status> {
        let digest = Digest::try_from(request.get_ref().digest.as_slice())
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        let unknown = || Status::not_found(format!("there is no blob {digest} in this tournament"));
        let blob = self.blobs.get(&digest).ok_or_else(unknown)?;
        let visitor = request.extensions().get::<Visitor>();
        let visitor = visitor.ok_or_else(|| Status::internal("a call without a connection"))?;
        let held = self.turn(visitor.ticket.origin).await?;
        let sending = visitor.door.sending(&visitor.ticket);
        Ok(Response::new(Chunks::new(blob, Some((held, sending)), self.metrics.clone())))
    }
}

/// The parts of a blob, each cut when the connection has room for it.
pub(super) struct Chunks {
    blob: Arc<[u8]>,
    at: usize,
    deadline: Instant,
    /// Given back when the last part is taken, or the connection is gone.
    sending: Option<(Held, Sending)>,
    metrics: Metrics,
}

impl Chunks {
    fn new(blob: Arc<[u8]>, sending: Option<(Held, Sending)>, metrics: Metrics) -> Chunks {
        let patience = PATIENCE + Duration::from_secs((blob.len() / BYTES_PER_SECOND_MIN) as u64);
        Chunks { blob, at: 0, deadline: Instant::now() + patience, sending, metrics }
    }
}

impl Stream for Chunks {
    type Item = Result<v1::FetchResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some((_, sending)) = &self.sending {
            sending.moved();
        }
        let rest = self.blob.get(self.at..).unwrap_or_default();
        let chunk: Vec<u8> = rest.iter().take(CHUNK_BYTES).copied().collect();
        if chunk.is_empty() {
            self.sending = None;
            return Poll::Ready(None);
        }
        if Instant::now() > self.deadline {
            self.at = self.blob.len();
            return Poll::Ready(Some(Err(Status::deadline_exceeded("the blob is taken too slowly"))));
        }
        self.at += chunk.len();
        self.metrics.sent(chunk.len());
        Poll::Ready(Some(Ok(v1::FetchResponse { chunk })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_stream::StreamExt;

    #[tokio::test]
    async fn chunks_are_bounded_and_make_up_the_blob() {
        for length in [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
            let blob: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let chunks = Chunks::new(blob.clone().into(), None, Metrics::default());
            let parts: Vec<Vec<u8>> = chunks.map(|part| part.unwrap().chunk).collect().await;
            assert!(parts.iter().all(|part| part.len() <= CHUNK_BYTES));
            assert_eq!(parts.concat(), blob);
        }
    }

    #[tokio::test]
    async fn who_takes_a_blob_too_slowly_gets_no_more_of_it() {
        let mut chunks = Chunks::new(vec![7; 3 * CHUNK_BYTES].into(), None, Metrics::default());
        assert!(chunks.next().await.unwrap().is_ok());
        chunks.deadline = Instant::now() - Duration::from_secs(1);
        assert_eq!(chunks.next().await.unwrap().unwrap_err().code(), tonic::Code::DeadlineExceeded);
        assert!(chunks.next().await.is_none());
    }
}
