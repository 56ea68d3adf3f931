//! A worker's call between transport and driver: what it said, checked, and what it is told.

use std::fmt::Debug;
use std::time::Duration;

use terms::{Attempt, BySeat, Digest, MatchId, Report, Runtime, Seed};
use tokio::sync::oneshot;

use crate::caller::Caller;
use crate::targets::Reach;

/// What a worker says of itself.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Drawn when its process started: tells two of them apart.
    pub instance: String,
    /// Its name for people.
    pub name: String,
    /// Matches it can play at once.
    pub slots: u32,
    /// What it is about.
    pub state: State,
    /// Where it answers HTTP, if it does.
    pub reach: Option<Reach>,
    /// What it is doing while it prepares, for people.
    pub note: String,
    /// What it plays with; nothing while it prepares.
    pub runtime: Option<Runtime>,
    /// Active layers of its sandbox.
    pub layers: Vec<String>,
    /// Matches that it has and has not finished, with the ticks played so far.
    pub holding: Vec<(MatchId, Attempt, u32)>,
    /// Results that it has not been told to forget.
    pub finished: Vec<Report>,
}

/// What a worker is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It fetches and compiles; no work yet.
    Preparing,
    /// It plays.
    Ready,
    /// It finishes and goes.
    Draining,
}

/// What a worker is told.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// Why it gets no work, if so.
    pub refusal: Option<String>,
    /// Every match that it shall hold, in order.
    pub wanted: Vec<Assignment>,
    /// Results that it may forget.
    pub settled: Vec<(MatchId, Attempt)>,
    /// When to call again.
    pub call_again: Duration,
}

/// A match that a worker shall hold: what it does not share with the others of its tournament.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Which match.
    pub id: MatchId,
    /// Which try.
    pub attempt: Attempt,
    /// Its seed.
    pub seed: Seed,
    /// The digest of each bot.
    pub bots: BySeat<Digest>,
    /// The span that those of the worker belong to, as a traceparent, if the match is traced.
    pub traceparent: Option<Box<str>>,
}

/// A call that waits for its reply. Dropping it tells the worker to call again.
#[derive(Debug)]
pub struct Call {
    /// What the worker says.
    pub picture: Picture,
    /// Who says so.
    pub caller: Caller,
    /// Where the reply goes.
    pub reply: oneshot::Sender<Reply>,
    /// The room in memory that it takes, given back when this is dropped: to be kept as long as what
    /// the worker said.
    pub room: Option<Box<dyn Debug + Send>>,
}
