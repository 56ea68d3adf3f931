//! The filters against the lists that they are made of: evaluated in user space for every number,
//! and put on real processes that then do what is allowed, or nearly.

mod evaluate;
mod execute;

use super::seccomp::Filter;
use super::syscalls::{Allowed, FRESH, IDLE, RESERVING, Rule, SEALED, Width, ZYGOTE};

/// Every combination of lists that some process lives under.
const WORN: [&[&[Allowed]]; 5] =
    [&[SEALED, RESERVING], &[SEALED], &[ZYGOTE, SEALED, RESERVING, FRESH], &[ZYGOTE, SEALED], &[IDLE]];

fn filter(lists: &[&[Allowed]]) -> Filter {
    Filter::allowing(lists).unwrap()
}

fn entries(lists: &[&'static [Allowed]]) -> impl Iterator<Item = &'static Allowed> {
    lists.iter().copied().flatten()
}

/// The part of an argument that the kernel looks at, and that a rule compares.
fn compared(rule: &Rule) -> u64 {
    match rule.width {
        Width::Int => rule.mask & u64::from(u32::MAX),
        Width::Long => rule.mask,
    }
}

/// What the lists say, read as a person would.
fn is_allowed(lists: &[&'static [Allowed]], call: i64, arguments: &[u64; 6]) -> bool {
    let fits = |rule: &Rule| {
        let mask = compared(rule);
        arguments[usize::from(rule.argument)] & mask == rule.value & mask
    };
    entries(lists).any(|entry| entry.call == call && entry.rules.iter().all(fits))
}

/// Arguments that an entry allows: what its rules ask for, and zeros.
fn fitting(entry: &Allowed) -> [u64; 6] {
    let mut arguments = [0; 6];
    for rule in entry.rules {
        arguments[usize::from(rule.argument)] |= rule.value;
    }
    arguments
}
