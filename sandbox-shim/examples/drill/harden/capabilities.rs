//! Giving up capabilities, unless that is left out.

use super::SealError;
use crate::switches::is_off;

#[path = "../../../src/harden/capabilities.rs"]
mod real;

/// Gives them up.
///
/// # Errors
/// The kernel refuses.
pub(crate) fn drop_all() -> Result<(), SealError> {
    if is_off("capabilities") { Ok(()) } else { real::drop_all() }
}
