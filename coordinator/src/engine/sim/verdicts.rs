//! Audits in a world of honest, lying and flaky workers that come and go: who is right wins, and
//! nobody who is right is ever quarantined (the world checks that).

use super::super::Ending;
use super::puppet::Nature::{self, Flaky, Honest, Liar};
use super::steps::{Dice, Step};
use super::world::{Setup, World};

/// Plays a tournament to its end: all of these workers are there, now and then a match is void,
/// and, with `deaths`, a worker dies and comes back.
fn play(seed: u64, (matches, audited): (u32, u32), natures: &[Nature], deaths: bool) -> World {
    let setup = Setup { matches, audited, poison: None, natures: natures.to_vec() };
    let mut world = World::new(setup);
    world.check_every = u64::from(matches / 10).max(1);
    let (mut dice, workers) = (Dice::new(seed), natures.len() as u8);
    world.join_all(workers, 2);
    let mut steps = 0;
    while world.ending.is_none() {
        let who = dice.below(workers.into()) as u8;
        let script = match dice.below(400) {
            0..100 => [Step::Store(u8::MAX), Step::Pass(20)],
            100..110 => [Step::Break { who }, Step::Call { who }],
            110 if deaths => [Step::Crash { who }, Step::Join { who, slots: 2 }],
            _ => [Step::Play { who, ends: u8::MAX }, Step::Call { who }],
        };
        script.into_iter().try_for_each(|step| world.step(step)).unwrap();
        steps += 1;
        assert!(steps < 3_000_000, "it does not end");
    }
    assert_eq!(world.ending, Some(Ending::Complete));
    world
}

const ALL: u32 = 1_000_000;

#[test]
fn ten_thousand_audited_matches_of_honest_workers_quarantine_nobody() {
    let world = play(1, (10_000, ALL), &[Honest; 4], true);
    let audits = world.audits();
    assert!(audits.equal > 9_900 && audits.total() >= 9_970, "{audits:?}");
    assert_eq!((audits.quarantined, audits.corrected, audits.undecided), (0, 0, 0), "{audits:?}");
    assert_eq!(world.shelf.wrong(), 0);
}

#[test]
fn liars_and_flaky_workers_are_found_and_every_result_is_true_where_honest_ones_are_more() {
    for (seed, natures) in (0..).zip([
        [Honest, Honest, Honest, Liar(3), Flaky],
        [Honest, Honest, Honest, Flaky, Flaky],
        [Liar(1), Liar(7), Honest, Honest, Honest],
        [Flaky, Honest, Honest, Liar(2), Honest],
    ]) {
        for deaths in [false, true] {
            for round in 0..10 {
                let world = play(seed * 100 + round, (150, ALL), &natures, deaths);
                assert_eq!(world.shelf.wrong(), 0, "{natures:?}, deaths {deaths}, round {round}");
                assert_eq!(world.undecided, 0, "{natures:?}, deaths {deaths}, round {round}");
                assert!(deaths || world.quarantined.len() == 2, "{natures:?}: {:?}", world.quarantined);
            }
        }
    }
}

#[test]
fn a_small_sample_finds_a_worker_that_often_lies() {
    let world = play(5, (5_000, 10_000), &[Honest, Honest, Liar(2)], false);
    assert_eq!(world.quarantined.len(), 1);
    assert_eq!(world.shelf.wrong(), 0, "all that it alone vouched for was played again");
}

#[test]
fn two_that_disagree_are_both_kept_and_the_match_is_not() {
    let world = play(9, (100, ALL), &[Honest, Liar(10)], false);
    assert_eq!(world.undecided, 10);
    assert!(world.quarantined.is_empty(), "nobody can tell who lies");
    assert_eq!((world.shelf.rows.len(), world.shelf.wrong()), (90, 0));
}

#[test]
fn two_that_disagree_about_everything_come_to_an_end() {
    let world = play(9, (1_000, ALL), &[Honest, Liar(1)], false);
    // The others came to nothing with one of the two, so that only the other one was asked.
    assert!(world.undecided > 950, "{}", world.undecided);
    assert!(world.quarantined.is_empty());
}
