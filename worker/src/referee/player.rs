//! What the referee needs of whoever plays a seat.

use std::time::Duration;

use pipe::{Failure, FromShim, Load, Usage};
use terms::HostFault;
use terms::printable::clean;

use crate::sandbox::{HostTrouble, Sealed};

/// What a bot answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// It is loaded.
    Loaded(Usage<'a>),
    /// Its reply to an observation.
    Reply(Usage<'a>, &'a [u8]),
    /// It failed.
    Fault(Usage<'a>, Failure<'a>),
}

/// One seated bot. Asking and answering are apart, so that both bots can be asked first.
pub trait Player {
    /// Bounds every later wait for it. A safety net: what exceeds it is void, not lost.
    ///
    /// # Errors
    /// Not the bot's doing.
    fn set_wall_clock(&mut self, limit: Duration) -> Result<(), HostTrouble>;

    /// Asks it to load, under that policy.
    ///
    /// # Errors
    /// Not the bot's doing.
    fn ask_load(&mut self, load: &Load, policy: &str, bundle: &[u8]) -> Result<(), HostTrouble>;

    /// Asks it for its turn.
    ///
    /// # Errors
    /// Not the bot's doing.
    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble>;

    /// Waits for the answer to what was asked.
    ///
    /// # Errors
    /// Not the bot's doing.
    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble>;
}

impl Player for Sealed {
    fn set_wall_clock(&mut self, limit: Duration) -> Result<(), HostTrouble> {
        Sealed::set_wall_clock(self, limit)
    }

    fn ask_load(&mut self, load: &Load, policy: &str, bundle: &[u8]) -> Result<(), HostTrouble> {
        self.load(load, policy, bundle)
    }

    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        self.turn(observation)
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        match self.receive()? {
            FromShim::Loaded(usage) => Ok(Answer::Loaded(usage)),
            FromShim::Reply(usage, reply) => Ok(Answer::Reply(usage, reply)),
            FromShim::Fault(usage, failure) => Ok(Answer::Fault(usage, failure)),
            FromShim::Compiled(..) => {
                Err(HostTrouble::new(HostFault::Protocol, "bytecode came instead of what was asked for"))
            }
            FromShim::Broken(why) => {
                let why: String = why.chars().take(500).collect();
                Err(HostTrouble::new(HostFault::ShimDied, clean(&why)))
            }
        }
    }
}
