//! What one simulated worker has: matches that wait, matches that are "played", and reports. It
//! behaves as the board of a real worker does, only that playing is waiting.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use rpc::v1;
use terms::{Attempt, MatchId, MatchSpec, Report};
use tokio::time::Instant;

use super::play::{self, Setting};

/// How often a match that is played shows that it moves.
const TICK: Duration = Duration::from_millis(50);

/// How long matches take.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// As long as they are, between these two lengths.
    Usual(Duration, Duration),
    /// All of them so long.
    Always(Duration),
    /// For ever, and they do not move.
    Never,
}

/// One try at a match.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: MatchId,
    pub(crate) attempt: Attempt,
    pub(crate) spec: MatchSpec,
}

type Key = (MatchId, Attempt);

impl Job {
    pub(crate) fn key(&self) -> Key {
        (self.id, self.attempt)
    }
}

struct Playing {
    job: Job,
    began: Instant,
    /// Nothing if it never ends.
    ends: Option<Instant>,
}

/// What a worker has.
pub(crate) struct Desk {
    slots: usize,
    pace: Pace,
    /// What its results are changed by, if it lies.
    lie: u8,
    waiting: VecDeque<Job>,
    playing: Vec<Playing>,
    finished: VecDeque<v1::Report>,
}

impl Desk {
    pub(crate) fn new(slots: usize, pace: Pace, lie: u8) -> Desk {
        Desk { slots, pace, lie, waiting: VecDeque::new(), playing: Vec::new(), finished: VecDeque::new() }
    }

    /// Every match that it has and has not finished.
    pub(crate) fn holding(&self, now: Instant) -> Vec<v1::Holding> {
        let held =
            |job: &Job, ticks| v1::Holding { match_id: job.id.0.0.to_vec(), attempt: job.attempt.0, ticks };
        let moved = |playing: &Playing| match playing.ends {
            Some(_) => 1 + ((now - playing.began).as_millis() / TICK.as_millis()) as u32,
            None => 1,
        };
        let playing = self.playing.iter().map(|playing| held(&playing.job, moved(playing)));
        playing.chain(self.waiting.iter().map(|job| held(job, 0))).collect()
    }

    /// Every report that it has not been told to forget.
    pub(crate) fn finished(&self) -> Vec<v1::Report> {
        self.finished.iter().cloned().collect()
    }

    /// Forgets what is settled.
    pub(crate) fn settle(&mut self, settled: &[v1::Settled]) {
        let settled: BTreeSet<(&[u8], u32)> =
            settled.iter().map(|settled| (settled.match_id.as_slice(), settled.attempt)).collect();
        self.finished.retain(|report| !settled.contains(&(report.match_id.as_slice(), report.attempt)));
    }

    /// Takes over what is wanted. Says which of it is new.
    pub(crate) fn want(&mut self, wanted: Vec<Job>) -> Vec<Key> {
        let before: BTreeSet<Key> = self.waiting.iter().map(Job::key).collect();
        let is_known = |job: &Job| {
            let (MatchId(id), Attempt(attempt)) = job.key();
            self.playing.iter().any(|playing| playing.job.key() == job.key())
                || self.finished.iter().any(|report| report.match_id == id.0 && report.attempt == attempt)
        };
        self.waiting = wanted.into_iter().filter(|job| !is_known(job)).collect();
        self.waiting.iter().map(Job::key).filter(|key| !before.contains(key)).collect()
    }

    /// Starts and ends what is due. Says whether the slots are about to run dry because of it.
    pub(crate) fn advance(&mut self, now: Instant, setting: &Setting) -> bool {
        let mut has_ended = false;
        let playing = std::mem::take(&mut self.playing);
        for playing in playing {
            if playing.ends.is_some_and(|ends| ends <= now) {
                has_ended = true;
                self.finished.push_back(report(&playing.job, setting, self.lie, now - playing.began));
            } else {
                self.playing.push(playing);
            }
        }
        while self.playing.len() < self.slots
            && let Some(job) = self.waiting.pop_front()
        {
            let ends = self.takes(&job.id).map(|takes| now + takes);
            self.playing.push(Playing { job, began: now, ends });
        }
        has_ended && self.waiting.len() <= self.slots
    }

    /// When the next match ends.
    pub(crate) fn next_end(&self) -> Option<Instant> {
        self.playing.iter().filter_map(|playing| playing.ends).min()
    }

    /// Stops what has been taken away. A real worker would play on; one that never ends cannot.
    pub(crate) fn give_up_stalled(&mut self, wanted: &BTreeSet<Key>) {
        self.playing.retain(|playing| playing.ends.is_some() || wanted.contains(&playing.job.key()));
    }

    fn takes(&self, id: &MatchId) -> Option<Duration> {
        match self.pace {
            Pace::Usual(shortest, longest) => Some(play::length(id, shortest, longest)),
            Pace::Always(length) => Some(length),
            Pace::Never => None,
        }
    }
}

fn report(job: &Job, setting: &Setting, lie: u8, wall: Duration) -> v1::Report {
    let play::Played { outcome, record } = play::play_but_for(lie, &job.spec, &setting.runtime);
    let wall_micros = wall.as_micros().try_into().unwrap_or(u64::MAX);
    (&Report { id: job.id, attempt: job.attempt, outcome, record, wall_micros }).into()
}
