//! `Blobs.Fetch`: what workers need, by digest, in chunks.

use std::sync::Arc;

use rpc::v1;
use rpc::v1::blobs_server::Blobs;
use terms::Digest;
use tonic::{Request, Response, Status};

use crate::blobs::BlobStore;

/// Answers fetches from memory.
pub(super) struct BlobService(Arc<BlobStore>);

impl BlobService {
    pub(super) fn new(blobs: Arc<BlobStore>) -> BlobService {
        BlobService(blobs)
    }
}

/// Chunks are cut when the connection has room for them.
type Chunks = Box<dyn Iterator<Item = Result<v1::FetchResponse, Status>> + Send>;

#[tonic::async_trait]
impl Blobs for BlobService {
    type FetchStream = tokio_stream::Iter<Chunks>;

    async fn fetch(&self, request: Request<v1::FetchRequest>) -> Result<Response<Self::FetchStream>, Status> {
        let digest = Digest::try_from(request.get_ref().digest.as_slice())
            .map_err(|error| Status::invalid_argument(error.to_string()))?;
        let unknown = || Status::not_found(format!("there is no blob {digest} in this tournament"));
        let blob = self.0.get(&digest).ok_or_else(unknown)?;
        Ok(Response::new(tokio_stream::iter(chunks(blob))))
    }
}

fn chunks(blob: Arc<[u8]>) -> Chunks {
    let starts = (0..blob.len()).step_by(rpc::CHUNK_BYTES_MAX);
    Box::new(starts.map(move |start| {
        let rest = blob.get(start..).unwrap_or_default();
        let chunk = rest.iter().take(rpc::CHUNK_BYTES_MAX).copied().collect();
        Ok(v1::FetchResponse { chunk })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_bounded_and_make_up_the_blob() {
        for length in [0, 1, rpc::CHUNK_BYTES_MAX, rpc::CHUNK_BYTES_MAX + 1, 3 * rpc::CHUNK_BYTES_MAX] {
            let blob: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let parts: Vec<Vec<u8>> = chunks(blob.clone().into()).map(|part| part.unwrap().chunk).collect();
            assert!(parts.iter().all(|part| part.len() <= rpc::CHUNK_BYTES_MAX));
            assert_eq!(parts.concat(), blob);
        }
    }
}
