//! What a bot prints: kept up to a limit, counted beyond it.

/// The log of one bot.
#[derive(Default)]
pub(crate) struct Log {
    /// Printed since the last frame.
    pending: Vec<u8>,
    /// Dropped since the last frame, in bytes.
    dropped: u64,
    /// What may still be kept over the rest of the match, in bytes.
    room: usize,
}

impl Log {
    /// An empty log that keeps `limit` bytes in all.
    pub(crate) fn of(limit: u32) -> Log {
        Log { pending: Vec::new(), dropped: 0, room: limit as usize }
    }

    /// Keeps what fits.
    pub(super) fn write(&mut self, printed: &[u8]) {
        let (kept, dropped) = printed.split_at_checked(self.room).unwrap_or((printed, &[]));
        self.pending.extend_from_slice(kept);
        self.room -= kept.len();
        self.dropped = self.dropped.saturating_add(dropped.len() as u64);
    }

    /// Keeps what fits of `count` zeros.
    pub(super) fn write_zeroes(&mut self, count: u64) {
        let kept = usize::try_from(count).unwrap_or(usize::MAX).min(self.room);
        self.pending.resize(self.pending.len() + kept, 0);
        self.room -= kept;
        self.dropped = self.dropped.saturating_add(count - kept as u64);
    }

    /// What was printed since the last frame.
    pub(crate) fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// How many bytes were dropped since the last frame.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The frame with what was pending is on its way.
    pub(crate) fn sent(&mut self) {
        self.pending.clear();
        self.dropped = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_over_the_whole_match() {
        let mut log = Log::of(10);
        log.write(b"123456");
        assert_eq!((log.pending(), log.dropped()), (&b"123456"[..], 0));
        log.sent();
        log.write(b"789");
        log.write_zeroes(3);
        assert_eq!((log.pending(), log.dropped()), (&b"789\0"[..], 2));
        log.sent();
        log.write(b"more");
        log.write_zeroes(u64::MAX);
        assert_eq!((log.pending(), log.dropped()), (&b""[..], u64::MAX));
    }
}
