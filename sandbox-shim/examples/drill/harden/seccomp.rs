//! Filters, unless they or some of their entries are left out.

use super::{SealError, syscalls};
use crate::switches::is_off;
use syscalls::Allowed;

#[path = "../../../src/harden/seccomp.rs"]
mod real;

/// A filter, or none.
pub(crate) struct Filter(real::Filter);

impl Filter {
    /// A filter that allows what is on `lists`, without what is left out.
    ///
    /// # Errors
    /// There is no filter for this architecture.
    pub(crate) fn allowing(lists: &[&[Allowed]]) -> Result<Filter, SealError> {
        let kept = |entry: &Allowed| !is_off(&format!("{}: {}", entry.name, entry.why));
        let list: Vec<Allowed> = lists.iter().copied().flatten().copied().filter(kept).collect();
        real::Filter::allowing(&[&list]).map(Filter)
    }

    /// Puts it on.
    ///
    /// # Errors
    /// The kernel refuses.
    pub(crate) fn put_on(&self) -> Result<(), SealError> {
        if is_off("seccomp") { Ok(()) } else { self.0.put_on() }
    }
}
