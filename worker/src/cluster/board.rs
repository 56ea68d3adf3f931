//! The matches this worker holds: waiting, being played, or finished and not yet recorded.
//!
//! The coordinator's answers arrive as a complete picture of what is wanted, so every change here
//! is idempotent: hearing the same answer twice changes nothing.
//!
//! Results wait in memory as long as the coordinator takes them: playing them again costs less than
//! writing all of them. They go to the spool when it does not answer, when they are many, and when
//! this process ends before they are delivered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use prost::Message;
use rpc::{HOLDING_MAX, v1};
use terms::{Attempt, MatchId, MatchSpec, Report, Verdict};
use tokio::sync::Notify;

use super::spool::{Key, Spool};

/// Most bytes of transcripts that wait in memory to be reported: with so many, nothing new begins
/// until the coordinator has taken some.
pub(super) const RECORDS_BYTES_MAX: usize = 256 << 20;
/// Bytes of transcripts from which on more go to the spool, if there is one.
pub(super) const MEMORY_BYTES_MAX: usize = 16 << 20;

/// A match to play, with whatever `R` it is played with.
#[derive(Clone)]
pub struct Job<R> {
    /// Its id.
    pub id: MatchId,
    /// Which try.
    pub attempt: Attempt,
    /// Everything its outcome depends on.
    pub spec: MatchSpec,
    /// What it is played with.
    pub ready: Arc<R>,
    /// Ticks played so far, and seconds of compiling before them: it goes up as long as the match
    /// moves, for whoever watches.
    pub ticks: Arc<AtomicU32>,
}

impl<R> Job<R> {
    /// What tells it from others.
    pub(crate) fn key(&self) -> Key {
        (self.id, self.attempt)
    }
}

/// A result that waits to be reported.
#[derive(Clone)]
enum Held {
    Memory(Arc<Report>),
    Spool(Key),
}

impl Held {
    fn key(&self) -> Key {
        match self {
            Held::Memory(report) => (report.id, report.attempt),
            Held::Spool(key) => *key,
        }
    }

    fn memory_bytes(&self) -> usize {
        match self {
            Held::Memory(report) => report.record.len(),
            Held::Spool(_) => 0,
        }
    }
}

struct Holdings<R> {
    waiting: VecDeque<Job<R>>,
    playing: BTreeMap<Key, Arc<AtomicU32>>,
    finished: VecDeque<Held>,
    /// Of the transcripts among them that are in memory.
    record_bytes: usize,
    is_closed: bool,
}

impl<R> Holdings<R> {
    fn count_bytes(&mut self) {
        self.record_bytes = self.finished.iter().map(Held::memory_bytes).sum();
    }
}

/// How many matches are where, and how many can be played at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Matches that can be played at once.
    pub slots: usize,
    /// Not begun.
    pub waiting: usize,
    /// Being played.
    pub playing: usize,
    /// Played, and not recorded by the coordinator.
    pub finished: usize,
}

/// The board, shared by the slots and the loop that synchronizes.
pub struct Board<R> {
    slots: usize,
    holdings: Mutex<Holdings<R>>,
    spool: Option<Arc<Spool>>,
    /// Whether every result goes to the spool at once.
    is_spooling: AtomicBool,
    /// Wakes slots when there is something to play, or nothing ever again.
    work: Condvar,
    /// Wakes the loop when the slots are about to run dry.
    is_running_dry: Notify,
}

impl<R> Board<R> {
    /// A board for that many slots. What the spool has of earlier processes is reported first.
    pub fn new(slots: usize, spool: Option<Arc<Spool>>) -> Board<R> {
        let left = spool.as_ref().map(|spool| spool.keys()).unwrap_or_default();
        let holdings = Mutex::new(Holdings {
            waiting: VecDeque::new(),
            playing: BTreeMap::new(),
            finished: left.into_iter().map(Held::Spool).collect(),
            record_bytes: 0,
            is_closed: false,
        });
        let is_spooling = AtomicBool::new(false);
        Board { slots, holdings, spool, is_spooling, work: Condvar::new(), is_running_dry: Notify::new() }
    }

