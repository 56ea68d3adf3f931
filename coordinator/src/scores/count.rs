//! When the store is read, and which part of it: all of it takes seconds if there are a million results,
//! and meanwhile results are written.

use std::time::{Duration, Instant};

use terms::Digest;

use super::ledger::Ledger;

/// About how many results a part has.
const PART_RESULTS: usize = 256;
/// Most digits of a part's ids.
const DIGITS_MAX: u32 = 5;
/// Shortest time between two counts.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// A count is followed by a pause of so many times its length, however much is corrected.
const PAUSE_FACTOR: u32 = 20;

/// The beginning of ids, in hexadecimal digits; empty for all of them.
pub(crate) type Part = String;

/// Whether what is shown is what the store holds, and what is being done about it if it is not.
#[derive(Debug)]
pub(super) struct Count {
    /// Results in the store, about.
    results: usize,
    /// Whether there is something in the store that the next count has to find.
    is_due: bool,
    /// Whether everything was counted once.
    is_known: bool,
    under_way: Option<UnderWay>,
    not_before: Option<Instant>,
}

/// A count.
#[derive(Debug)]
struct UnderWay {
    ledger: Ledger,
    digits: u32,
    /// The first part that has not been read.
    next: u32,
    /// How long reading took, the time between the parts not included.
    took: Duration,
    /// Since when the last part is being read.
    reading_since: Instant,
}

impl Count {
    /// Before anything was counted, if the store knows so many results.
    pub(super) fn new(results: usize) -> Count {
        let is_known = results == 0;
        Count { results, is_due: !is_known, is_known, under_way: None, not_before: None }
    }

    /// Whether everything in the store is counted.
    pub(super) fn is_complete(&self) -> bool {
        !self.is_due && self.under_way.is_none()
    }

    /// Whether everything that was there at some time is counted.
    pub(super) fn is_known(&self) -> bool {
        self.is_known
    }

    /// There is one more result.
    pub(super) fn grown(&mut self) {
        self.results += 1;
    }

    /// Something in the store is not as it was counted.
    pub(super) fn doubt(&mut self) {
        self.is_due = true;
    }

    /// Whether there is something to be read now.
    pub(super) fn is_waiting(&self, now: Instant) -> bool {
        self.under_way.is_some() || self.is_due && self.not_before.is_none_or(|time| now >= time)
    }

    /// What is to be read next, if it is time for that.
    pub(super) fn next_part(&mut self, now: Instant, bots: usize) -> Option<Part> {
        if self.under_way.is_none() && self.is_waiting(now) {
            self.is_due = false;
            let parts = self.results / PART_RESULTS;
            let digits = (0..DIGITS_MAX).find(|digits| 1 << (4 * digits) > parts).unwrap_or(DIGITS_MAX);
            let (ledger, took) = (Ledger::new(bots), Duration::ZERO);
            self.under_way = Some(UnderWay { ledger, digits, next: 0, took, reading_since: now });
        }
        let under_way = self.under_way.as_mut()?;
        under_way.reading_since = now;
        Some(match under_way.digits {
            0 => String::new(),
            digits => format!("{:0width$x}", under_way.next, width = digits as usize),
        })
    }

    /// The part was read and is added. After the last one, gives what was counted.
    pub(super) fn read(&mut self, now: Instant, add: impl FnOnce(&mut Ledger)) -> Option<Ledger> {
        let under_way = self.under_way.as_mut()?;
        add(&mut under_way.ledger);
        under_way.next += 1;
        under_way.took += now.saturating_duration_since(under_way.reading_since);
        if under_way.next < 1 << (4 * under_way.digits) {
            return None;
        }
        let UnderWay { ledger, took, .. } = self.under_way.take()?;
        self.is_known = true;
        self.not_before = Some(now + (took * PAUSE_FACTOR).max(PAUSE_MIN));
        Some(ledger)
    }

    /// It could not be read: all of it is, later.
    pub(super) fn put_off(&mut self, now: Instant) {
        self.under_way = None;
        self.is_due = true;
        self.not_before = Some(now + PAUSE_MIN * PAUSE_FACTOR);
    }

    /// Whatever there was to wait for.
    #[cfg(test)]
    pub(super) fn wait_no_longer(&mut self) {
        self.not_before = None;
    }

    /// What the count that is under way has, if it is past that id: it will not come across it any more.
    pub(super) fn has_read(&mut self, id: &Digest) -> Option<&mut Ledger> {
        let under_way = self.under_way.as_mut()?;
        let [a, b, c, d, ..] = id.0;
        let part = u64::from(u32::from_be_bytes([a, b, c, d])) >> (32 - 4 * under_way.digits);
        (part < under_way.next.into()).then_some(&mut under_way.ledger)
    }
}
