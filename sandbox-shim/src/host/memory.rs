//! How large a guest may grow.

use wasmtime::{Error, ResourceLimiter, Result};

/// Most elements of all tables together. The interpreter has some ten thousand functions.
const TABLE_ELEMENTS_MAX: usize = 1 << 20;
/// Most core instances and tables, and most memories, of one component.
const INSTANCES_MAX: usize = 1_000;
const MEMORIES_MAX: usize = 16;

/// The machine refused memory that the limit allows.
#[derive(Debug, thiserror::Error)]
#[error("the machine has no memory left for a guest: {0}")]
pub(crate) struct MachineOutOfMemory(pub(crate) String);

/// Limits and measures all linear memories of a guest together.
#[derive(Default)]
pub(crate) struct MemoryLimit {
    /// The limit, in bytes; none while the interpreter starts.
    limit: Option<u64>,
    /// Current size, in bytes.
    size: u64,
    /// Whether growth was refused in the current call.
    refused: bool,
    /// Elements of all tables together.
    elements: usize,
}

impl MemoryLimit {
    /// From now on at most `bytes`.
    pub(super) fn limit(&mut self, bytes: u64) {
        self.limit = Some(bytes);
    }

    /// A call begins.
    pub(crate) fn call_begins(&mut self) {
        self.refused = false;
    }

    /// Whether the guest asked for more than it may have in the current call.
    pub(crate) fn was_refused(&self) -> bool {
        self.refused
    }

    /// The limit, in bytes; 0 while the interpreter starts.
    pub(crate) fn limit_bytes(&self) -> u64 {
        self.limit.unwrap_or(0)
    }

    /// The largest size so far, in bytes; linear memory never shrinks.
    pub(crate) fn peak_bytes(&self) -> u64 {
        self.size
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let size = self.size.saturating_add(desired.saturating_sub(current) as u64);
        let allowed =
            self.limit.is_none_or(|limit| size <= limit) && maximum.is_none_or(|maximum| desired <= maximum);
        if allowed {
            self.size = size;
        } else {
            self.refused = true;
        }
        Ok(allowed)
    }

    /// Growth that [`MemoryLimit::memory_growing`] allowed, and the machine did not: no fault of the
    /// bot's, and not the same everywhere, so the match must not go on.
    fn memory_grow_failed(&mut self, error: Error) -> Result<()> {
        if self.refused { Ok(()) } else { Err(MachineOutOfMemory(error.root_cause().to_string()).into()) }
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let elements = self.elements.saturating_add(desired.saturating_sub(current));
        let allowed = elements <= TABLE_ELEMENTS_MAX && maximum.is_none_or(|maximum| desired <= maximum);
        if allowed {
            self.elements = elements;
        }
        Ok(allowed)
    }

    fn instances(&self) -> usize {
        INSTANCES_MAX
    }

    fn tables(&self) -> usize {
        INSTANCES_MAX
    }

    fn memories(&self) -> usize {
        MEMORIES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_count_together() {
        let mut memory = MemoryLimit::default();
        assert!(memory.table_growing(0, TABLE_ELEMENTS_MAX, None).unwrap());
        assert!(!memory.table_growing(0, 1, None).unwrap());
    }

    #[test]
    fn memories_count_together_and_refusal_is_remembered_for_the_call() {
        let mut memory = MemoryLimit::default();
        assert!(memory.memory_growing(0, 100, None).unwrap());
        memory.limit(150);
        memory.call_begins();
        assert!(memory.memory_growing(0, 50, None).unwrap());
        assert!(!memory.was_refused());
        assert!(!memory.memory_growing(100, 101, None).unwrap());
        assert!(memory.was_refused());
        assert_eq!(memory.peak_bytes(), 150);
        memory.call_begins();
        assert!(!memory.was_refused());
    }
}
