//! Matches per second on all cores: a thread per core, as a worker has slots.

use std::time::Instant;

use super::contender::{Contender, bundle};
use super::interleave::interleaved;
use super::lives::play;
use super::options::Options;
use super::pin;
use super::row::{Better, Question, Row};
use super::target::Target;

const fn rate(id: &'static str, title: &'static str, least: f64, aim: f64) -> Question {
    let target = Some(Target::Better { least, aim });
    Question { id, title, unit: "1/s", better: Better::Higher, target }
}

const SHORT: Question = rate("rate_200", "matches per second, 200 ticks, all cores", 3.0, 5.0);
const LONG: Question = rate("rate_2000", "matches per second, 2 000 ticks, all cores", 1.0, 1.3);

pub(crate) fn rows(options: &Options, contenders: &[Contender]) -> Vec<Row> {
    let bot = bundle("steer");
    let row = |question: &Question, ticks: u32, matches: usize, share: f64| {
        let measure = |contender: &Contender| vec![per_second(contender, &bot, ticks, matches)];
        Row::of(question, &interleaved(contenders, options.rounds(share), measure))
    };
    vec![row(&SHORT, 200, options.count(20, 1), 0.5), row(&LONG, 2_000, options.count(4, 1), 0.5)]
}

/// Every core plays so many matches.
fn per_second(contender: &Contender, bot: &[u8], ticks: u32, matches: usize) -> f64 {
    let cores = worker::slots::usable_cores();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for core in &cores {
            scope.spawn(move || {
                pin(Some(*core));
                (0..matches).for_each(|_| play(contender, Some(*core), bot, ticks));
            });
        }
    });
    (matches * cores.len()) as f64 / began.elapsed().as_secs_f64()
}
