//! The whole arena, and one tick of it. Everything is resolved from the state before it, for both
//! seats by the same code, so that no seat ever goes first.

use terms::{BySeat, Seat, Seed};

use super::collision::bump;
use super::config::Config;
use super::orders::Orders;
use super::random::Random;
use super::ship::Ship;
use super::shot::{Flight, Shot};
use super::vector::Vector;

/// What can hurt a ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Shot,
    Ship,
    Star,
}

/// One reason for which a ship lost hull in the last tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) source: Source,
    /// Hull.
    pub(super) damage: u32,
    /// Towards where it came from; not of length 1.
    pub(super) origin: Vector,
}

/// Everything that moves.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) ships: BySeat<Ship>,
    /// The projectiles that each seat fired, oldest first.
    pub(super) shots: BySeat<Vec<Shot>>,
    /// What hit each seat in the last tick.
    pub(super) hits: BySeat<Vec<Hit>>,
}

impl World {
    /// The starting position of a seed: two ships at rest, each the other's mirror image in the
    /// centre of the arena.
    pub(super) fn new(config: &Config, seed: Seed) -> World {
        let mut random = Random::new(seed);
        let direction = Vector::at_angle(random.angle());
        let limit = config.arena_half - config.ship_radius;
        // In a corner there is room for the largest distance, in the middle of a side there may not be.
        let far = config.start_far.min(limit);
        let position = direction * (config.start_near + (far - config.start_near) * random.unit());
        let heading = Vector::at_angle(random.angle());
        let ships = BySeat([Ship::new(config, position, heading), Ship::new(config, -position, -heading)]);
        World { ships, shots: BySeat::default(), hits: BySeat::default() }
    }

    /// Plays one tick.
    pub(super) fn advance(&mut self, config: &Config, orders: BySeat<Orders>) {
        let before = BySeat::from_fn(|seat| self.ships[seat].position);
        for seat in Seat::BOTH {
            self.hits[seat].clear();
            let ship = &mut self.ships[seat];
            ship.steer(config, orders[seat]);
            self.shots[seat].extend(ship.fire(config, orders[seat]));
            ship.fly(config);
        }
        self.collide(config);
        self.fly_shots(config, before);
        self.burn(config);
        for seat in Seat::BOTH {
            let ship = &mut self.ships[seat];
            let damage: u32 = self.hits[seat].iter().map(|hit| hit.damage).sum();
            ship.hull = ship.hull.saturating_sub(damage);
            ship.recharge(config);
        }
    }

    fn collide(&mut self, config: &Config) {
        let ships = self.ships;
        for seat in Seat::BOTH {
            let other = &ships[seat.other()];
            let Some(bump) = bump(config, &ships[seat], other) else { return };
            let ship = &mut self.ships[seat];
            let origin = other.position - ship.position;
            ship.position += bump.push;
            ship.velocity += bump.kick;
            ship.stay_inside(config);
            if bump.damage > 0 {
                self.hits[seat].push(Hit { source: Source::Ship, damage: bump.damage, origin });
            }
        }
    }

    /// Moves the projectiles against the ways that the ships have taken in this tick.
    fn fly_shots(&mut self, config: &Config, before: BySeat<Vector>) {
        for seat in Seat::BOTH {
            let target = seat.other();
            let step = self.ships[target].position - before[target];
            let hits = &mut self.hits[target];
            self.shots[seat].retain_mut(|shot| {
                let flight = shot.fly(config, before[target], step);
                if flight == Flight::HitShip {
                    let origin = -shot.velocity;
                    hits.push(Hit { source: Source::Shot, damage: config.shot_damage, origin });
                }
                flight == Flight::Flying
            });
        }
    }

    fn burn(&mut self, config: &Config) {
        for (seat, ship) in self.ships.iter() {
            if ship.position.length() < config.star_radius + config.ship_radius {
                let origin = -ship.position;
                self.hits[seat].push(Hit { source: Source::Star, damage: config.star_burn, origin });
            }
        }
    }
}
