//! Proof that this process has a single thread.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;

/// Links of `/proc/self/task` besides one for each thread: itself and its parent.
const OTHER_LINKS: u64 = 2;

/// This process had a single thread when this was made, and nothing since could have made another.
pub(crate) struct SingleThreaded(());

/// Counts our threads. Keeps the directory open, because later nothing can be opened any more.
pub(crate) struct ThreadCount(File);

impl ThreadCount {
    /// # Errors
    /// There is no `/proc`.
    pub(crate) fn open() -> io::Result<ThreadCount> {
        File::open("/proc/self/task").map(ThreadCount)
    }

    /// # Errors
    /// There is more than one thread.
    pub(crate) fn assert_one(&self) -> io::Result<SingleThreaded> {
        let threads = self.0.metadata()?.nlink().saturating_sub(OTHER_LINKS);
        if threads == 1 {
            return Ok(SingleThreaded(()));
        }
        Err(io::Error::other(format!("there are {threads} threads, and a fork must have one")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_thread_is_seen() {
        // Tests run on threads of their own, so there are at least two already.
        assert!(ThreadCount::open().unwrap().assert_one().is_err());
    }
}
