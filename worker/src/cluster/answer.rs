//! What the coordinator's answer says, checked before anything is done about it.
//!
//! Total: every answer is one that makes sense or a [`BadMessage`]. Never here: an effect.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use rpc::{BadMessage, HOLDING_MAX, v1};
use terms::{Attempt, BySeat, Digest, GameId, Limits, MatchId, MatchSpec, Policy, Seed};

use super::{Job, Ready};

/// The results that the worker may forget.
///
/// # Errors
/// There are too many, or one is none.
pub(super) fn settled(settled: &[v1::Settled]) -> Result<Vec<(MatchId, Attempt)>, BadMessage> {
    bounded("number of results settled", settled.len())?;
    settled.iter().map(|settled| rpc::read_attempt(&settled.match_id, settled.attempt)).collect()
}

/// Refuses a list longer than all that a worker can hold.
fn bounded(what: &'static str, length: usize) -> Result<(), BadMessage> {
    if length <= HOLDING_MAX {
        return Ok(());
    }
    Err(BadMessage::TooLarge { what, value: length as u64, max: HOLDING_MAX as u64 })
}

/// What all matches of a tournament have in common.
pub(super) struct Shared {
    pub(super) game: GameId,
    pub(super) limits: Limits,
    pub(super) policy: Policy,
    pub(super) runtime: Digest,
}

/// The matches that are wanted. One whose id is not the digest of what it was sent with is refused
/// together with the whole answer: playing it would record a result under a wrong name.
///
/// # Errors
/// There are too many, or one of them makes no sense.
pub(super) fn jobs(
    wanted: &[v1::Assignment],
    shared: &Shared,
    ready: &Arc<Ready>,
) -> Result<Vec<Job<Ready>>, BadMessage> {
    bounded("number of matches wanted", wanted.len())?;
    let job = |assignment: &v1::Assignment| {
        let (id, attempt) = rpc::read_attempt(&assignment.match_id, assignment.attempt)?;
        let spec = MatchSpec {
            game: shared.game.clone(),
            seed: Seed(assignment.seed),
            bots: BySeat([
                Digest::try_from(assignment.bot_zero.as_slice())?,
                Digest::try_from(assignment.bot_one.as_slice())?,
            ]),
            limits: shared.limits,
            policy: shared.policy.clone(),
            runtime: shared.runtime,
        };
        if spec.id() != id {
            return Err(BadMessage::Unknown { what: "match", value: id.to_string() });
        }
        Ok(Job { id, attempt, spec, ready: ready.clone(), ticks: Arc::new(AtomicU32::new(0)) })
    };
    wanted.iter().map(job).collect()
}
