//! Everything that must be true of an engine between two events, by counting again what it keeps
//! sums of.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Engine;
use super::super::event::{Home, MatchNo, WorkerKey};
use super::super::matches::Phase;
use super::super::policy::HOLD_MAX;
use super::super::workers::Sums;

/// Says what is wrong, in words.
macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err(format!($($what)+));
        }
    };
}
pub(super) use ensure;

/// Counts everything again.
pub(super) fn check(engine: &Engine) -> Result<(), String> {
    check_matches(engine)?;
    check_workers(engine)
}

fn check_matches(engine: &Engine) -> Result<(), String> {
    let counts = engine.matches.counts();
    let mut found = [0; 6];
    for no in (0..counts.total()).map(MatchNo) {
        let phase = engine.matches.phase(no).ok_or("there are fewer matches than are counted")?;
        found[phase as usize] += 1;
        let lease = engine.matches.lease(no);
        ensure!(
            lease.is_some() == (phase == Phase::Leased),
            "m{} is {phase:?}, its lease is {lease:?}",
            no.0
        );
        let (queued, suspected) = engine.matches.places(no);
        ensure!(
            (queued || suspected) == (phase == Phase::Queued) && !(queued && suspected),
            "m{} is {phase:?}; queued {queued}, among suspects {suspected}",
            no.0
        );
        ensure!(!suspected || engine.matches.is_suspect(no), "m{} is no suspect", no.0);
        if let Some(lease) = lease {
            let held = engine.workers.get(lease.worker).and_then(|worker| worker.held.get(&lease.serial));
            ensure!(held == Some(&no), "w{} does not know that it has m{}", lease.worker.0, no.0);
        }
    }
    let [fresh, queued, leased, recording, settled, given_up] = found;
    let counted = (counts.waiting, counts.leased, counts.recording, counts.settled, counts.given_up);
    let there = (fresh + queued, leased, recording, settled, given_up);
    ensure!(counted == there, "counts are {counted:?}, but there are {there:?}");
    ensure!(engine.matches.queued_count() == queued as usize, "something waits twice, or nothing does");
    ensure!(engine.matches.plain_waiting() <= counts.waiting, "more wait than wait");
    Ok(())
}

fn check_workers(engine: &Engine) -> Result<(), String> {
    let (mut sums, mut held, mut ready) = (Sums::default(), 0, BTreeMap::new());
    let mut homes = BTreeMap::<Home, BTreeSet<WorkerKey>>::new();
    for (key, worker) in engine.workers.iter() {
        held += worker.held_count();
        ensure!(worker.held_count() <= HOLD_MAX, "w{} holds {} matches", key.0, worker.held_count());
        if worker.is_ready() {
            ready.insert(key, worker.player);
            homes.entry(worker.player.home).or_default().insert(key);
            sums.slots += u64::from(worker.slots);
            sums.idle += u64::from(worker.slots.saturating_sub(worker.held_count()));
        }
        let voter_is_out = engine.quarantined.contains(&worker.player.voter);
        ensure!(!voter_is_out || worker.held.is_empty(), "w{} is not believed and has work", key.0);
    }
    let leased = engine.matches.counts().leased;
    ensure!(held == leased, "{leased} matches are leased, but workers hold {held}");
    ensure!(sums == engine.workers.sums(), "sums are {:?}, should be {sums:?}", engine.workers.sums());
    ensure!(&ready == engine.workers.ready(), "who is ready: {:?}, not {ready:?}", engine.workers.ready());
    ensure!(&homes == engine.workers.homes(), "homes are {:?}, not {homes:?}", engine.workers.homes());
    let watched: BTreeSet<WorkerKey> = engine.workers.watched().map(|(_, key)| key).collect();
    ensure!(
        watched.len() == engine.workers.count() && engine.workers.watched().count() == watched.len(),
        "watched are {watched:?}"
    );
    Ok(())
}
