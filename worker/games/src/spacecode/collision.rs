//! What two ships that touch do to each other.

use super::config::Config;
use super::ship::Ship;
use super::vector::Vector;

/// What a collision does to one ship.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bump {
    /// Moves it out of the other, in units.
    pub(super) push: Vector,
    /// Changes its velocity, in units per tick.
    pub(super) kick: Vector,
    /// Hull it loses.
    pub(super) damage: u32,
}

/// What `own` suffers from `other`; nothing if they do not touch. For the other ship, call it the
/// other way round: both calls see the same state, so that neither ship goes first.
pub(super) fn bump(config: &Config, own: &Ship, other: &Ship) -> Option<Bump> {
    let gap = other.position - own.position;
    let overlap = 2.0 * config.ship_radius - gap.length();
    if overlap <= 0.0 {
        return None;
    }
    // Two ships at one point have no direction to part in; whichever way they move on will do.
    let towards = gap.unit()?;
    let push = -towards * (overlap / 2.0);
    let closing = (own.velocity - other.velocity).dot(towards);
    if closing <= 0.0 {
        return Some(Bump { push, ..Bump::default() });
    }
    let kick = -towards * (closing * (1.0 + config.bounce) / 2.0);
    let is_bow = own.heading.dot(towards) >= config.bow_cosine;
    let share = if is_bow { config.bow_share } else { 1.0 };
    // The cast rounds down and cannot fail: it saturates.
    let damage = (closing * config.ram_damage * share) as u32;
    Some(Bump { push, kick, damage })
}
