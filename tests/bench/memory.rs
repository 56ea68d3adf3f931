//! What a live bot takes: memory of its own, and memory that it shares with others.

use super::contender::{BASELINE, Bot, Contender, OURS, bundle};
use super::interleave::Series;
use super::observation::observation;
use super::options::Options;
use super::row::{Better, Question, Row};
use super::target::Target;

/// Turns that each bot has played when it is looked at.
const TURNS: u32 = 20;
const MIB: f64 = (1 << 20) as f64;

/// How many live at once, and the rows of their private and of their shared memory.
const CROWDS: [(usize, Question, Question); 3] = [
    (
        2,
        private("memory_2", "private memory per bot, 2 live"),
        shared("memory_shared_2", "shared memory per bot, 2 live"),
    ),
    (
        50,
        private("memory_50", "private memory per bot, 50 live"),
        shared("memory_shared_50", "shared memory per bot, 50 live"),
    ),
    (
        500,
        private("memory_500", "private memory per bot, 500 live"),
        shared("memory_shared_500", "shared memory per bot, 500 live"),
    ),
];

const fn private(id: &'static str, title: &'static str) -> Question {
    let target = Some(Target::AtMost { most: 1.5, aim: 0.8 });
    Question { id, title, unit: "MiB", better: Better::Lower, target }
}

const fn shared(id: &'static str, title: &'static str) -> Question {
    Question { id, title, unit: "MiB", better: Better::Lower, target: None }
}

pub(crate) fn rows(options: &Options, contenders: &[Contender]) -> Vec<Row> {
    let bot = bundle("steer");
    let mut rows = Vec::new();
    for (crowd, private, shared) in &CROWDS {
        let crowd = if options.quick { 2 } else { *crowd };
        let measured = contenders.iter().filter(|one| [OURS, BASELINE].contains(&one.name()));
        let looks = measured.map(|contender| (contender.name(), look(contender, crowd, &bot)));
        let looks: Vec<(&'static str, Vec<Memory>)> = looks.collect();
        let series = |of: fn(&Memory) -> f64| -> Vec<Series> {
            let one = |(name, looks): &(&'static str, Vec<Memory>)| Series {
                name,
                rounds: vec![looks.iter().map(of).collect()],
            };
            looks.iter().map(one).collect()
        };
        rows.push(Row::of(private, &series(|memory| memory.private)));
        rows.push(Row::of(shared, &series(|memory| memory.shared)));
    }
    rows
}

/// In MiB.
struct Memory {
    private: f64,
    shared: f64,
}

fn look(contender: &Contender, crowd: usize, bot: &[u8]) -> Vec<Memory> {
    let bots: Vec<Bot> = (0..crowd)
        .map(|_| {
            let mut process = contender.start(None);
            process.load(bot);
            (1..=TURNS).for_each(|tick| process.turn(&observation(300, tick)));
            process
        })
        .collect();
    bots.iter().map(|bot| memory_of(bot.pid())).collect()
}

fn memory_of(pid: u32) -> Memory {
    let path = format!("/proc/{pid}/smaps_rollup");
    let text =
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}: root may read it"));
    let kib = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("the kernel says it");
        line.split_whitespace().next().and_then(|number| number.parse::<f64>().ok()).expect("a number")
    };
    let sum = |kind: &str| (kib(&format!("{kind}_Clean:")) + kib(&format!("{kind}_Dirty:"))) * 1024.0 / MIB;
    Memory { private: sum("Private"), shared: sum("Shared") }
}
