//! From an observation to its reply, on one core.

use super::contender::{Contender, bundle};
use super::interleave::{interleaved, micros, timed};
use super::observation::observation;
use super::options::Options;
use super::row::{Better, Question, Row};
use super::target::Target;

/// Different observations of each size.
const OBSERVATIONS: u32 = 64;

/// A row, its bot, and how large its observations are, in bytes.
const TURNS: [(Question, &str, usize); 4] = [
    (turn("turn_300", "turn, 0.3 KB", Some(Target::Worse { most: 1.6, aim: 1.2 })), "steer", 300),
    (turn("turn_3000", "turn, 3 KB", None), "steer", 3_000),
    (turn("turn_30000", "turn, 30 KB", None), "steer", 30_000),
    (
        turn("turn_compute", "turn that computes 20 000 steps", Some(Target::Worse { most: 4.0, aim: 2.5 })),
        "compute",
        300,
    ),
];

const fn turn(id: &'static str, title: &'static str, target: Option<Target>) -> Question {
    Question { id, title, unit: "µs", better: Better::Lower, target }
}

pub(crate) fn rows(options: &Options, contenders: &[Contender]) -> Vec<Row> {
    let core = worker::slots::usable_cores().first().copied();
    let row = |(question, bot, bytes): &(Question, &str, usize)| {
        let bundle = bundle(bot);
        let observations: Vec<String> = (1..=OBSERVATIONS).map(|tick| observation(*bytes, tick)).collect();
        let turns = if *bot == "compute" { options.count(40, 3) } else { options.count(400, 5) };
        let series = interleaved(contenders, options.rounds(1.0), |contender| {
            let mut process = contender.start(core);
            process.load(&bundle);
            // The first turns of a life touch memory for the first time; that is in the rows of lives.
            observations.iter().take(3).for_each(|observation| process.turn(observation));
            let observations = observations.iter().cycle().take(turns);
            observations.map(|observation| micros(timed(|| process.turn(observation)).1)).collect()
        });
        Row::of(question, &series)
    };
    TURNS.iter().map(row).collect()
}
