//! What the engine knows of each worker, and of all of them together.
//!
//! Sums are kept as workers change, so that no call has to look at all of them: see
//! [`Workers::change`].

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::time::Duration;

use super::answers::READY_MAX;
use super::event::{Elapsed, Home, MatchNo, Stance, WorkerKey};
use super::moves::Moves;
use super::pace::Pace;
use super::player::Player;

/// Voids in a row after which a worker gets one match at a time: it may be broken.
const VOIDS_IN_A_ROW_MAX: u32 = 4;
/// Calls per second that all workers together should not exceed.
const CALLS_PER_SECOND_MAX: u32 = 2_000;

/// One worker.
#[derive(Debug)]
pub(super) struct Worker {
    /// Whose votes its results are, and where it calls from.
    pub(super) player: Player,
    /// Whether it is not believed any more.
    pub(super) is_quarantined: bool,
    /// Matches it can play at once.
    pub(super) slots: u32,
    /// Whether it may get work.
    pub(super) stance: Stance,
    /// When it last called, or was answered.
    pub(super) seen_at: Elapsed,
    /// When it last finished something, or got something to do after it had nothing.
    pub(super) busy_since: Elapsed,
    /// Its leases in the order of their hand-out.
    pub(super) held: BTreeMap<u64, MatchNo>,
    /// When they moved.
    pub(super) moves: Moves,
    /// Its results that are on their way into the store.
    pub(super) recording: u32,
    /// Whether its last call has not been answered yet.
    pub(super) call_open: bool,
    /// How long its matches take.
    pub(super) pace: Pace,
    /// Voids since its last good result.
    pub(super) voids_in_a_row: u32,
    /// When to look whether it fell silent or stands still.
    watch_at: Elapsed,
}

impl Worker {
    fn new(now: Elapsed, player: Player) -> Worker {
        Worker {
            player,
            is_quarantined: false,
            slots: 0,
            stance: Stance::Idle,
            seen_at: now,
            busy_since: now,
            held: BTreeMap::new(),
            moves: Moves::default(),
            recording: 0,
            call_open: false,
            pace: Pace::default(),
            voids_in_a_row: 0,
            watch_at: now,
        }
    }

    /// Whether it may get work.
    pub(super) fn is_ready(&self) -> bool {
        self.stance == Stance::Ready && self.slots > 0 && !self.is_quarantined
    }

    /// Matches it holds.
    pub(super) fn held_count(&self) -> u32 {
        self.held.len() as u32
    }

    /// Slots that it has nothing for.
    pub(super) fn idle(&self) -> u32 {
        self.slots.saturating_sub(self.held_count())
    }

    /// Matches that wait for one of its slots.
    pub(super) fn surplus(&self) -> u32 {
        self.held_count().saturating_sub(self.slots)
    }

    /// Whether it has nothing, waits for nothing, and never finished anything.
    pub(super) fn is_stranger(&self) -> bool {
        self.held.is_empty() && self.recording == 0 && !self.call_open && !self.pace.is_known()
    }

    /// Whether it was going and has nothing to do any more: it will not call again.
    pub(super) fn has_left(&self) -> bool {
        self.stance == Stance::Draining && self.held.is_empty() && self.recording == 0
    }

    /// Whether so many of its matches were void that it only gets one at a time.
    pub(super) fn is_suspect(&self) -> bool {
        self.voids_in_a_row >= VOIDS_IN_A_ROW_MAX
    }

    /// Whether all its slots have been busy with the same matches for unusually long: what waits
    /// behind them waits for long as well.
    pub(super) fn is_stuck(&self, now: Elapsed) -> bool {
        self.idle() == 0 && now.since(self.busy_since) > self.pace.unusual()
    }

    /// A match that it has or had moved.
    pub(super) fn moved(&mut self, serial: u64, now: Elapsed) {
        let first = self.held.first_key_value().map_or(serial, |(first, _)| *first);
        self.moves.note(serial, now, first);
    }

    /// As whom it is listed among those that get work, if it is.
    fn listed(&self) -> Option<Player> {
        self.is_ready().then_some(self.player)
    }

    fn share(&self) -> Sums {
        if !self.is_ready() {
            return Sums::default();
        }
        Sums { slots: self.slots.into(), idle: self.idle().into() }
    }
}

/// What all workers that get work have together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// Slots.
    pub(super) slots: u64,
    /// Slots that have nothing to do.
    pub(super) idle: u64,
}