    /// Takes over the coordinator's picture: starts to hold what is new, in its order, and drops
    /// what only waits and is not wanted any more.
    pub fn want(&self, wanted: Vec<Job<R>>) {
        let mut holdings = self.lock();
        let known: BTreeSet<Key> =
            holdings.playing.keys().copied().chain(holdings.finished.iter().map(Held::key)).collect();
        // Results that nobody records must not pile up: with so many of them, nothing new begins.
        let room = HOLDING_MAX.saturating_sub(holdings.playing.len() + holdings.finished.len());
        holdings.waiting = wanted.into_iter().filter(|job| !known.contains(&job.key())).take(room).collect();
        self.work.notify_all();
    }

    /// Forgets results that are recorded, or wanted by nobody. Says whether there were any.
    pub fn settle(&self, settled: &[Key]) -> bool {
        let settled: BTreeSet<&Key> = settled.iter().collect();
        let mut holdings = self.lock();
        let before = holdings.finished.len();
        let mut gone = Vec::new();
        holdings.finished.retain(|held| {
            let key = held.key();
            let stays = !settled.contains(&key);
            if !stays && matches!(held, Held::Spool(_)) {
                gone.push(key);
            }
            stays
        });
        holdings.count_bytes();
        let is_any = holdings.finished.len() < before;
        self.work.notify_all();
        drop(holdings);
        if let Some(spool) = &self.spool {
            gone.into_iter().for_each(|key| spool.remove(key));
        }
        is_any
    }

