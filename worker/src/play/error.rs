//! Why there is no match to show.

use std::io;
use std::path::PathBuf;

use intake::LoneError;
use terms::game::UnknownGame;
use terms::limits::BadLimit;

use super::naked::NakedError;
use crate::cluster::PrepareError;
use crate::exit::PlayExit;

/// A match at home that cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// A path that is no bot.
    #[error("{0}")]
    Bot(LoneError),
    /// A limit out of its bounds.
    #[error("{0}; see --limit and --ticks")]
    Limit(BadLimit),
    /// There is no such game.
    #[error(transparent)]
    Game(#[from] UnknownGame),
    /// A component has nothing that python3 could run.
    #[error("{0} is a component, which only the sandbox runs: leave --unsandboxed away")]
    Component(String),
    /// There is no interpreter.
    #[error("{} cannot be read ({why}); `make build` makes it, and --python-wasm names another", path.display())]
    PythonWasm {
        /// Where it was looked for.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// The sandbox does not start.
    #[error(transparent)]
    Sandbox(#[from] PrepareError),
    /// python3 does not start.
    #[error(transparent)]
    Naked(#[from] NakedError),
    /// The system has no more threads.
    #[error("the system gives no threads: {0}")]
    Threads(io::Error),
    /// The document cannot be written.
    #[error("{} cannot be written: {why}", path.display())]
    Write {
        /// Where to.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

impl From<LoneError> for PlayError {
    fn from(error: LoneError) -> PlayError {
        PlayError::Bot(error)
    }
}

impl From<BadLimit> for PlayError {
    fn from(error: BadLimit) -> PlayError {
        PlayError::Limit(error)
    }
}

impl PlayError {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            PlayError::Bot(_)
            | PlayError::Limit(_)
            | PlayError::Game(_)
            | PlayError::Component(_)
            | PlayError::PythonWasm { .. }
            | PlayError::Naked(NakedError::Start { .. } | NakedError::NotReady { .. }) => PlayExit::USAGE,
            PlayError::Sandbox(_)
            | PlayError::Naked(NakedError::Harness(_))
            | PlayError::Threads(_)
            | PlayError::Write { .. } => PlayExit::FAILED,
        }
    }
}
