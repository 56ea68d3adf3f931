//! Who stands where.
//!
//! 1. Points.
//! 2. Among bots level on points: the points they took from each other.
//! 3. Otherwise they share the rank, and are listed by name.
//!
//! The rating decides nothing: in a complete round robin equal points are equal ratings, and in an
//! incomplete one a rank should not hang on the last digit of an estimate.

use std::collections::HashMap;

use super::tally::{Crosstable, Tally};

/// A place in the standings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Index of the bot.
    pub(crate) bot: usize,
    /// From 1; bots that are level share it, and the ranks behind them are left out.
    pub(crate) rank: usize,
}

/// The bots from first to last.
pub(crate) fn places(names: &[&str], tallies: &[Tally], crosstable: &Crosstable) -> Vec<Place> {
    let mut level = HashMap::<u64, Vec<usize>>::new();
    (0..tallies.len()).for_each(|bot| level.entry(points(tallies, bot)).or_default().push(bot));
    let among = |bot: usize| -> u64 {
        let others = level.get(&points(tallies, bot)).into_iter().flatten();
        others.filter(|other| **other != bot).map(|other| crosstable.half_points(bot, *other)).sum()
    };
    let mut keyed: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(bot, name)| ((std::cmp::Reverse((points(tallies, bot), among(bot)))), *name, bot))
        .collect();
    keyed.sort();
    let mut places = Vec::<Place>::with_capacity(keyed.len());
    let mut last = None;
    for (position, (merit, _, bot)) in keyed.into_iter().enumerate() {
        let shared = places.last().filter(|_| last == Some(merit)).map(|place| place.rank);
        places.push(Place { bot, rank: shared.unwrap_or(position + 1) });
        last = Some(merit);
    }
    places
}

fn points(tallies: &[Tally], bot: usize) -> u64 {
    tallies.get(bot).map_or(0, |tally| tally.half_points)
}
