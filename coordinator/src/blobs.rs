//! What workers may fetch: the tournament's bots and its interpreter, by digest, in memory.

use std::collections::HashMap;
use std::sync::Arc;

use terms::Digest;

/// Everything that a tournament's workers need, by the digest of its bytes.
#[derive(Clone, Debug, Default)]
pub struct BlobStore(HashMap<Digest, Arc<[u8]>>);

impl BlobStore {
    /// Adds a blob and returns its digest.
    pub fn add(&mut self, bytes: Vec<u8>) -> Digest {
        let digest = Digest::of(&bytes);
        self.0.insert(digest, bytes.into());
        digest
    }

    /// The blob of that digest, if there is one.
    pub fn get(&self, digest: &Digest) -> Option<Arc<[u8]>> {
        self.0.get(digest).cloned()
    }
}
