//! The matches this worker holds: waiting, being played, or finished and not yet recorded.
//!
//! The coordinator's answers arrive as a complete picture of what is wanted, so every change here
//! is idempotent: hearing the same answer twice changes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use prost::Message;
use rpc::{HOLDING_MAX, v1};
use terms::{Attempt, MatchId, MatchSpec, Report};
use tokio::sync::Notify;

/// Most bytes of transcripts that wait to be reported: with so many, nothing new begins until the
/// coordinator has taken some.
pub(super) const RECORDS_BYTES_MAX: usize = 256 << 20;

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
    fn key(&self) -> Key {
        (self.id, self.attempt)
    }
}

type Key = (MatchId, Attempt);

struct Holdings<R> {
    waiting: VecDeque<Job<R>>,
    playing: BTreeMap<Key, Arc<AtomicU32>>,
    finished: VecDeque<Report>,
    /// Of the transcripts among them.
    record_bytes: usize,
    is_closed: bool,
}

/// The board, shared by the slots and the loop that synchronizes.
pub struct Board<R> {
    slots: usize,
    holdings: Mutex<Holdings<R>>,
    /// Wakes slots when there is something to play, or nothing ever again.
    work: Condvar,
    /// Wakes the loop when the slots are about to run dry.
    is_running_dry: Notify,
}

impl<R> Board<R> {
    /// An empty board for that many slots.
    pub fn new(slots: usize) -> Board<R> {
        let holdings = Mutex::new(Holdings {
            waiting: VecDeque::new(),
            playing: BTreeMap::new(),
            finished: VecDeque::new(),
            record_bytes: 0,
            is_closed: false,
        });
        Board { slots, holdings, work: Condvar::new(), is_running_dry: Notify::new() }
    }

    /// Takes over the coordinator's picture: starts to hold what is new, in its order, and drops
    /// what only waits and is not wanted any more.
    pub fn want(&self, wanted: Vec<Job<R>>) {
        let mut holdings = self.lock();
        let known: BTreeSet<Key> = holdings
            .playing
            .keys()
            .copied()
            .chain(holdings.finished.iter().map(|report| (report.id, report.attempt)))
            .collect();
        // Results that nobody records must not pile up: with so many of them, nothing new begins.
        let room = HOLDING_MAX.saturating_sub(holdings.playing.len() + holdings.finished.len());
        holdings.waiting = wanted.into_iter().filter(|job| !known.contains(&job.key())).take(room).collect();
        self.work.notify_all();
    }

    /// Forgets results that are recorded, or wanted by nobody.
    pub fn settle(&self, settled: &[Key]) {
        let settled: BTreeSet<&Key> = settled.iter().collect();
        let mut holdings = self.lock();
        holdings.finished.retain(|report| !settled.contains(&(report.id, report.attempt)));
        holdings.record_bytes = holdings.finished.iter().map(|report| report.record.len()).sum();
        self.work.notify_all();
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
        let mut holdings = self.lock();
        holdings.playing.remove(&(report.id, report.attempt));
        holdings.record_bytes += report.record.len();
        holdings.finished.push_back(report);
        if holdings.waiting.len() <= self.slots {
            self.is_running_dry.notify_one();
        }
    }

    /// Gives back everything that only waits, and lets the slots end after what they play.
    pub fn close(&self) {
        let mut holdings = self.lock();
        holdings.is_closed = true;
        holdings.waiting.clear();
        self.work.notify_all();
    }

    /// Whether nothing is held any more.
    pub fn is_empty(&self) -> bool {
        let holdings = self.lock();
        holdings.waiting.is_empty() && holdings.playing.is_empty() && holdings.finished.is_empty()
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
        let holdings = self.lock();
        let mut bytes = 0;
        let mut reports = Vec::new();
        for report in &holdings.finished {
            let message = v1::Report::from(report);
            bytes += message.encoded_len();
            if bytes > bytes_max && !reports.is_empty() {
                return (reports, true);
            }
            reports.push(message);
        }
        (reports, false)
    }

    fn lock(&self) -> MutexGuard<'_, Holdings<R>> {
        self.holdings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
