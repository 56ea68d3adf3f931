//! Tournaments, runtimes and matches to and from `terms`.

use std::collections::BTreeSet;

use terms::digest::NotADigest;
use terms::limits::BadLimit;
use terms::policy::{BadPolicy, NAMES_MAX};
use terms::{Attempt, Digest, GameId, Limits, MatchId, Policy, Runtime};

use crate::HttpAddress;
use crate::v1;

/// Longest name, note or detail that is read from a message, in bytes.
pub const NAME_BYTES_MAX: usize = 256;
/// Most matches that a worker may say it holds, and so the most it is given.
pub const HOLDING_MAX: usize = 16_384;
/// Most layers that a worker may report.
pub const LAYERS_MAX: usize = 64;

/// A message that no honest peer of this version sends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// A part that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A part is longer, larger or more numerous than allowed.
    #[error("{what} is {value}, more than the {max} allowed")]
    TooLarge {
        /// Which part.
        what: &'static str,
        /// Its length, size or number.
        value: u64,
        /// The most that is allowed.
        max: u64,
    },
    /// A value that does not exist.
    #[error("{what} {value:?} does not exist")]
    Unknown {
        /// Which part.
        what: &'static str,
        /// What was sent.
        value: String,
    },
    /// A digest that is none.
    #[error(transparent)]
    Digest(#[from] NotADigest),
    /// A limit out of its bounds.
    #[error(transparent)]
    Limit(#[from] BadLimit),
    /// A policy that cannot be.
    #[error(transparent)]
    Policy(#[from] BadPolicy),
}

/// Refuses what is larger than `max`.
pub(crate) fn bounded(what: &'static str, value: usize, max: usize) -> Result<(), BadMessage> {
    if value <= max {
        return Ok(());
    }
    Err(BadMessage::TooLarge { what, value: value as u64, max: max as u64 })
}

/// A value that does not exist, cut to a length that is safe to log.
pub(crate) fn unknown(what: &'static str, value: &str) -> BadMessage {
    BadMessage::Unknown { what, value: value.chars().take(80).collect() }
}

/// A part that must be there.
pub(crate) fn required<T>(what: &'static str, part: Option<T>) -> Result<T, BadMessage> {
    part.ok_or(BadMessage::Missing(what))
}

impl v1::SynchronizeRequest {
    /// Refuses a request with more or longer parts than an honest worker sends.
    ///
    /// # Errors
    /// The first part that is too long or too many.
    pub fn check_sizes(&self) -> Result<(), BadMessage> {
        bounded("instance", self.instance.len(), 32)?;
        bounded("name", self.name.len(), NAME_BYTES_MAX)?;
        bounded("note", self.note.len(), NAME_BYTES_MAX)?;
        bounded("http", self.http.len(), HttpAddress::BYTES_MAX)?;
        bounded("slots", self.slots as usize, HOLDING_MAX)?;
        bounded("number of layers", self.layers.len(), LAYERS_MAX)?;
        for layer in &self.layers {
            bounded("layer name", layer.name.len(), NAME_BYTES_MAX)?;
            bounded("layer detail", layer.detail.len(), NAME_BYTES_MAX)?;
        }
        bounded("number of matches held", self.holding.len(), HOLDING_MAX)
    }
}

impl v1::Tournament {
    /// What every match of this tournament shares.
    pub fn of(game: &GameId, limits: &Limits, runtime: &Runtime, policy: &Policy) -> v1::Tournament {
        v1::Tournament {
            game: Some(v1::Game {
                name: game.name.clone(),
                version: game.version,
                config: game.config.0.to_vec(),
            }),
            limits: Some(limits.into()),
            runtime: Some(runtime.into()),
            policy: Some(policy.into()),
        }
    }

    /// The game, the limits, the runtime and the policy.
    ///
    /// # Errors
    /// One is missing or cannot be.
    pub fn read(&self) -> Result<(GameId, Limits, Runtime, Policy), BadMessage> {
        let game = required("tournament.game", self.game.as_ref())?;
        bounded("game name", game.name.len(), NAME_BYTES_MAX)?;
        let game = GameId {
            name: game.name.clone(),
            version: game.version,
            config: Digest::try_from(game.config.as_slice())?,
        };
        let limits = required("tournament.limits", self.limits.as_ref())?.try_into()?;
        let runtime = required("tournament.runtime", self.runtime.as_ref())?.try_into()?;
        let policy = required("tournament.policy", self.policy.as_ref())?.try_into()?;
        Ok((game, limits, runtime, policy))
    }
}

impl From<&Limits> for v1::Limits {
    fn from(limits: &Limits) -> v1::Limits {
        v1::Limits {
            source_bytes: limits.source_bytes,
            source_files: limits.source_files,
            load_fuel: limits.load_fuel,
            turn_fuel: limits.turn_fuel,
            memory_bytes: limits.memory_bytes,
            stack_bytes: limits.stack_bytes,
            reply_bytes: limits.reply_bytes,
            log_bytes: limits.log_bytes,
            strikes: limits.strikes,
            ticks: limits.ticks,
            turn_wall_ms: limits.turn_wall_ms,
            load_wall_ms: limits.load_wall_ms,
        }
    }
}

impl TryFrom<&v1::Limits> for Limits {
    type Error = BadMessage;

    fn try_from(limits: &v1::Limits) -> Result<Limits, BadMessage> {
        let limits = Limits {
            source_bytes: limits.source_bytes,
            source_files: limits.source_files,
            load_fuel: limits.load_fuel,
            turn_fuel: limits.turn_fuel,
            memory_bytes: limits.memory_bytes,
            stack_bytes: limits.stack_bytes,
            reply_bytes: limits.reply_bytes,
            log_bytes: limits.log_bytes,
            strikes: limits.strikes,
            ticks: limits.ticks,
            turn_wall_ms: limits.turn_wall_ms,
            load_wall_ms: limits.load_wall_ms,
        };
        Ok(limits.check()?)
    }
}

impl From<&Runtime> for v1::Runtime {
    fn from(runtime: &Runtime) -> v1::Runtime {
        v1::Runtime {
            python_wasm: runtime.python_wasm.0.to_vec(),
            wasmtime: runtime.wasmtime.clone(),
            engine: runtime.engine,
            referee: runtime.referee,
            target: runtime.target.clone(),
        }
    }
}

impl TryFrom<&v1::Runtime> for Runtime {
    type Error = BadMessage;

    fn try_from(runtime: &v1::Runtime) -> Result<Runtime, BadMessage> {
        bounded("wasmtime version", runtime.wasmtime.len(), NAME_BYTES_MAX)?;
        bounded("architecture", runtime.target.len(), NAME_BYTES_MAX)?;
        Ok(Runtime {
            python_wasm: Digest::try_from(runtime.python_wasm.as_slice())?,
            wasmtime: runtime.wasmtime.clone(),
            engine: runtime.engine,
            referee: runtime.referee,
            target: runtime.target.clone(),
        })
    }
}

impl From<&Policy> for v1::Policy {
    fn from(policy: &Policy) -> v1::Policy {
        v1::Policy {
            only: policy.allowed_imports.is_some(),
            allowed_imports: policy.allowed_imports.iter().flatten().cloned().collect(),
            blocked_imports: policy.blocked_imports.iter().cloned().collect(),
            blocked_calls: policy.blocked_calls.iter().cloned().collect(),
        }
    }
}

impl TryFrom<&v1::Policy> for Policy {
    type Error = BadMessage;

    fn try_from(policy: &v1::Policy) -> Result<Policy, BadMessage> {
        let names = |list: &[String]| {
            bounded("number of names in a policy", list.len(), NAMES_MAX)?;
            Ok::<BTreeSet<String>, BadMessage>(list.iter().cloned().collect())
        };
        let allowed = names(&policy.allowed_imports)?;
        let policy = Policy {
            allowed_imports: policy.only.then_some(allowed),
            blocked_imports: names(&policy.blocked_imports)?,
            blocked_calls: names(&policy.blocked_calls)?,
        };
        Ok(policy.check()?)
    }
}

/// A match and the try at it, as they stand next to each other in many messages.
///
/// # Errors
/// The id is no digest.
pub fn read_attempt(match_id: &[u8], attempt: u32) -> Result<(MatchId, Attempt), BadMessage> {
    Ok((MatchId(Digest::try_from(match_id)?), Attempt(attempt)))
}
