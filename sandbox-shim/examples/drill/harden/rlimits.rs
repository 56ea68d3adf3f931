//! Limits, unless they are left out.

use super::SealError;
use crate::switches::is_off;

#[path = "../../../src/harden/rlimits.rs"]
mod real;

pub(crate) use real::{limit_zygote, stack_for};

/// Limits a child.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn limit_sealed() -> Result<(), SealError> {
    if is_off("rlimits") { Ok(()) } else { real::limit_sealed() }
}
