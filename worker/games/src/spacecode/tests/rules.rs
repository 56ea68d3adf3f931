//! The rules one by one, on staged scenes.

use serde_json::json;
use terms::Scores;

use super::*;
use crate::spacecode::ship::Ship;
use crate::spacecode::vector::Vector;

/// A match with ships at rest at these places, looking into these directions.
fn staged(zero: (f64, f64, f64), one: (f64, f64, f64)) -> Spacecode {
    let mut game = new_match(Seed(1));
    let config = game.config;
    let ship = |(x, y, angle): (f64, f64, f64)| Ship::new(&config, Vector { x, y }, Vector::at_angle(angle));
    game.world.ships = BySeat([ship(zero), ship(one)]);
    game
}

fn only_zero(bits: u8) -> BySeat<Orders> {
    BySeat([orders(bits), Orders::default()])
}

const FORWARD: u8 = 1;
const LEFT: u8 = 2;
const SHOOT: u8 = 8;

#[test]
fn who_does_nothing_falls_into_the_star() {
    let mut game = new_match(Seed(3));
    while game.step() == Progress::Running {}
    assert_eq!(game.progress(), Progress::Over(Scores::DRAW));
    assert!(game.played < 1_000, "both burn long before the end");
    let hit = game.world.hits[Seat::Zero].last().unwrap();
    assert_eq!(hit.damage, game.config.star_burn);
}

#[test]
fn left_is_anticlockwise_and_forward_is_where_the_bow_points() {
    let mut game = staged((-300.0, 0.0, 0.0), (300.0, 0.0, 0.0));
    for _ in 0..10 {
        play(&mut game, only_zero(LEFT | FORWARD));
    }
    let ship = game.world.ships[Seat::Zero];
    assert!(ship.heading.y > 0.0 && ship.velocity.x > 0.0 && ship.velocity.y > 0.0, "{ship:?}");
}

#[test]
fn a_shot_hits_a_ship_that_it_would_jump_over() {
    let mut game = staged((-300.0, 200.0, 0.0), (-200.0, 200.0, 0.0));
    play(&mut game, only_zero(SHOOT));
    for _ in 0..10 {
        play(&mut game, BySeat::default());
    }
    let [zero, one] = game.world.ships.0;
    assert_eq!((zero.hull, one.hull), (100, 90));
    assert!(game.world.shots[Seat::Zero].is_empty());
}

#[test]
fn the_star_stops_a_shot() {
    let mut game = staged((-150.0, 0.0, 0.0), (150.0, 0.0, 0.0));
    play(&mut game, only_zero(SHOOT));
    for _ in 0..30 {
        play(&mut game, BySeat::default());
    }
    assert_eq!(game.world.ships[Seat::One].hull, 100);
    assert!(game.world.shots[Seat::Zero].is_empty());
}

#[test]
fn the_gun_needs_time_and_energy() {
    let mut game = staged((-300.0, 300.0, 1.0), (300.0, -300.0, 1.0));
    let mut fired = 0;
    for _ in 0..200 {
        let energy = game.world.ships[Seat::Zero].energy;
        play(&mut game, only_zero(SHOOT | LEFT));
        fired += u32::from(game.world.ships[Seat::Zero].energy < energy);
    }
    // 300 stored and 200 gained pay for 16 shots; by its cool-down alone the gun could fire 20.
    assert_eq!(fired, 16);
}

#[test]
fn a_ram_hurts_the_side_more_than_the_bow() {
    let mut game = staged((-300.0, 200.0, 0.0), (-240.0, 200.0, 1.5));
    game.world.ships[Seat::Zero].velocity = Vector { x: 8.0, y: 0.0 };
    while game.world.hits[Seat::One].is_empty() {
        assert_eq!(play(&mut game, BySeat::default()), Progress::Running);
    }
    let [rammer, rammed] = game.world.ships.0;
    assert!(rammer.hull > 90 && rammed.hull < 80, "{rammer:?} {rammed:?}");
    assert!(rammed.velocity.x > rammer.velocity.x, "they part");
}

#[test]
fn a_wall_returns_a_ship_slower_and_unhurt() {
    let mut game = staged((-380.0, 200.0, 0.0), (300.0, 0.0, 0.0));
    game.world.ships[Seat::Zero].velocity = Vector { x: -9.0, y: 0.0 };
    play(&mut game, BySeat::default());
    let ship = game.world.ships[Seat::Zero];
    assert!(ship.velocity.x > 0.0 && ship.velocity.x < 5.0 && ship.hull == 100, "{ship:?}");
}

#[test]
fn the_greater_hull_wins_at_the_last_tick_and_the_survivor_before_it() {
    let mut game = Spacecode::new(Config::default(), Seed(1), 2);
    game.world.ships[Seat::One].hull = 99;
    assert_eq!(game.step(), Progress::Running);
    assert_eq!(game.step(), Progress::Over(Scores::win(Seat::Zero)));

    let mut game = new_match(Seed(1));
    game.world.ships[Seat::Zero].hull = 0;
    assert_eq!(game.step(), Progress::Over(Scores::win(Seat::One)));
}

#[test]
fn a_bad_reply_takes_back_what_was_submitted_and_orders_last_one_tick() {
    let mut game = staged((-300.0, 200.0, 0.0), (300.0, 200.0, 0.0));
    game.submit(Seat::Zero, &[json!("SHOOT")]).unwrap();
    game.submit(Seat::Zero, &[json!("SHOOT"), json!(7)]).unwrap_err();
    game.step();
    assert!(game.world.shots[Seat::Zero].is_empty());

    game.submit(Seat::Zero, &[json!("LEFT")]).unwrap();
    game.step();
    let spin = game.world.ships[Seat::Zero].spin;
    game.step();
    assert!(game.world.ships[Seat::Zero].spin < spin);
}
