//! Measuring several contenders in turn, so that whatever else the machine does befalls all of them.

use std::time::{Duration, Instant};

use super::contender::Contender;

/// What was measured of one contender, round by round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) rounds: Vec<Vec<f64>>,
}

/// Measures every contender once per round: A B, B A, A B, …
pub(crate) fn interleaved(
    contenders: &[Contender],
    rounds: usize,
    mut measure: impl FnMut(&Contender) -> Vec<f64>,
) -> Vec<Series> {
    let mut series: Vec<Series> =
        contenders.iter().map(|one| Series { name: one.name(), rounds: Vec::new() }).collect();
    for round in 0..rounds {
        let mut order: Vec<usize> = (0..contenders.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let samples = measure(&contenders[index]);
            series[index].rounds.push(samples);
        }
    }
    series
}

/// How long that took.
pub(crate) fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let value = run();
    (value, began.elapsed())
}

pub(crate) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