/// All workers that called lately.
#[derive(Debug, Default)]
pub(super) struct Workers {
    all: BTreeMap<WorkerKey, Worker>,
    ready: BTreeMap<WorkerKey, Player>,
    /// The same, by home.
    homes: BTreeMap<Home, BTreeSet<WorkerKey>>,
    sums: Sums,
    watched: BTreeSet<(Elapsed, WorkerKey)>,
}

impl Workers {
    /// What is known of a worker.
    pub(super) fn get(&self, key: WorkerKey) -> Option<&Worker> {
        self.all.get(&key)
    }

    /// All of them. Not for every call.
    pub(super) fn iter(&self) -> impl Iterator<Item = (WorkerKey, &Worker)> {
        self.all.iter().map(|(key, worker)| (*key, worker))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Those that may get work.
    pub(super) fn ready(&self) -> &BTreeMap<WorkerKey, Player> {
        &self.ready
    }

    /// The same, by home. No home is empty.
    pub(super) fn homes(&self) -> &BTreeMap<Home, BTreeSet<WorkerKey>> {
        &self.homes
    }

    /// Workers that get work: one of each home and some more. That is all of them, or more, and of
    /// more homes, than can have had one and the same match.
    pub(super) fn some_ready(&self) -> Vec<Player> {
        let homes = self.homes.values().take(READY_MAX);
        let firsts = homes.filter_map(|keys| self.ready.get(keys.first()?));
        firsts.chain(self.ready.values().take(READY_MAX)).copied().collect()
    }

    /// What those that may get work have together.
    pub(super) fn sums(&self) -> Sums {
        self.sums
    }

    /// Changes a worker, and the sums with it: the only way to do so.
    pub(super) fn change<R>(&mut self, key: WorkerKey, change: impl FnOnce(&mut Worker) -> R) -> Option<R> {
        let worker = self.all.get_mut(&key)?;
        let (before, was) = (worker.share(), worker.listed());
        let result = change(worker);
        let (after, is) = (worker.share(), worker.listed());
        if is != was {
            self.list(key, was, is);
        }
        self.sums.slots = self.sums.slots - before.slots + after.slots;
        self.sums.idle = self.sums.idle - before.idle + after.idle;
        Some(result)
    }

    /// Lists a worker among those that get work, or does so no more.
    fn list(&mut self, key: WorkerKey, before: Option<Player>, player: Option<Player>) {
        match player {
            Some(player) => self.ready.insert(key, player),
            None => self.ready.remove(&key),
        };
        if let Some(Player { home, .. }) = before
            && let Some(keys) = self.homes.get_mut(&home)
        {
            keys.remove(&key);
            if keys.is_empty() {
                self.homes.remove(&home);
            }
        }
        if let Some(Player { home, .. }) = player {
            self.homes.entry(home).or_default().insert(key);
        }
    }

    /// Enters a worker, unless it is there; it is looked at first at `watch_at`.
    pub(super) fn enter(&mut self, now: Elapsed, key: WorkerKey, player: Player, watch_at: Elapsed) {
        if let btree_map::Entry::Vacant(place) = self.all.entry(key) {
            place.insert(Worker::new(now, player));
            self.watch(key, watch_at);
        }
    }

    /// Forgets a worker.
    pub(super) fn remove(&mut self, key: WorkerKey) -> Option<Worker> {
        // It takes no part in the sums any more.
        self.change(key, |worker| worker.stance = Stance::Idle);
        let worker = self.all.remove(&key)?;
        self.watched.remove(&(worker.watch_at, key));
        Some(worker)
    }

    /// Has a worker looked at, at that time.
    pub(super) fn watch(&mut self, key: WorkerKey, at: Elapsed) {
        if let Some(worker) = self.all.get_mut(&key) {
            self.watched.remove(&(worker.watch_at, key));
            worker.watch_at = at;
            self.watched.insert((at, key));
        }
    }

    /// Those that are to be looked at now. Each must be watched again.
    pub(super) fn due(&mut self, now: Elapsed) -> Vec<WorkerKey> {
        let end = (now, WorkerKey(u32::MAX));
        let due: Vec<_> = self.watched.range(..=end).copied().collect();
        self.watched.retain(|entry| *entry > end);
        due.into_iter().map(|(_, key)| key).collect()
    }

    /// Those that are looked at, and when.
    #[cfg(test)]
    pub(super) fn watched(&self) -> impl Iterator<Item = (Elapsed, WorkerKey)> {
        self.watched.iter().copied()
    }

    /// The shortest time between two calls of a worker, so that all together do not call too often.
    pub(super) fn call_again_min(&self) -> Duration {
        Duration::from_secs(1) * self.count() as u32 / CALLS_PER_SECOND_MAX
    }
}
