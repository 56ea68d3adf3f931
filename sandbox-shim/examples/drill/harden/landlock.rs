//! Landlock, unless it is left out: all of it, the zygote's, or that of its children.

use std::sync::atomic::{AtomicU32, Ordering};

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
        // A zygote denies itself everything first; its children then have that behind them.
        static DENIED: AtomicU32 = AtomicU32::new(0);
        let whose =
            if DENIED.fetch_add(1, Ordering::Relaxed) == 0 { "zygote_landlock" } else { "child_landlock" };
        if is_off("landlock") || is_off(whose) { Ok(()) } else { self.0.deny_everything() }
    }
}
