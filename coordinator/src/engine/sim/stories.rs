//! Stories of one thing that goes wrong, and what it may cost.

use super::super::{Ending, MatchNo};
use super::steps::{Step, WORKERS};
use super::world::{Setup, World, home_of};

fn world(matches: u32, poison: Option<MatchNo>) -> World {
    World::new(Setup { matches, audited: 0, poison, natures: Vec::new() })
}

/// One round in which each of the workers plays, calls, and is heard.
fn round(world: &mut World, workers: u8) {
    for who in 0..workers {
        world.step(Step::Play { who, ends: u8::MAX }).unwrap();
        world.step(Step::Call { who }).unwrap();
    }
    world.step(Step::Store(u8::MAX)).unwrap();
    world.step(Step::Pass(100)).unwrap();
}

#[test]
fn a_match_that_kills_its_workers_is_set_aside_alone_and_takes_five_of_them_at_most() {
    for poison in [0, 7, 63, 99].map(MatchNo) {
        let mut world = world(100, Some(poison));
        world.join_all(7, 2);
        for _ in 0..2_000 {
            round(&mut world, 7);
        }
        assert_eq!(world.ending, Some(Ending::Complete));
        assert_eq!(world.given_up.iter().copied().collect::<Vec<_>>(), [poison]);
        assert!(world.killed <= 5, "{} workers died of {poison:?}", world.killed);
        assert_eq!((world.shelf.rows.len(), world.alive()), (99, 7 - world.killed as usize));
    }
}

#[test]
fn a_match_that_kills_its_workers_comes_last_so_that_everything_else_is_played() {
    // Too few workers to find out, and nobody starts another one.
    let mut world = world(100, Some(MatchNo(1)));
    world.join_all(3, 2);
    for _ in 0..2_000 {
        round(&mut world, 3);
    }
    assert_eq!((world.alive(), world.killed), (0, 3));
    assert_eq!(world.shelf.rows.len(), 99);
}

#[test]
fn a_coordinator_that_stands_still_for_a_minute_takes_nobody_for_lost() {
    let mut world = world(200, None);
    world.join_all(4, 2);
    (0..3).for_each(|_| round(&mut world, 4));
    let before = world.events;
    for _ in 0..5 {
        world.step(Step::Stand(90)).unwrap();
        world.step(Step::Tick).unwrap();
        round(&mut world, 4);
    }
    (0..100).for_each(|_| round(&mut world, 4));
    assert!(world.events > before);
    assert_eq!((world.ending, world.shelf.rows.len()), (Some(Ending::Complete), 200));
    assert_eq!(world.setbacks(), 0);
}

#[test]
fn whoever_has_two_homes_can_delay_matches_but_not_end_them() {
    // Two and two live together, so that these are two homes of four.
    let thieves = 4;
    assert_ne!(home_of(thieves - 1), home_of(thieves));
    let mut world = world(200, None);
    world.join_all(WORKERS, 2);
    for _ in 0..2_000 {
        for who in 0..WORKERS {
            let ends = if who < thieves { 0 } else { u8::MAX };
            world.step(Step::Play { who, ends }).unwrap();
            if who < thieves {
                (0..2).for_each(|_| world.step(Step::Break { who }).unwrap());
            }
            world.step(Step::Call { who }).unwrap();
        }
        world.step(Step::Store(u8::MAX)).unwrap();
        world.step(Step::Pass(100)).unwrap();
    }
    assert!(world.setbacks() >= 8, "{} matches came to nothing", world.setbacks());
    assert_eq!(world.ending, Some(Ending::Complete), "{:?}", world.engine.counts());
    assert_eq!((world.shelf.rows.len(), world.given_up.len()), (200, 0));
}
