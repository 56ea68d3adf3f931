//! One run over one target.

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::mutate::{Random, mutated};
use crate::{Target, corpus, watch};

/// Most inputs in the pool.
const POOL_MAX: usize = 4_096;
/// After how many inputs the watch hears of one: telling it of each would be most of the work.
const WATCH_EVERY: u64 = 64;

/// How long to go on, whichever ends first.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Time.
    pub time: Duration,
    /// Inputs.
    pub inputs: u64,
}

/// What is wrong with a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It panicked.
    Panic(String),
    /// It took that much processor time.
    Slow(Duration),
    /// It held that many bytes.
    Memory(usize),
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Inputs that were tried.
    pub inputs: u64,
    /// Different ways in which they were taken or refused.
    pub kinds: usize,
    /// What failed, each with where the input is kept.
    pub failures: Vec<(Failure, PathBuf)>,
}

/// Tries the corpus, then damaged copies of it. Stops at the first failure.
///
/// # Errors
/// The corpus cannot be read or written.
pub fn fuzz(target: &'static Target, seed: u64, budget: Budget) -> io::Result<Tally> {
    watch::hush();
    let watched = watch::for_endless(target.name)?;
    let (mut tally, mut kinds) = (Tally::default(), HashSet::new());
    let mut pool = (target.seeds)();
    let kept = corpus::read(target.name)?;
    pool.extend(kept.iter().map(|(_, input)| input.clone()));
    for (nth, input) in pool.iter().enumerate() {
        tally.inputs += 1;
        let _ = watched.send(input.clone());
        match watch::checked(target, input) {
            Ok(kind) => drop(kinds.insert(kind_of(&kind))),
            Err(failure) => {
                let from = nth.checked_sub((target.seeds)().len()).and_then(|nth| kept.get(nth));
                let path = from.map_or_else(|| "a seed".into(), |(path, _)| path.clone());
                tally.failures.push((failure, path));
            }
        }
    }
    let (began, mut random) = (Instant::now(), Random::new(seed));
    while tally.failures.is_empty() && tally.inputs < budget.inputs && began.elapsed() < budget.time {
        let input = mutated(&mut random, &pool, target.words);
        if tally.inputs.is_multiple_of(WATCH_EVERY) {
            let _ = watched.send(input.clone());
        }
        tally.inputs += 1;
        match watch::checked(target, &input) {
            Ok(kind) if kinds.insert(kind_of(&kind)) && pool.len() < POOL_MAX => pool.push(input),
            Ok(_) => {}
            Err(failure) => {
                let path = corpus::keep(target.name, "failure", &input)?;
                tally.failures.push((failure, path));
            }
        }
    }
    tally.kinds = kinds.len();
    Ok(tally)
}

/// What is left of an outcome without numbers and quotes, of which there are endlessly many.
fn kind_of(outcome: &str) -> String {
    let mut is_quoted = false;
    let kept = outcome.chars().filter(|c| {
        is_quoted ^= *c == '"';
        !is_quoted && !c.is_ascii_digit()
    });
    kept.take(120).collect()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Panic(said) => write!(f, "a panic: {said}"),
            Failure::Slow(took) => write!(f, "{took:?} of processor time for one input"),
            Failure::Memory(bytes) => write!(f, "{} MiB of memory for one input", bytes >> 20),
        }
    }
}
