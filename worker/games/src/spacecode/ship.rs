//! One ship: how it turns, flies, fires and is damaged. Knows nothing of the other ship.

use super::config::Config;
use super::orders::Orders;
use super::shot::Shot;
use super::vector::Vector;

/// A ship, in the arena's coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ship {
    /// Its centre, in units.
    pub(super) position: Vector,
    /// In units per tick.
    pub(super) velocity: Vector,
    /// Where the bow points; of length 1.
    pub(super) heading: Vector,
    /// In radians per tick, positive to the left.
    pub(super) spin: f64,
    /// At 0 the ship is destroyed.
    pub(super) hull: u32,
    /// What shots are paid with.
    pub(super) energy: u32,
    /// Ticks until it may shoot.
    pub(super) cooldown: u32,
}

impl Ship {
    /// A ship at rest, undamaged and fully charged.
    pub(super) fn new(config: &Config, position: Vector, heading: Vector) -> Ship {
        Ship {
            position,
            velocity: Vector::ZERO,
            heading,
            spin: 0.0,
            hull: config.hull_max,
            energy: config.energy_max,
            cooldown: 0,
        }
    }

    /// Turns, and changes its velocity by its own thrust, by the pull of the star and by drag.
    pub(super) fn steer(&mut self, config: &Config, orders: Orders) {
        let side = f64::from(i8::from(orders.left) - i8::from(orders.right));
        self.spin = (self.spin + side * config.torque) * config.spin_drag;
        let turned = self.heading.turned(Vector::at_angle(self.spin));
        // Rounding would let the length drift over a thousand turns.
        self.heading = turned.unit().unwrap_or(self.heading);

        let thrust = if orders.forward { self.heading * config.thrust } else { Vector::ZERO };
        self.velocity = (self.velocity + thrust + self.gravity(config)) * config.drag;
    }

    /// The pull of the star, in units per tick². Within the star it falls to zero with the
    /// distance, as inside a real one, so that it is finite everywhere.
    fn gravity(&self, config: &Config) -> Vector {
        let distance = self.position.length().max(config.star_radius);
        -self.position * (config.star_gravity / (distance * distance * distance))
    }

    /// Fires from the bow, if that was ordered and the ship is able to.
    pub(super) fn fire(&mut self, config: &Config, orders: Orders) -> Option<Shot> {
        if !orders.shoot || self.cooldown > 0 {
            return None;
        }
        self.energy = self.energy.checked_sub(config.shot_energy)?;
        self.cooldown = config.shot_cooldown;
        Some(Shot {
            position: self.position + self.heading * config.ship_radius,
            velocity: self.velocity + self.heading * config.shot_speed,
            ticks_left: config.shot_life,
        })
    }

    /// Moves by its velocity, and bounces off the walls.
    pub(super) fn fly(&mut self, config: &Config) {
        self.position += self.velocity;
        self.stay_inside(config);
    }

    /// Puts the ship back between the walls, and turns round what is left of its velocity.
    pub(super) fn stay_inside(&mut self, config: &Config) {
        let limit = config.arena_half - config.ship_radius;
        let bounce = |place: &mut f64, speed: &mut f64| {
            if place.abs() > limit {
                *place = limit.copysign(*place);
                // Only if it still flies outwards: a push by the other ship may have put it here.
                if *place * *speed > 0.0 {
                    *speed *= -config.bounce;
                }
            }
        };
        bounce(&mut self.position.x, &mut self.velocity.x);
        bounce(&mut self.position.y, &mut self.velocity.y);
    }

    /// One tick of time for the batteries and the gun.
    pub(super) fn recharge(&mut self, config: &Config) {
        self.energy = self.energy.saturating_add(config.energy_gain).min(config.energy_max);
        self.cooldown = self.cooldown.saturating_sub(1);
    }

    /// From the ship's edge to the wall straight ahead, in units.
    pub(super) fn wall_ahead(&self, config: &Config) -> f64 {
        let limit = config.arena_half - config.ship_radius;
        let along = |place: f64, direction: f64| {
            if direction == 0.0 { f64::INFINITY } else { (limit.copysign(direction) - place) / direction }
        };
        along(self.position.x, self.heading.x).min(along(self.position.y, self.heading.y))
    }

    /// Whether it sees that point: within its reach and its vision cone.
    pub(super) fn sees(&self, config: &Config, point: Vector) -> bool {
        let sight = point - self.position;
        let distance = sight.length();
        distance <= config.sight_reach && self.heading.dot(sight) >= config.sight_cosine * distance
    }
}
