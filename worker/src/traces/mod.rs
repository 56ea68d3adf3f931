//! Traces of the matches that this worker holds, from the answer that brings one to the answer that
//! settles it. Off unless somebody names a collector, and then a sample of the matches is watched.
//!
//! Spans are made when a match is settled, of what was written down until then: whoever plays only looks
//! at a clock. Never here: anything that a match's outcome depends on.

mod laps;
mod steps;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rpc::v1;
use telemetry::traces::{Kind, Parent, Tracer};
use terms::{Attempt, BySeat, Digest, MatchId, Report};

pub(crate) use laps::{Laps, Timed};

use crate::seats::Seated;

/// Most matches that are watched at a time.
const TRACKS_MAX: usize = 1_024;

type Key = (MatchId, Attempt);

/// The matches that are watched.
#[derive(Debug, Default)]
pub struct Tracks {
    tracer: Tracer,
    worker: String,
    tracks: Mutex<BTreeMap<Key, Track>>,
}

/// A match that is watched.
#[derive(Debug)]
struct Track {
    parent: Option<Parent>,
    /// The beginning of each bot's digest.
    bots: BySeat<String>,
    arrived: Instant,
    state: State,
}

#[derive(Debug)]
enum State {
    Waiting,
    Playing,
    Finished(Box<Finished>),
}

/// What is to be said of a match that was played.
#[derive(Debug)]
struct Finished {
    report: steps::Summary,
    watch: Watch,
    at: Instant,
}

impl Tracks {
    /// What the worker of that name holds, with that tracer.
    pub fn new(tracer: Tracer, worker: String) -> Tracks {
        Tracks { tracer, worker, tracks: Mutex::default() }
    }

    /// The coordinator wants these matches to be held, and no others. A traceparent is a stranger's word:
    /// one that is none is ignored, and the match is traced or not as if nobody had said anything.
    pub(crate) fn wanted(&self, wanted: &[v1::Assignment]) {
        if !self.tracer.is_on() {
            return;
        }
        let now = Instant::now();
        let mut tracks = self.lock();
        let mut named = BTreeSet::new();
        for assignment in wanted {
            let Ok(key) = rpc::read_attempt(&assignment.match_id, assignment.attempt) else { continue };
            named.insert(key);
            let parent = Parent::read(&assignment.traceparent);
            let is_traced = parent.is_some() || self.tracer.takes(&key.0);
            if is_traced && tracks.len() < TRACKS_MAX {
                let bots = BySeat([&assignment.bot_zero, &assignment.bot_one]).map(|bot| short(bot));
                let track = Track { parent, bots, arrived: now, state: State::Waiting };
                tracks.entry(key).or_insert(track);
            }
        }
        // Others play what was taken away before it began.
        tracks.retain(|key, track| !matches!(track.state, State::Waiting) || named.contains(key));
    }

    /// A match begins. What it is watched with, if it is.
    pub(crate) fn begin(&self, key: Key) -> Option<Watch> {
        if !self.tracer.is_on() {
            return None;
        }
        let mut tracks = self.lock();
        let track = tracks.get_mut(&key)?;
        track.state = State::Playing;
        Some(Watch::new())
    }

    /// A match that began was put down again.
    pub(crate) fn give_back(&self, key: Key) {
        if self.tracer.is_on() {
            self.lock().remove(&key);
        }
    }

    /// A match was played.
    pub(crate) fn finish(&self, watch: Watch, report: &Report) {
        let finished = Finished { report: steps::Summary::of(report), watch, at: Instant::now() };
        if let Some(track) = self.lock().get_mut(&(report.id, report.attempt)) {
            track.state = State::Finished(Box::new(finished));
        }
    }

    /// The coordinator needs these results no more.
    pub(crate) fn settled(&self, settled: &[Key]) {
        if !self.tracer.is_on() {
            return;
        }
        let now = Instant::now();
        for key in settled {
            let track = self.lock().remove(key);
            if let Some(track) = track {
                self.tell(key, track, Some(now));
            }
        }
    }

    /// Tells what is known of results that nobody took.
    pub fn close(&self) {
        let tracks = std::mem::take(&mut *self.lock());
        tracks.into_iter().for_each(|(key, track)| self.tell(&key, track, None));
    }

    fn tell(&self, (id, attempt): &Key, track: Track, settled: Option<Instant>) {
        let Track { parent, bots, arrived, state: State::Finished(finished) } = track else { return };
        let Finished { report, watch, at } = *finished;
        let within = steps::within(&bots, &watch, (arrived, at, settled));
        let mut whole = steps::whole(&report, (arrived, settled.unwrap_or(at)));
        whole.attributes.extend(steps::names(id, *attempt, &self.worker));
        whole.attributes.extend(steps::turns(&watch.laps));
        self.tracer.record(parent.as_ref(), Kind::Consumer, whole, within);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Track>> {
        self.tracks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The beginning of a bot's digest, for people.
fn short(digest: &[u8]) -> String {
    Digest::try_from(digest).map(|digest| digest.short()).unwrap_or_default()
}

/// What is written down while a match is played.
#[derive(Debug)]
pub(crate) struct Watch {
    began: Instant,
    fetched: Option<Instant>,
    starts: BySeat<Option<(Instant, Instant)>>,
    laps: BySeat<Laps>,
}

impl Watch {
    fn new() -> Watch {
        Watch {
            began: Instant::now(),
            fetched: None,
            starts: BySeat([None, None]),
            laps: BySeat::from_fn(|_| Laps::default()),
        }
    }

    /// Both bots' contents are here.
    pub(crate) fn fetched(&mut self) {
        self.fetched = Some(Instant::now());
    }

    /// Both bots have sat down.
    pub(crate) fn seated(&mut self, players: &BySeat<Seated>) {
        self.starts = BySeat(players.0.each_ref().map(Seated::started));
    }

    /// Plays with those players, each with somebody beside it who looks at the clock.
    pub(crate) fn time<P, T>(
        &mut self,
        players: &mut BySeat<P>,
        play: impl FnOnce(&mut BySeat<Timed<'_, P>>) -> T,
    ) -> T {
        let mut timed = BySeat(players.0.each_mut().map(Timed::new));
        let played = play(&mut timed);
        self.laps = BySeat(timed.0.map(Timed::into_laps));
        played
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_while_nothing_is_traced() {
        let tracks = Tracks::default();
        let assignment = v1::Assignment {
            match_id: vec![1; 32],
            attempt: 1,
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
            ..v1::Assignment::default()
        };
        tracks.wanted(&[assignment]);
        assert!(tracks.lock().is_empty());
        assert!(tracks.begin((MatchId(Digest([1; 32])), Attempt(1))).is_none());
    }
}
