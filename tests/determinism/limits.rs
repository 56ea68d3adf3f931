//! At the limit: one unit of fuel or one byte of memory is the whole difference between a turn and
//! a fault, and it is the same unit and the same byte every time and everywhere.

use arena_tests::Load;
use terms::{FaultKind, Limits, Outcome, Verdict};

use crate::stage::Stage;

/// A bot that needs much in its second turn.
const WORKS: &[u8] = b"
def bot_main(data):
    if data['time_step'] == 2:
        sorted(str(number) for number in range(3_000))
    return ['LEFT']
";

/// A bot that needs much while it is loaded.
const PREPARES: &[u8] = b"
TABLE = {number: str(number) for number in range(20_000)}

def bot_main(data):
    return [('LEFT', 'RIGHT')[len(TABLE[data['time_step']]) % 2]]
";

/// A bot that takes much memory in its second turn.
const GROWS: &[u8] = b"
kept = []

def bot_main(data):
    if data['time_step'] == 2:
        kept.extend(bytearray(100_000) for _ in range(80))
    return ['LEFT']
";

/// How often each side of a limit is tried on each stage.
const TIMES: usize = 5;

#[test]
fn one_unit_of_turn_fuel_decides() {
    let limits = |turn_fuel| Limits { turn_fuel, ..Stage::LIMITS };
    assert_sharp(WORKS, Stage::LIMITS.turn_fuel, limits, (FaultKind::OutOfFuel, 2));
}

#[test]
fn one_unit_of_load_fuel_decides() {
    let limits = |load_fuel| Limits { load_fuel, ..Stage::LIMITS };
    assert_sharp(PREPARES, Stage::LIMITS.load_fuel, limits, (FaultKind::OutOfFuel, 0));
}

#[test]
fn one_byte_of_memory_decides() {
    let limits = |memory_bytes| Limits { memory_bytes, ..Stage::LIMITS };
    let least = assert_sharp(GROWS, Stage::LIMITS.memory_bytes, limits, (FaultKind::OutOfMemory, 2));
    assert_eq!(least % 65_536, 0, "memory comes in pages, but {least} is no whole number of them");
}

/// Finds the least amount with which the bot plays on, and shows that one less is a fault of that
/// kind at that tick, every time, copied or fresh, on an idle and on a busy machine.
fn assert_sharp(bot: &[u8], ample: u64, limits: impl Fn(u64) -> Limits, fault: (FaultKind, u32)) -> u64 {
    let (copying, fresh) = (Stage::copying(), Stage::fresh());
    let least = least(ample, |amount| plays_on(&copying.play(bot, limits(amount))));
    let [short, enough, more] = [least - 1, least, least + 1].map(|amount| copying.play(bot, limits(amount)));
    let first = short.faults.first().map(|first| (first.kind, first.tick));
    assert_eq!(first, Some(fault), "with one less than {least}: {short:?}");
    assert!(plays_on(&enough) && plays_on(&more), "with {least}: {enough:?}; with one more: {more:?}");
    for load in [None, Some(Load::heavy())] {
        for _ in 0..TIMES {
            for stage in [&copying, &fresh] {
                assert_eq!(short, stage.play(bot, limits(least - 1)), "busy: {}", load.is_some());
                assert_eq!(enough, stage.play(bot, limits(least)), "busy: {}", load.is_some());
            }
        }
    }
    least
}

fn plays_on(outcome: &Outcome) -> bool {
    assert!(!matches!(outcome.verdict, Verdict::Void(_)), "{outcome:?}");
    outcome.faults.is_empty()
}

/// By bisection: everything from it up to `ample` suffices, nothing below does.
fn least(ample: u64, suffices: impl Fn(u64) -> bool) -> u64 {
    assert!(suffices(ample), "{ample} does not suffice");
    let (mut short, mut enough) = (0, ample);
    while enough - short > 1 {
        let middle = short + (enough - short) / 2;
        if suffices(middle) { enough = middle } else { short = middle }
    }
    enough
}
