//! Nothing leaves its bounds, whatever the bots do.

use super::*;
use crate::spacecode::ship::Ship;

fn assert_in_bounds(config: &Config, ship: &Ship) -> Result<(), TestCaseError> {
    let limit = config.arena_half - config.ship_radius;
    prop_assert!(ship.position.x.abs() <= limit && ship.position.y.abs() <= limit, "{:?}", ship);
    prop_assert!(ship.velocity.length() < 2.0 * config.ship_radius, "tunnels through ships: {:?}", ship);
    prop_assert!((ship.heading.length() - 1.0).abs() < 1e-12, "{:?}", ship);
    prop_assert!(ship.spin.abs() < 0.1, "{:?}", ship);
    prop_assert!(ship.hull <= config.hull_max && ship.energy <= config.energy_max, "{:?}", ship);
    prop_assert!(ship.cooldown < config.shot_cooldown, "{:?}", ship);
    let ahead = ship.wall_ahead(config);
    prop_assert!((0.0..=4.0 * config.arena_half).contains(&ahead), "{} {:?}", ahead, ship);
    Ok(())
}

proptest! {
    #[test]
    fn ships_and_shots_stay_in_bounds(seed in seeds(), script in scripts()) {
        let mut game = new_match(seed);
        let config = game.config;
        let shots_max = (config.shot_life / config.shot_cooldown + 1) as usize;
        for orders in script {
            play(&mut game, orders);
            for seat in Seat::BOTH {
                assert_in_bounds(&config, &game.world.ships[seat])?;
                let shots = &game.world.shots[seat];
                prop_assert!(shots.len() <= shots_max);
                for shot in shots {
                    prop_assert!(shot.position.x.abs() < config.arena_half);
                    prop_assert!(shot.position.y.abs() < config.arena_half);
                }
            }
        }
    }

    #[test]
    fn every_unit_of_energy_and_hull_is_accounted_for(seed in seeds(), script in scripts()) {
        let mut game = new_match(seed);
        let config = game.config;
        for orders in script {
            let before = game.world.ships;
            if game.progress() != Progress::Running {
                break;
            }
            play(&mut game, orders);
            for seat in Seat::BOTH {
                let (old, new) = (before[seat], game.world.ships[seat]);
                let fires = orders[seat].shoot && old.cooldown == 0 && old.energy >= config.shot_energy;
                let paid = if fires { config.shot_energy } else { 0 };
                prop_assert_eq!(new.energy, (old.energy - paid + config.energy_gain).min(config.energy_max));
                let damage: u32 = game.world.hits[seat].iter().map(|hit| hit.damage).sum();
                prop_assert_eq!(new.hull, old.hull.saturating_sub(damage));
            }
        }
    }

    #[test]
    fn every_start_is_fair_and_clear_of_the_star(seed in seeds()) {
        let game = new_match(seed);
        let config = game.config;
        let [zero, one] = game.world.ships.0;
        prop_assert_eq!(zero.position, -one.position);
        prop_assert_eq!(zero.heading, -one.heading);
        let distance = zero.position.length();
        prop_assert!((config.start_near - 1e-9..=config.start_far + 1e-9).contains(&distance));
        assert_in_bounds(&config, &zero)?;
    }

    #[test]
    fn a_match_ends_by_its_last_tick(seed in seeds(), ticks in 1..300u32, script in scripts()) {
        let mut game = Spacecode::new(Config::default(), seed, ticks);
        let mut orders = script.iter().copied().cycle();
        for tick in 1..=ticks {
            let progress = play(&mut game, orders.next().unwrap());
            prop_assert!(tick < ticks || progress != Progress::Running);
        }
        let (over, end) = (game.progress(), seen(&game, Seat::Zero));
        prop_assert_eq!(play(&mut game, orders.next().unwrap()), over, "over means over");
        prop_assert_eq!(seen(&game, Seat::Zero), end);
    }

    #[test]
    fn equal_inputs_give_equal_bytes(seed in seeds(), script in scripts()) {
        let (mut first, mut second) = (new_match(seed), new_match(seed));
        for orders in script {
            prop_assert_eq!(play(&mut first, orders), play(&mut second, orders));
            for seat in Seat::BOTH {
                prop_assert_eq!(seen(&first, seat), seen(&second, seat));
            }
        }
    }
}
