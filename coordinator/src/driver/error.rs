//! Why a run cannot go on.

use crate::local;
use crate::store::StoreError;
use crate::transcripts::TranscriptsError;

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// Results cannot be recorded.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Transcripts cannot be kept.
    #[error(transparent)]
    Transcripts(#[from] TranscriptsError),
    /// Nobody is left to play.
    #[error("{0}, and there is no other worker; what was played is recorded")]
    NoWorkerLeft(local::Exited),
    /// Nobody is left who is believed.
    #[error(
        "{why}; and there is no other worker: what others vouch for is recorded, the rest is to be played again"
    )]
    NobodyBelieved {
        /// Why the last of them is not.
        why: String,
    },
    /// Workers cannot call any more.
    #[error("the server for workers stopped; what was played is recorded")]
    ServerStopped,
}
