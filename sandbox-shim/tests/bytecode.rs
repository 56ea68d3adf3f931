//! A source is compiled by a child that does nothing else, and what comes of it changes nothing but the
//! time that loading takes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use pipe::{Bytecode, Ended, ToShim};
use support::{Answer, Usage, Zygote};
use terms::FaultKind;

const BOT: &str = "\
import random
from spacecode import *
print('loaded', random.random())
STYLES = {'a': FORWARD, 'b': LEFT}
def bot_main(data):
    if data['time_step'] == 3:
        raise ValueError('third')
    return {'actions': [STYLES['a']], 'debug_info': random.random()}
";

fn compiled(zygote: &mut Zygote, source: &str) -> Result<(Usage, Vec<u8>), Answer> {
    let mut child = zygote.fork();
    let answer = child.compile(source);
    assert_eq!(zygote.reap(&child), Ended::Exited(0), "a child that has compiled ends");
    match answer {
        Answer::Compiled(usage, code) => Ok((usage, code)),
        other => Err(other),
    }
}

/// What a bot answers to its load and to four turns, from its source or prepared.
fn life(zygote: &mut Zygote, prepared: Option<(u64, &[u8])>) -> Vec<Answer> {
    let mut child = zygote.fork();
    if let Some((fuel, code)) = prepared {
        child.send(&ToShim::Prepare(Bytecode { fuel, code }));
    }
    let mut answers = vec![child.load(BOT)];
    answers.extend((1..=4).map(|tick| child.turn(tick)));
    answers
}

/// The same without what it used.
fn said(answers: &[Answer]) -> Vec<String> {
    let said = |answer: &Answer| match answer {
        Answer::Loaded(usage) => usage.log.clone(),
        Answer::Reply(_, reply) => reply.clone(),
        other => format!("{:?}", fault_of(other)),
    };
    answers.iter().map(said).collect()
}

fn fault_of(answer: &Answer) -> (FaultKind, &str, &str) {
    let Answer::Fault(_, kind, message, traceback) = answer else { panic!("no fault: {answer:?}") };
    (*kind, message, traceback)
}

#[test]
fn a_bot_says_the_same_from_its_bytecode_and_what_compiling_took_counts() {
    let mut zygote = Zygote::start();
    let (usage, code) = compiled(&mut zygote, BOT).unwrap();
    let (again, same) = compiled(&mut zygote, BOT).unwrap();
    assert_eq!((usage.fuel, &code), (again.fuel, &same), "compiling is a function of the source");
    let from_source = life(&mut zygote, None);
    let prepared = life(&mut zygote, Some((usage.fuel, &code)));
    assert_eq!(said(&prepared), said(&from_source));
    assert!(said(&prepared)[3].contains("bot.py") && said(&prepared)[3].contains("raise ValueError"));
    assert_eq!(prepared, life(&mut zygote, Some((usage.fuel, &code))), "to the unit of fuel");
    let Answer::Loaded(loaded) = &prepared[0] else { panic!("{prepared:?}") };
    assert!(loaded.fuel > usage.fuel);
    let dear = life(&mut zygote, Some((support::load(0).load_fuel - 1_000, &code)));
    assert_eq!(fault_of(&dear[0]).0, FaultKind::OutOfFuel);
}

#[test]
fn compiling_runs_no_line_of_the_bot() {
    let mut zygote = Zygote::start();
    let (usage, code) = compiled(&mut zygote, "print('here')\nwhile True:\n    pass\n").unwrap();
    assert!(usage.log.is_empty() && !code.is_empty() && usage.fuel < 10_000_000, "{usage:?}");
}

#[test]
fn what_has_no_bytecode_is_told_from_what_the_host_failed_at() {
    let mut zygote = Zygote::start();
    for source in ["def bot_main(:\n", "x = '\0'\n", &"(".repeat(100_000)] {
        let told = compiled(&mut zygote, source).unwrap_err();
        assert!(matches!(told, Answer::Fault(..)), "{told:?}");
    }
    // A warning is for the bot's log, which only its own load can write.
    let (warned, _) = compiled(&mut zygote, "x = '\\d'\n").unwrap();
    assert!(warned.log.contains("SyntaxWarning"), "{warned:?}");
}

#[test]
fn bytecode_that_is_none_is_that_bots_fault() {
    let mut zygote = Zygote::start();
    let (_, code) = compiled(&mut zygote, BOT).unwrap();
    for bad in [&b"noise"[..], &code[..code.len() / 2], &code[1..], b"N"] {
        let answers = life(&mut zygote, Some((0, bad)));
        assert!(matches!(answers[0], Answer::Fault(..)), "{:?}", answers[0]);
    }
}

#[test]
fn a_child_that_was_asked_to_compile_does_nothing_else() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    assert!(matches!(child.compile(BOT), Answer::Compiled(..)));
    assert_eq!(child.load(BOT), Answer::Gone);
}
