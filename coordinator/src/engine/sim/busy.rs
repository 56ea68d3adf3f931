//! Slots are busy as long as there is something to play, whatever matches take.

use std::time::Duration;

use super::flow::Field;
use super::steps::Dice;

/// Seconds of work for each slot.
const WORK: f64 = 20.0;

/// Lengths around a mean, most of them within half of it, and one in `slow_in` (if any) of ten seconds: a
/// bot that uses all its fuel in every turn.
fn lengths(millis: u64, slots: usize, slow_in: Option<u64>) -> Vec<Duration> {
    let mut dice = Dice::new(millis);
    let mut left = WORK * slots as f64;
    let mut lengths = Vec::new();
    while left > 0.0 {
        let millis = match slow_in {
            Some(one_in) if dice.below(one_in) == 0 => 10_000,
            _ => millis / 2 + dice.below(millis),
        };
        lengths.push(Duration::from_millis(millis));
        left -= millis as f64 / 1e3;
    }
    lengths
}

/// What is wrong with how busy that field was, if anything is.
fn wrong(workers: usize, slots: usize, lengths: Vec<Duration>) -> Option<String> {
    let longest = lengths.iter().max().map_or(0.0, Duration::as_secs_f64);
    let work: f64 = lengths.iter().map(Duration::as_secs_f64).sum();
    let flow = Field::new(workers, slots, lengths).run();
    let all = (workers * slots) as f64;
    // Of each slot, in seconds.
    let idle = flow.idle / all;
    let calls = flow.calls as f64 / flow.seconds / workers as f64;
    // Nobody can do better than this if a slow match comes last.
    let latest = work / all + longest;
    let played = (flow.busy - work).abs() < 0.01 * work;
    let is_fine =
        idle < 0.25 + 0.02 * flow.seconds && flow.seconds < 1.01 * latest + 0.5 && calls < 12.0 && played;
    (!is_fine).then(|| {
        format!(
            "{workers} workers with {slots} slots: {idle:.2} s idle in vain, {:.1} s of {latest:.1} s, {calls:.1} calls \
             per second and worker, {} matches played twice\n",
            flow.seconds,
            flow.twice
        )
    })
}

#[test]
fn no_slot_idles_while_a_match_waits_for_one() {
    let mut report = String::new();
    for (millis, slow_in) in [
        (5, None),
        (30, None),
        (300, None),
        (3_000, None),
        (10_000, None),
        (30, Some(100)),
        (30, Some(10)),
        (300, Some(50)),
        (3_000, Some(10)),
    ] {
        for (workers, slots) in [(1, 1), (1, 8), (3, 2), (10, 1), (30, 8), (300, 1), (200, 4)] {
            if millis < 300 && workers * slots > 100 || cfg!(debug_assertions) && workers * slots > 10 {
                continue;
            }
            if let Some(wrong) = wrong(workers, slots, lengths(millis, workers * slots, slow_in)) {
                report += &format!("matches of {millis} ms, one in {slow_in:?} of 10 s; {wrong}");
            }
        }
    }
    assert!(report.is_empty(), "{report}");
}