    /// The next match to play; waits until there is one. Nothing once the board is closed.
    pub fn take(&self) -> Option<Job<R>> {
        let mut holdings = self.lock();
        loop {
            if holdings.is_closed {
                return None;
            }
            if holdings.record_bytes < RECORDS_BYTES_MAX
                && let Some(job) = holdings.waiting.pop_front()
            {
                holdings.playing.insert(job.key(), job.ticks.clone());
                return Some(job);
            }
            holdings = self.work.wait(holdings).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Puts down a result.
    pub fn finish(&self, report: Report) {
        let key = (report.id, report.attempt);
        let held = self.keep(report);
        let mut holdings = self.lock();
        holdings.playing.remove(&key);
        let was_full = holdings.record_bytes >= RECORDS_BYTES_MAX;
        holdings.record_bytes += held.memory_bytes();
        if !was_full && holdings.record_bytes >= RECORDS_BYTES_MAX {
            tracing::warn!("too many results wait for the coordinator: no match begins until it takes some");
        }
        holdings.finished.push_back(held);
        if holdings.waiting.len() <= self.slots {
            self.is_running_dry.notify_one();
        }
    }

    /// Puts a match down that could not be begun, as if it had never been here: the coordinator
    /// sees that it is not held, and hands it out again.
    pub fn give_back(&self, job: &Job<R>) {
        self.lock().playing.remove(&job.key());
        self.is_running_dry.notify_one();
    }

    /// Where a result waits. The slot that played it waits for the disk, and nobody else does.
    fn keep(&self, report: Report) -> Held {
        let is_much = || self.lock().record_bytes + report.record.len() > MEMORY_BYTES_MAX;
        let spool = self.spool.as_ref().filter(|_| is_worth_keeping(&report));
        match spool {
            Some(spool) if (self.is_spooling.load(Ordering::Relaxed) || is_much()) && spool.put(&report) => {
                Held::Spool((report.id, report.attempt))
            }
            _ => Held::Memory(Arc::new(report)),
        }
    }

    /// From now on every result goes to the spool at once, or no longer.
    pub fn set_spooling(&self, on: bool) {
        self.is_spooling.store(on, Ordering::Relaxed);
    }

    /// Puts what waits in memory into the spool. Says how many results are in memory alone
    /// afterwards. Waits for the disk.
    pub fn spill(&self) -> usize {
        let in_memory: Vec<Arc<Report>> = {
            let holdings = self.lock();
            let in_memory = holdings.finished.iter().filter_map(|held| match held {
                Held::Memory(report) if is_worth_keeping(report) => Some(report.clone()),
                _ => None,
            });
            in_memory.collect()
        };
        let Some(spool) = &self.spool else { return in_memory.len() };
        let spilled = in_memory.iter().take_while(|report| spool.put(report)).count();
        let keys: BTreeSet<Key> =
            in_memory.iter().take(spilled).map(|report| (report.id, report.attempt)).collect();
        let mut holdings = self.lock();
        for held in &mut holdings.finished {
            if keys.contains(&held.key()) {
                *held = Held::Spool(held.key());
            }
        }
        holdings.count_bytes();
        // Settled in between: nobody wants them any more.
        let still_held: BTreeSet<Key> = holdings.finished.iter().map(Held::key).collect();
        self.work.notify_all();
        drop(holdings);
        keys.difference(&still_held).for_each(|key| spool.remove(*key));
        in_memory.len() - spilled
    }

    /// Gives back everything that only waits, and lets the slots end after what they play.
    pub fn close(&self) {
        let mut holdings = self.lock();
        holdings.is_closed = true;
        holdings.waiting.clear();
        self.work.notify_all();
    }

    /// How many matches are where.
    pub fn counts(&self) -> Counts {
        let holdings = self.lock();
        let (waiting, playing) = (holdings.waiting.len(), holdings.playing.len());
        Counts { slots: self.slots, waiting, playing, finished: holdings.finished.len() }
    }

    /// Whether nothing is held any more.
    pub fn is_empty(&self) -> bool {
        let holdings = self.lock();
        holdings.waiting.is_empty() && holdings.playing.is_empty() && holdings.finished.is_empty()
    }

    /// Whether a match is being played.
    pub fn is_playing(&self) -> bool {
        !self.lock().playing.is_empty()
    }

    /// Results that wait in the spool.
    pub fn spooled_count(&self) -> usize {
        self.lock().finished.iter().filter(|held| matches!(held, Held::Spool(_))).count()
    }

    /// Whether nothing new begins ever again.
    pub fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    /// Whether nothing begins because too much waits to be reported.
    pub fn is_full(&self) -> bool {
        self.lock().record_bytes >= RECORDS_BYTES_MAX
    }

    /// Waits until the slots are about to run dry.
    pub async fn running_dry(&self) {
        self.is_running_dry.notified().await;
    }

    /// What is held and not finished, as the coordinator wants to hear it.
    pub fn holding(&self) -> Vec<v1::Holding> {
        let holdings = self.lock();
        let playing = holdings.playing.iter().map(|(key, ticks)| (key, ticks.load(Ordering::Relaxed)));
        let waiting_keys: Vec<Key> = holdings.waiting.iter().map(Job::key).collect();
        let waiting = waiting_keys.iter().map(|key| (key, 0));
        playing
            .chain(waiting)
            .map(|((id, attempt), ticks)| v1::Holding {
                match_id: id.0.0.to_vec(),
                attempt: attempt.0,
                ticks,
            })
            .collect()
    }

    /// The oldest results, as many as fit into `bytes_max` of a message, and whether there are more.
    pub fn finished(&self, bytes_max: usize) -> (Vec<v1::Report>, bool) {
        // What is read from disk is not read under the lock.
        let held: Vec<Held> = self.lock().finished.iter().take(HOLDING_MAX).cloned().collect();
        let mut bytes = 0;
        let mut reports = Vec::new();
        for held in held {
            let Some(message) = self.message(&held) else {
                self.forget(held.key());
                continue;
            };
            bytes += message.encoded_len();
            if bytes > bytes_max && !reports.is_empty() {
                return (reports, true);
            }
            reports.push(message);
        }
        (reports, false)
    }

    fn message(&self, held: &Held) -> Option<v1::Report> {
        match held {
            Held::Memory(report) => Some(v1::Report::from(&**report)),
            Held::Spool(key) => Some(v1::Report::from(&self.spool.as_ref()?.get(*key)?)),
        }
    }

    /// Holds a result no more that turned out to be none.
    fn forget(&self, key: Key) {
        self.lock().finished.retain(|held| held.key() != key);
    }

    fn lock(&self) -> MutexGuard<'_, Holdings<R>> {
        self.holdings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What our side could not finish is played again anyway.
fn is_worth_keeping(report: &Report) -> bool {
    !matches!(report.outcome.verdict, Verdict::Void(_))
}
