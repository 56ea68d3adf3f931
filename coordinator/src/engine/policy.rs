//! How patient and how generous the engine is.

use std::time::Duration;

use terms::Limits;

use super::sample::Sample;

/// Largest number of slots a worker may claim.
pub const SLOTS_MAX: u32 = 1_024;
/// Most matches one worker may hold, playing and waiting: its answer must fit in a message.
pub const HOLD_MAX: u32 = 8_192;

/// Tries at a match, whatever came of them.
pub(super) const TRIES_MAX: u32 = 12;

/// Longest time, in seconds, for which a worker may say that it compiles bots.
const COMPILE_SECONDS_MAX: u32 = 1_800;

const _: () = assert!(SLOTS_MAX < HOLD_MAX, "every slot must be able to hold a match");

/// The numbers behind the engine's decisions.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Tries that may end void before a match is given up.
    pub attempts_max: u32,
    /// Tries in which a match may stand still before it is given up. More than may end void: workers that
    /// stand still lose what they have at the same time, ask for more at the same time, and get it from
    /// each other.
    pub stalls_max: u32,
    /// Workers that may be lost while they hold a match before it is given up: such a match may
    /// be what kills them.
    pub losses_max: u32,
    /// A worker that did not call for so long is lost.
    pub silence: Duration,
    /// A match that did not move for so long is taken away.
    pub stall: Duration,
    /// Longest wait for matches in play after the user asked to stop.
    pub drain: Duration,
    /// Work that a slot should have ahead of it.
    pub reserve: Duration,
    /// Longest time between two calls of a worker.
    pub call_again: Duration,
    /// Most progress that a match can make: a worker that claims more is not believed, so that its
    /// lease ends some time.
    pub moves_max: u32,
    /// Results that are checked by playing their matches again.
    pub sample: Sample,
}

impl Policy {
    /// The policy that suits those limits: a worker's own safety nets come first. Nothing is
    /// checked unless somebody says so.
    pub fn for_limits(limits: &Limits) -> Policy {
        let load = Duration::from_millis(limits.load_wall_ms.into());
        let turn = Duration::from_millis(limits.turn_wall_ms.into());
        Policy {
            attempts_max: 3,
            stalls_max: 5,
            losses_max: 5,
            silence: Duration::from_secs(15),
            stall: Duration::from_secs(10) + 2 * load + 2 * turn,
            drain: Duration::from_secs(60),
            reserve: Duration::from_millis(1_500),
            call_again: Duration::from_secs(1),
            moves_max: limits.ticks.saturating_add(COMPILE_SECONDS_MAX),
            sample: Sample::NONE,
        }
    }
}
