//! Landlock, unless it is left out.

use super::SealError;
use crate::switches::is_off;

#[path = "../../../src/harden/landlock.rs"]
mod real;

pub(crate) use real::missing;

/// A kernel's version of Landlock.
#[derive(Clone, Copy)]
pub(crate) struct Abi(real::Abi);

impl Abi {
    /// The version, if there is one.
    pub(crate) fn of_this_kernel() -> Option<Abi> {
        real::Abi::of_this_kernel().map(Abi)
    }

    /// What is denied.
    pub(crate) fn describe(self) -> String {
        self.0.describe()
    }

    /// Denies it.
    ///
    /// # Errors
    /// The kernel refuses.
    pub(crate) fn deny_everything(self) -> Result<(), SealError> {
        if is_off("landlock") { Ok(()) } else { self.0.deny_everything() }
    }
}
