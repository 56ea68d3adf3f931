//! What a guest holds of the host's: standard streams, and things to wait for.
//!
//! The guest chooses how many, so their number is limited, whatever their kind.

use wasmtime::Result;

/// Most handles that a guest can hold at a time.
const HANDLES_MAX: u32 = 1_024;

/// The number of everything that is always ready and has no state: streams, and waiting for them.
pub(super) const STATELESS: u32 = 0;

/// A guest took more handles than anybody needs.
#[derive(Debug, thiserror::Error)]
#[error("it held more than {HANDLES_MAX} handles of the host at a time")]
struct TooManyHandles;

/// Counts handles, and knows what each alarm waits for.
#[derive(Default)]
pub(super) struct Handles {
    live: u32,
    /// The times of alarms, in nanoseconds; the handle is the index and one.
    alarms: Vec<u64>,
    /// Alarms that were dropped.
    free: Vec<u32>,
}

impl Handles {
    /// Counts one more handle of something without state.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn stateless(&mut self) -> Result<u32> {
        if self.live >= HANDLES_MAX {
            return Err(TooManyHandles.into());
        }
        self.live += 1;
        Ok(STATELESS)
    }

    /// A handle of something to wait for until `when`, in nanoseconds.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn alarm(&mut self, when: u64) -> Result<u32> {
        self.stateless()?;
        if let Some(handle) = self.free.pop() {
            if let Some(alarm) = self.alarms.get_mut(handle as usize - 1) {
                *alarm = when;
            }
            return Ok(handle);
        }
        self.alarms.push(when);
        Ok(self.alarms.len() as u32)
    }

    /// When what the handle waits for happens, in nanoseconds; always, for what has no state.
    pub(super) fn ready_at(&self, handle: u32) -> u64 {
        let alarm = handle.checked_sub(1).and_then(|index| self.alarms.get(index as usize));
        alarm.copied().unwrap_or(0)
    }

    /// The guest dropped the handle.
    pub(super) fn drop(&mut self, handle: u32) {
        self.live = self.live.saturating_sub(1);
        if handle != STATELESS {
            self.free.push(handle);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_come_and_go_and_their_number_is_limited() {
        let mut handles = Handles::default();
        let (first, second) = (handles.alarm(7).unwrap(), handles.alarm(9).unwrap());
        assert_eq!((handles.ready_at(first), handles.ready_at(second)), (7, 9));
        assert_eq!(handles.ready_at(STATELESS), 0);
        handles.drop(first);
        assert_eq!(handles.alarm(11).unwrap(), first);
        assert_eq!(handles.ready_at(first), 11);
        while handles.live < HANDLES_MAX {
            handles.stateless().unwrap();
        }
        assert!(handles.stateless().is_err() && handles.alarm(1).is_err());
        handles.drop(STATELESS);
        assert!(handles.alarm(1).is_ok());
    }
}
