//! One projectile: it flies straight until it meets the other ship, the star, a wall or its end.

use super::config::Config;
use super::vector::{Vector, first_contact};

/// A projectile, in the arena's coordinates. The star does not bend its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shot {
    /// In units.
    pub(super) position: Vector,
    /// In units per tick.
    pub(super) velocity: Vector,
    /// Ticks until it is gone.
    pub(super) ticks_left: u32,
}

/// What became of a projectile in one tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flight {
    Flying,
    Gone,
    HitShip,
}

impl Shot {
    /// Moves for one tick, while the target moves from `target` by `target_step`.
    pub(super) fn fly(&mut self, config: &Config, target: Vector, target_step: Vector) -> Flight {
        let ship = first_contact(self.position - target, self.velocity - target_step, config.ship_radius);
        let star = first_contact(self.position, self.velocity, config.star_radius);
        self.position += self.velocity;
        self.ticks_left = self.ticks_left.saturating_sub(1);
        match (ship, star) {
            // The star shields what is behind it.
            (Some(ship), Some(star)) if star < ship => Flight::Gone,
            (Some(_), _) => Flight::HitShip,
            (None, Some(_)) => Flight::Gone,
            (None, None) if self.ticks_left == 0 || !self.is_inside(config) => Flight::Gone,
            (None, None) => Flight::Flying,
        }
    }

    fn is_inside(&self, config: &Config) -> bool {
        self.position.x.abs() < config.arena_half && self.position.y.abs() < config.arena_half
    }
}
