//! Every number of the rules, once. They are part of every match's id.

use terms::{Digest, Digester};

/// The numbers of spacecode. Lengths are in units, times in ticks, angles in radians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Config {
    /// From the centre to each wall, in units.
    pub(crate) arena_half: f64,
    /// Radius of a ship, in units.
    pub(crate) ship_radius: f64,
    /// Radius of the star, in units. It is at the centre.
    pub(crate) star_radius: f64,
    /// Pull of the star: at a distance of d units, `star_gravity / d²` units per tick².
    pub(crate) star_gravity: f64,
    /// Hull that a ship loses in every tick in which it touches the star.
    pub(crate) star_burn: u32,
    /// Acceleration of `FORWARD`, in units per tick².
    pub(crate) thrust: f64,
    /// Share of its velocity that a ship keeps from one tick to the next.
    pub(crate) drag: f64,
    /// Angular acceleration of `LEFT` and `RIGHT`, in radians per tick².
    pub(crate) torque: f64,
    /// Share of its spin that a ship keeps from one tick to the next.
    pub(crate) spin_drag: f64,
    /// Share of its speed that a ship keeps when it bounces, off a wall or off the other ship.
    pub(crate) bounce: f64,
    /// Hull lost in a collision per unit per tick of closing speed, rounded down.
    pub(crate) ram_damage: f64,
    /// Share of that damage that a ship takes if it meets the other with its bow.
    pub(crate) bow_share: f64,
    /// Cosine of half the bow's angle.
    pub(crate) bow_cosine: f64,
    /// Hull of a new ship.
    pub(crate) hull_max: u32,
    /// Energy of a new ship, and the most it can store.
    pub(crate) energy_max: u32,
    /// Energy gained per tick.
    pub(crate) energy_gain: u32,
    /// Energy of one shot.
    pub(crate) shot_energy: u32,
    /// Ticks from one shot to the next at least.
    pub(crate) shot_cooldown: u32,
    /// Hull lost by a hit.
    pub(crate) shot_damage: u32,
    /// Speed of a projectile relative to the ship that fired it, in units per tick.
    pub(crate) shot_speed: f64,
    /// Ticks after which a projectile is gone.
    pub(crate) shot_life: u32,
    /// How far a ship sees, in units.
    pub(crate) sight_reach: f64,
    /// Cosine of half the angle of the vision cone.
    pub(crate) sight_cosine: f64,
    /// Least distance of a starting position from the centre, in units.
    pub(crate) start_near: f64,
    /// Largest distance of a starting position from the centre, in units.
    pub(crate) start_far: f64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            arena_half: 400.0,
            ship_radius: 12.0,
            star_radius: 45.0,
            star_gravity: 500.0,
            star_burn: 1,
            thrust: 0.25,
            drag: 0.975,
            torque: 0.007,
            spin_drag: 0.9,
            bounce: 0.5,
            ram_damage: 3.0,
            bow_share: 0.25,
            bow_cosine: 0.75,
            hull_max: 100,
            energy_max: 300,
            energy_gain: 1,
            shot_energy: 30,
            shot_cooldown: 10,
            shot_damage: 10,
            shot_speed: 14.0,
            shot_life: 50,
            sight_reach: 500.0,
            sight_cosine: 0.5,
            start_near: 200.0,
            start_far: 340.0,
        }
    }
}

impl Config {
    /// The digest of all the numbers: what `terms::game::KNOWN_GAMES` has to say.
    pub(crate) fn digest(&self) -> Digest {
        let mut digester = Digester::new("arena spacecode config 1");
        for number in self.numbers() {
            digester.number(number);
        }
        digester.finish()
    }

    /// Every number as its bits. Taking the struct apart by name makes the compiler ask for a
    /// field that was added and is not here.
    fn numbers(&self) -> [u64; 25] {
        let Config {
            arena_half,
            ship_radius,
            star_radius,
            star_gravity,
            star_burn,
            thrust,
            drag,
            torque,
            spin_drag,
            bounce,
            ram_damage,
            bow_share,
            bow_cosine,
            hull_max,
            energy_max,
            energy_gain,
            shot_energy,
            shot_cooldown,
            shot_damage,
            shot_speed,
            shot_life,
            sight_reach,
            sight_cosine,
            start_near,
            start_far,
        } = *self;
        [
            arena_half.to_bits(),
            ship_radius.to_bits(),
            star_radius.to_bits(),
            star_gravity.to_bits(),
            star_burn.into(),
            thrust.to_bits(),
            drag.to_bits(),
            torque.to_bits(),
            spin_drag.to_bits(),
            bounce.to_bits(),
            ram_damage.to_bits(),
            bow_share.to_bits(),
            bow_cosine.to_bits(),
            hull_max.into(),
            energy_max.into(),
            energy_gain.into(),
            shot_energy.into(),
            shot_cooldown.into(),
            shot_damage.into(),
            shot_speed.to_bits(),
            shot_life.into(),
            sight_reach.to_bits(),
            sight_cosine.to_bits(),
            start_near.to_bits(),
            start_far.to_bits(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spacecode::{NAME, VERSION};
    use terms::game::KNOWN_GAMES;

    #[test]
    fn the_table_of_known_games_names_these_numbers() {
        let row = KNOWN_GAMES.iter().find(|row| row.name == NAME).unwrap();
        let ours = Config::default().digest().to_string();
        assert_eq!(row.version, VERSION);
        assert_eq!(
            row.config, ours,
            "a number of the rules changed: raise VERSION in spacecode.rs, and set the version and \
             this digest in the row of spacecode in proto/terms/src/game.rs"
        );
    }
}
