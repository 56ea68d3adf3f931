//! Why a layer is not on.

/// A layer that the kernel did not put on.
#[derive(Debug, thiserror::Error)]
#[error("{layer}: {why}")]
pub(crate) struct SealError {
    /// The layer's name in reports and metrics.
    pub(crate) layer: &'static str,
    /// What was tried and what the kernel said.
    pub(crate) why: String,
}

impl SealError {
    /// `doing` failed with `source`.
    pub(super) fn new(layer: &'static str, doing: &str, source: impl std::fmt::Display) -> SealError {
        SealError { layer, why: format!("{doing}: {source}") }
    }
}
