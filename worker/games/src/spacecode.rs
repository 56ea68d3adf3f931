//! spacecode: two ships, a star, four walls.
//!
//! (docs follow)

mod collision;
mod config;
mod json;
mod orders;
mod random;
mod ship;
mod shot;
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
