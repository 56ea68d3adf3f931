//! A bot's whole life, and a whole match: two bots and the referee on one core.

use std::sync::atomic::AtomicU32;

use games::Progress;
use terms::{BySeat, Digest, GameId, Limits, MatchSpec, Policy, Runtime, Seat, Seed, Verdict};
use worker::referee::{Contest, conduct};

use super::contender::{Contender, bundle};
use super::interleave::{interleaved, millis, timed};
use super::options::Options;
use super::row::{Better, Question, Row};
use super::target::Target;

const fn question(id: &'static str, title: &'static str, target: Option<Target>) -> Question {
    Question { id, title, unit: "ms", better: Better::Lower, target }
}

const LIFE: Question =
    question("life_200", "a bot's life of 200 turns", Some(Target::Better { least: 3.0, aim: 5.0 }));
const LONG_LIFE: Question = question("life_2000", "a bot's life of 2 000 turns", None);
const MATCH: Question = question("match_200", "a match of 200 ticks", None);
const LONG_MATCH: Question = question("match_2000", "a match of 2 000 ticks", None);

pub(crate) fn rows(options: &Options, contenders: &[Contender]) -> Vec<Row> {
    let bot = bundle("steer");
    let core = worker::slots::usable_cores().first().copied();
    let life = |question: &Question, turns: u32, repeats: usize, share: f64| {
        let observations = real_observations(turns);
        let measure = |contender: &Contender| {
            let one = || millis(timed(|| live(contender, core, &bot, &observations)).1);
            (0..repeats).map(|_| one()).collect()
        };
        Row::of(question, &interleaved(contenders, options.rounds(share), measure))
    };
    let whole = |question: &Question, ticks: u32, repeats: usize, share: f64| {
        let measure = |contender: &Contender| {
            let one = || millis(timed(|| play(contender, core, &bot, ticks)).1);
            (0..repeats).map(|_| one()).collect()
        };
        Row::of(question, &interleaved(contenders, options.rounds(share), measure))
    };
    let few = options.count(5, 1);
    vec![
        life(&LIFE, 200, few, 1.0),
        life(&LONG_LIFE, 2_000, 1, 0.75),
        whole(&MATCH, 200, few, 0.75),
        whole(&LONG_MATCH, 2_000, 1, 0.5),
    ]
}

/// From the request to the end of the process.
fn live(contender: &Contender, core: Option<u16>, bot: &[u8], observations: &[String]) {
    let mut process = contender.start(core);
    process.load(bot);
    observations.iter().for_each(|observation| process.turn(observation));
}

/// A match as a slot plays it.
pub(crate) fn play(contender: &Contender, core: Option<u16>, bot: &[u8], ticks: u32) {
    let runtime = Runtime::of_this_build(Digest::of(b"bench"));
    let digest = Digest::of(bot);
    let spec = MatchSpec {
        game: GameId::named("spacecode").expect("it is known"),
        seed: Seed(1),
        bots: BySeat([digest, digest]),
        limits: Limits { ticks, ..Limits::default() },
        policy: Policy::open(),
        runtime: runtime.fingerprint(),
    };
    let mut players = contender.start_both(core);
    let watched = AtomicU32::new(0);
    let contest = Contest {
        spec: &spec,
        runtime: &runtime,
        bundles: BySeat([bot, bot]),
        players: &mut players,
        ticks: &watched,
    };
    let outcome = conduct(contest).outcome;
    assert!(matches!(outcome.verdict, Verdict::Played(_)), "{outcome:?}");
    players.0.iter().for_each(super::contender::Bot::kill);
}

/// What a bot that does nothing sees in a match of so many ticks.
fn real_observations(ticks: u32) -> Vec<String> {
    let mut game =
        games::start(&GameId::named("spacecode").expect("it is known"), Seed(1), ticks).expect("it starts");
    let mut observations = Vec::new();
    loop {
        let mut observation = Vec::new();
        game.observe(Seat::Zero, &mut observation);
        observations.push(String::from_utf8(observation).expect("observations are text"));
        if game.step() != Progress::Running {
            return observations;
        }
    }
}
