//! spacecode: two ships, four walls, and a star that pulls and burns.
//!
//! # What a bot can do
//!
//! In every tick a ship does any of `FORWARD` (thrust along its heading), `LEFT` and `RIGHT`
//! (torque; both together cancel out) and `SHOOT`. A ship keeps drifting and spinning when it stops
//! thrusting; drag slows both down. `SHOOT` does nothing while the gun cools down or the energy does
//! not suffice. A projectile starts at the bow with the velocity of the ship plus `shot_speed` along
//! the heading, flies straight, never hits the ship that fired it, and ends at the other ship, the
//! star, a wall, or after a while.
//!
//! # What a bot sees
//!
//! ```json
//! {"game_state": {
//!    "ship":  {"x": -212.4, "y": 96.03, "vx": 1.2, "vy": 0, "angle": 1.5708, "spin": 0.021,
//!              "hull": 90, "energy": 271, "cooldown": 0, "wall_ahead": 291.97},
//!    "enemy": {"x": -120.5, "y": 203.8, "vx": -2, "vy": 0.25, "angle": -2.61, "hull": 80,
//!              "distance": 141.61, "bearing": -0.7046},
//!    "shots": [{"x": -180, "y": 150, "vx": -14.1, "vy": -8.02, "distance": 62.9, "bearing": -0.54}],
//!    "hits":  [{"by": "shot", "damage": 10, "bearing": 3.02}],
//!    "star":  {"distance": 233.1, "bearing": 2.56},
//!    "arena": {"half": 400, "ticks": 1000, "star_radius": 45, "ship_radius": 12,
//!              "shot_speed": 14, "reach": 500}},
//!  "ship_id": 0, "time_step": 42}
//! ```
//!
//! | field | meaning |
//! |---|---|
//! | `ship_id` | the seat: 0 or 1. Nothing else differs between the seats |
//! | `time_step` | the number of the tick that is asked for, from 1 |
//! | `ship` | the bot's own ship |
//! | `enemy` | the other ship, or `null` while it is out of sight |
//! | `shots` | the enemy's projectiles that are in sight, oldest first |
//! | `hits` | what cost hull in the last tick: `by` is `shot`, `ship` or `star`; `bearing` points to where it came from |
//! | `star` | the star, which is always known: it is at (0, 0) |
//! | `arena` | numbers that never change during a match |
//! | `x`, `y` | position in units: x to the right, y upwards, the star at (0, 0), the walls at ±`half` |
//! | `vx`, `vy` | velocity in units per tick |
//! | `angle` | where the bow points, in radians from -π to π, anticlockwise from the x axis |
//! | `spin` | change of `angle` per tick; positive to the left |
//! | `hull` | 100 at first; a ship at 0 is destroyed |
//! | `energy` | 300 at first, and at most; a shot costs 30, a tick brings 1 |
//! | `cooldown` | ticks until the gun is ready |
//! | `wall_ahead` | how far the ship could fly straight ahead before it touches a wall, in units |
//! | `distance` | from the centre of the own ship to the centre of the thing, in units |
//! | `bearing` | by how much to turn to face the thing, in radians from -π to π; positive to the left |
//! | `half` | from the centre of the arena to each wall, in units |
//! | `ticks` | ticks of the whole match |
//! | `star_radius`, `ship_radius` | in units |
//! | `shot_speed` | speed of a projectile relative to the ship that fires it, in units per tick |
//! | `reach` | how far a ship sees, in units |
//!
//! A ship sees what is within `reach` and not more than 60° to the left or right of its bow. Each
//! bot sees the arena as if it sat in the same place: the world of seat 1 is turned by 180°.
//!
//! # How it ends
//!
//! A ship whose hull is 0 is destroyed, and the other has won. After the last tick the greater hull
//! wins; equal hulls, or two ships destroyed in one tick, are a draw. Hull is lost to shots (10
//! each), to the star (1 for every tick in its corona, which begins where a ship touches it), and in
//! collisions (3 per unit per tick of closing speed, rounded down; a quarter of it for a ship that
//! meets the other with its bow, within about 41° of its heading).
//!
//! # One tick, in order
//!
//! Both ships turn, thrust and are pulled, then fire, then fly and bounce off the walls; ships that
//! overlap collide; projectiles fly, against the ways the ships have taken; the star burns; the sum
//! of the damage is taken off the hulls; the batteries charge. Each step is done for both ships from
//! the state before it: no seat goes first, and swapping the seats swaps the match exactly.
//!
//! Never here: the platform's `sin` and its kin, anything that depends on the order of the seats, or
//! a number of the rules outside of [`Config`].

mod collision;
mod config;
mod json;
mod orders;
mod random;
mod ship;
mod shot;
#[cfg(test)]
mod tests;
mod vector;
mod view;
mod world;

use serde_json::Value;
use terms::{BySeat, Scores, Seat, Seed};

pub(crate) use config::Config;
use orders::Orders;
use world::World;

use crate::{BadAction, Game, Progress};

/// The name that `--game` takes.
pub(crate) const NAME: &str = "spacecode";

/// Rises with every change of the rules or of a number.
pub(crate) const VERSION: u32 = 1;

/// A match of spacecode.
pub(crate) struct Spacecode {
    config: Config,
    /// Ticks after which the greater hull wins.
    ticks: u32,
    /// Ticks played.
    played: u32,
    world: World,
    orders: BySeat<Orders>,
}

impl Spacecode {
    /// The beginning of a match.
    pub(crate) fn new(config: Config, seed: Seed, ticks: u32) -> Spacecode {
        let world = World::new(&config, seed);
        Spacecode { config, ticks, played: 0, world, orders: BySeat::default() }
    }

    fn progress(&self) -> Progress {
        let BySeat([zero, one]) = self.world.ships.map(|ship| ship.hull);
        let is_over = self.played >= self.ticks || zero == 0 || one == 0;
        match zero.cmp(&one) {
            _ if !is_over => Progress::Running,
            std::cmp::Ordering::Greater => Progress::Over(Scores::win(Seat::Zero)),
            std::cmp::Ordering::Less => Progress::Over(Scores::win(Seat::One)),
            std::cmp::Ordering::Equal => Progress::Over(Scores::DRAW),
        }
    }
}

impl Game for Spacecode {
    fn observe(&self, seat: Seat, out: &mut Vec<u8>) {
        view::write(&self.config, &self.world, self.ticks, self.played.saturating_add(1), seat, out);
    }

    fn submit(&mut self, seat: Seat, actions: &[Value]) -> Result<(), BadAction> {
        self.orders[seat] = Orders::default();
        self.orders[seat] = Orders::read(actions)?;
        Ok(())
    }

    fn step(&mut self) -> Progress {
        let orders = std::mem::take(&mut self.orders);
        if self.progress() == Progress::Running {
            self.world.advance(&self.config, orders);
            self.played = self.played.saturating_add(1);
        }
        self.progress()
    }
}
