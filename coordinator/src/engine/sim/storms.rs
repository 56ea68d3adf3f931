//! Storms: seeded scripts, and what is shown of one that fails.

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::MatchNo;
use super::puppet::Nature;
use super::shrink::shrink;
use super::steps::{Dice, Step, storm};
use super::world::{Setup, World};

/// Events that the engine gets in one run of the tests. What is not optimised does less.
const EVENTS_MIN: u64 = if cfg!(debug_assertions) { 30_000 } else { 1_100_000 };
const STEPS: usize = 500;

fn setup(seed: u64) -> Setup {
    let mut dice = Dice::new(!seed);
    let matches = 20 + dice.below(140) as u32;
    let natures = match seed % 5 {
        3 => vec![Nature::Honest, Nature::Honest, Nature::Honest, Nature::Liar(5)],
        4 => vec![Nature::Flaky, Nature::Liar(3)],
        _ => Vec::new(),
    };
    let audited = if seed.is_multiple_of(2) { 0 } else { 300_000 };
    let poison = (seed % 3 == 1).then(|| MatchNo(dice.below(matches.into()) as u32));
    Setup { matches, audited, poison, natures }
}

/// Runs a script to its end. The number of events, or what is wrong.
fn run(setup: &Setup, script: &[Step]) -> Result<u64, String> {
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(setup.clone());
        for step in script {
            world.step(*step).map_err(|wrong| format!("{wrong} (after: {step})"))?;
        }
        world.settle_down().map_err(|wrong| format!("{wrong} (when all is calm again)"))?;
        Ok(world.events)
    }));
    ran.unwrap_or_else(|_| Err("the engine panics".to_owned()))
}

/// What is wrong, whatever the numbers.
fn kind(wrong: &str) -> String {
    let what = wrong.split(" (").next().unwrap_or(wrong);
    what.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// What is shown of a script that fails: the shortest that still does.
fn report(seed: u64, setup: &Setup, script: &[Step], wrong: &str) -> String {
    let mut setup = setup.clone();
    let fails = |setup: &Setup, script: &[Step]| {
        // Another fault is another story.
        run(setup, script).is_err_and(|other| kind(&other) == kind(wrong))
    };
    let mut steps = shrink(script, |script| fails(&setup, script));
    for simpler in [
        Setup { matches: 1, ..setup.clone() },
        Setup { matches: 3, ..setup.clone() },
        Setup { matches: 10, ..setup.clone() },
        Setup { poison: None, ..setup.clone() },
        Setup { audited: 0, ..setup.clone() },
        Setup { natures: Vec::new(), ..setup.clone() },
    ] {
        if fails(&simpler, &steps) {
            steps = shrink(&steps, |script| fails(&simpler, script));
            setup = simpler;
        }
    }
    let again = run(&setup, &steps).err().unwrap_or_default();
    let mut text =
        format!("seed {seed}: {wrong}\n\nshrunk from {} steps to {}:\n", script.len(), steps.len());
    let _ = writeln!(text, "    {setup:?}");
    for step in &steps {
        let _ = writeln!(text, "    {step}");
    }
    let _ = writeln!(text, "    => {again}");
    text
}

#[test]
fn invariants_hold_in_any_storm_and_every_tournament_ends() {
    let (mut events, mut seed) = (0, 0);
    while events < EVENTS_MIN {
        let setup = setup(seed);
        let script = storm(&mut Dice::new(seed), STEPS, seed % 4 == 2);
        match run(&setup, &script) {
            Ok(more) => events += more,
            Err(wrong) => panic!("{}", report(seed, &setup, &script, &wrong)),
        }
        seed += 1;
    }
}
