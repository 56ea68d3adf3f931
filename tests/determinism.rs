//! A match is a function of what it is played with, and of nothing else.
//!
//! The same matches, between bots that look for any difference they can find, are played in every
//! circumstance there is. `make soak ARGS='same'` does it with a thousand matches.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail by panicking")]

#[path = "determinism/limits.rs"]
mod limits;
#[path = "determinism/observers.rs"]
mod observers;
#[path = "determinism/stage.rs"]
mod stage;

use std::num::NonZeroU32;

use arena_tests::{Circumstance, Run, Tournament, first_difference};
use observers::Observers;
use stage::Stage;

/// A turn before and one after that in which they fail; fuel for a long look; memory that is soon
/// full; and so much time that no machine is too busy for it.
const ARGUMENTS: [&str; 10] = [
    "--ticks",
    "3",
    "--turn-fuel",
    "2G",
    "--memory-bytes",
    "32MiB",
    "--turn-wall-ms",
    "60s",
    "--load-wall-ms",
    "60s",
];

#[test]
fn the_same_matches_end_the_same_in_every_circumstance() {
    let observers = Observers::gathered();
    let tournament = || Tournament::of(observers.folder()).with(&ARGUMENTS);
    let usual = tournament().run().expect_code(0);
    assert_eq!(usual.json["tournament"]["void"], 0);
    assert_sees_something(&usual);
    for circumstance in Circumstance::all() {
        let run = circumstance.play(tournament()).expect_code(0);
        let difference = first_difference(&usual.lasting(), &run.lasting());
        assert_eq!(difference, None, "with {}", circumstance.name);
    }
}

/// A bot that saw nothing would prove nothing.
fn assert_sees_something(run: &Run) {
    let told = |bot: &str| {
        let (played, seat) = run.matches_of(bot).next().unwrap();
        let faults = played["faults"].as_array().unwrap();
        let own = faults.iter().find(|fault| fault["seat"] == seat && fault["tick"] == 2);
        own.unwrap_or_else(|| panic!("{bot} says nothing: {played}"))["message"].to_string()
    };
    for (bot, says) in observers::TELL {
        assert!(told(bot).contains(says), "{bot} does not say {says:?}: {}", told(bot));
    }
}

#[test]
fn a_thousandth_child_is_like_the_first_and_a_copy_like_a_fresh_interpreter() {
    let (copying, fresh) = (Stage::copying(), Stage::fresh());
    for (name, source) in observers::all() {
        let first = copying.play(&source, Stage::LIMITS);
        assert!(first.host_message.is_empty(), "{name}: {first:?}");
        assert_eq!(first, fresh.play(&source, Stage::LIMITS), "{name}, with a fresh interpreter");
    }
    let first: Vec<_> = observers::all().iter().map(|(_, bot)| copying.play(bot, Stage::LIMITS)).collect();
    copying.fork(NonZeroU32::new(1_000).unwrap());
    for ((name, source), first) in observers::all().iter().zip(first) {
        assert_eq!(first, copying.play(source, Stage::LIMITS), "{name}, after a thousand others");
    }
}
