//! The bots' figures while a tournament is played: points, ranks, faults, fuel.
//!
//! They are what the store holds, counted. A result is added when it is written; what was there before, or
//! changes when an audit corrects something, is counted anew by reading the store in small parts, between
//! the writes of others. Until that is done, the figures are those before the correction, and say that they
//! are not complete. All of it happens in the task of the one writer, in the order of what it writes, so
//! that nothing is counted twice or left out.
//!
//! ```text
//!  writer ── written, corrected, parts of the store ──► Scores ◄── GET /metrics/bots
//!  driver ── matches given up as void ────────────────►
//! ```
//! Never here: the standings that are given out at the end, which are made of the store itself.

mod count;
mod ledger;
mod page;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use terms::MatchId;

use crate::engine::MatchNo;
use crate::schedule::Schedule;
use crate::store::{Amendment, Store, StoredResult, Written};
use count::Count;
use ledger::{Book, Ledger};

/// How long the store is read before others may write again.
const READ_FOR: Duration = Duration::from_millis(10);

/// The figures, shared by who keeps them and who shows them.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// Nothing if nobody looks.
    state: Option<Arc<Mutex<Option<State>>>>,
}

/// The figures of a tournament.
#[derive(Debug)]
struct State {
    book: Book,
    /// What is shown.
    shown: Ledger,
    count: Count,
    /// Matches of each bot that stay void.
    voids: Vec<u64>,
}

impl Scores {
    /// Figures that somebody looks at, of a tournament that is not known yet.
    pub fn new() -> Scores {
        Scores { state: Some(Arc::default()) }
    }

    fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> Option<R> {
        let mut state = self.lock()?;
        state.as_mut().map(act)
    }

    fn lock(&self) -> Option<MutexGuard<'_, Option<State>>> {
        self.state.as_ref().map(|state| state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// These bots play that, and the store knows so many results of it.
    pub fn begin(&self, names: Vec<String>, schedule: Arc<Schedule>, known: usize) {
        if let Some(mut state) = self.lock() {
            let book = Book::new(names, schedule);
            let (shown, voids) = (Ledger::new(book.count()), vec![0; book.count()]);
            *state = Some(State { book, shown, count: Count::new(known), voids });
        }
    }

    /// That became of results in the store, and whether they came too late to matter. To be said before anything else is written.
    pub(crate) fn wrote<'a>(&self, all: impl Iterator<Item = ((&'a StoredResult, &'a Written), bool)>) {
        self.with(|state| {
            for ((result, written), is_late) in all {
                match written {
                    Written::New => state.add(result),
                    // Somebody else wrote it, or we did and the connection broke before we heard of it.
                    Written::Same | Written::Conflict { .. } if !is_late => state.count.doubt(),
                    Written::Same | Written::Conflict { .. } => {}
                }
            }
        });
    }

    /// These changes were made in the store. To be said before anything else is written.
    pub(crate) fn amended(&self, amendments: &[Amendment]) {
        let is_harmless = |amendment: &Amendment| matches!(amendment, Amendment::Corroborate { .. });
        if !amendments.iter().all(is_harmless) {
            self.with(|state| state.count.doubt());
        }
    }

    /// A match stays void.
    pub(crate) fn gave_up(&self, no: MatchNo) {
        self.with(|state| {
            for bot in state.book.rows(no).into_iter().flat_map(|bots| bots.0) {
                if let Some(count) = state.voids.get_mut(bot) {
                    *count += 1;
                }
            }
        });
    }

    /// Whether something of the store should be read.
    pub(crate) fn is_waiting(&self, now: Instant) -> bool {
        self.with(|state| state.count.is_waiting(now)).unwrap_or(false)
    }

    /// Reads as much of the store as can be read in a moment, if some of it should be. Nothing may be written
    /// meanwhile.
    pub(crate) async fn count(&self, store: &impl Store) {
        self.count_for(store, READ_FOR).await;
    }

    async fn count_for(&self, store: &impl Store, moment: Duration) {
        let began = Instant::now();
        while let Some(part) =
            self.with(|state| state.count.next_part(Instant::now(), state.book.count())).flatten()
        {
            let mut results = Vec::new();
            let read = store.for_each_beginning(&part, |result| results.push(result)).await;
            let now = Instant::now();
            match read {
                Ok(()) => {
                    self.with(|state| state.take_in(now, &results));
                }
                Err(error) => {
                    tracing::warn!("the bots' figures are not complete: {error}");
                    self.with(|state| state.count.put_off(now));
                    return;
                }
            }
            if now.duration_since(began) > moment {
                return;
            }
        }
    }

    /// The page: `GET /metrics/bots`.
    pub fn to_text(&self) -> String {
        self.with(|state| page::text(state)).unwrap_or_else(page::empty)
    }
}

impl State {
    fn take_in(&mut self, now: Instant, results: &[StoredResult]) {
        let State { book, shown, count, .. } = self;
        if let Some(ledger) = count.read(now, |ledger| results.iter().for_each(|one| book.add(one, ledger))) {
            *shown = ledger;
        }
    }

    fn add(&mut self, result: &StoredResult) {
        self.count.grown();
        self.book.add(result, &mut self.shown);
        let MatchId(id) = result.id;
        if let Some(ledger) = self.count.has_read(&id) {
            self.book.add(result, ledger);
        }
    }
}
