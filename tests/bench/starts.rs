//! From the request to a bot that is loaded.

use super::contender::{BASELINE, Contender, OURS, bundle};
use super::interleave::{interleaved, millis, timed};
use super::options::Options;
use super::row::{Better, Question, Row};
use super::target::Target;

const WARM: Question = Question {
    id: "start_warm",
    title: "bot start, request to loaded",
    unit: "ms",
    better: Better::Lower,
    target: Some(Target::Better { least: 15.0, aim: 30.0 }),
};
const COLD: Question = Question {
    id: "start_cold",
    title: "the first bot of all, nothing running yet",
    unit: "ms",
    better: Better::Lower,
    target: None,
};

pub(crate) fn rows(options: &Options, contenders: &[Contender]) -> Vec<Row> {
    let bot = bundle("steer");
    let core = worker::slots::usable_cores().first().copied();
    let start = |contender: &Contender| {
        let (_bot, took) = timed(|| {
            let mut process = contender.start(core);
            process.load(&bot);
            process
        });
        millis(took)
    };
    let repeats = options.count(10, 2);
    let warm = interleaved(contenders, options.rounds(1.0), |one| (0..repeats).map(|_| start(one)).collect());
    // The others would be started anew in the same way: it says nothing of them.
    let two = contenders.iter().filter(|one| [OURS, BASELINE].contains(&one.name()));
    let two: Vec<Contender> = two.map(Contender::anew).collect();
    let cold = interleaved(&two, options.rounds(0.5), |one| {
        // What is given back is ended outside the time that is taken.
        let (_ended_later, took) = timed(|| {
            let contender = one.anew();
            let mut process = contender.start(core);
            process.load(&bot);
            (process, contender)
        });
        vec![millis(took)]
    });
    vec![Row::of(&WARM, &warm), Row::of(&COLD, &cold)]
}
