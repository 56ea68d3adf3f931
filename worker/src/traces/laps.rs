//! How long a bot takes, seen from where the referee waits. Bounded, however long the match is.

use std::time::{Duration, Instant};

use pipe::Load;
use terms::FaultKind;

use crate::referee::{Answer, Player};
use crate::sandbox::HostTrouble;

/// Every one of a bot's first turns is listed.
const FIRST_TURNS: u32 = 10;
/// So are later ones that take longer than this.
const SLOW: Duration = Duration::from_millis(20);
/// But not more turns than this of one bot.
const TURNS_MAX: usize = 50;

/// A load or a turn, from asked to answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lap {
    /// 0 for the load.
    pub(super) tick: u32,
    pub(super) asked: Instant,
    pub(super) answered: Instant,
    pub(super) fuel: u64,
    pub(super) fault: Option<FaultKind>,
}

/// What is written down of one bot.
#[derive(Debug, Default)]
pub(crate) struct Laps {
    pub(super) load: Option<Lap>,
    pub(super) turns: Vec<Lap>,
    /// Turns that are not listed.
    pub(super) unlisted: u32,
    pub(super) slowest: Option<(u32, Duration)>,
}

impl Laps {
    fn add(&mut self, lap: Lap) {
        if lap.tick == 0 {
            self.load = Some(lap);
            return;
        }
        let took = lap.answered.saturating_duration_since(lap.asked);
        if self.slowest.is_none_or(|(_, slowest)| took > slowest) {
            self.slowest = Some((lap.tick, took));
        }
        let is_listed = lap.tick <= FIRST_TURNS || took >= SLOW || lap.fault.is_some();
        if is_listed && self.turns.len() < TURNS_MAX {
            self.turns.push(lap);
        } else {
            self.unlisted += 1;
        }
    }
}

/// A player with somebody who looks at the clock. The referee sees no difference.
pub(crate) struct Timed<'p, P> {
    player: &'p mut P,
    /// What was asked last, and when.
    asked: Instant,
    tick: u32,
    laps: Laps,
}

impl<'p, P> Timed<'p, P> {
    pub(super) fn new(player: &'p mut P) -> Timed<'p, P> {
        Timed { player, asked: Instant::now(), tick: 0, laps: Laps::default() }
    }

    pub(super) fn into_laps(self) -> Laps {
        self.laps
    }
}

impl<P: Player> Player for Timed<'_, P> {
    fn set_wall_clock(&mut self, limit: Duration) -> Result<(), HostTrouble> {
        self.player.set_wall_clock(limit)
    }

    fn ask_load(&mut self, load: &Load, policy: &str, bundle: &[u8]) -> Result<(), HostTrouble> {
        self.asked = Instant::now();
        self.player.ask_load(load, policy, bundle)
    }

    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        self.tick += 1;
        self.asked = Instant::now();
        self.player.ask_turn(observation)
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        let Timed { player, asked, tick, laps } = self;
        let answer = player.answer();
        let (fuel, fault) = match &answer {
            Ok(Answer::Loaded(usage) | Answer::Reply(usage, _)) => (usage.fuel, None),
            Ok(Answer::Fault(usage, failure)) => (usage.fuel, Some(failure.kind)),
            Err(_) => (0, None),
        };
        laps.add(Lap { tick: *tick, asked: *asked, answered: Instant::now(), fuel, fault });
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lap(tick: u32, took: Duration, fault: Option<FaultKind>) -> Lap {
        let asked = Instant::now();
        Lap { tick, asked, answered: asked + took, fuel: 1, fault }
    }

    #[test]
    fn the_first_turns_the_slow_ones_and_those_that_fail_are_listed_and_the_rest_is_counted() {
        let mut laps = Laps::default();
        laps.add(lap(0, SLOW * 2, None));
        for tick in 1..=1_000 {
            let took = if tick == 500 { SLOW } else { SLOW / 2 };
            laps.add(lap(tick, took, (tick == 700).then_some(FaultKind::Exception)));
        }
        let listed: Vec<u32> = laps.turns.iter().map(|lap| lap.tick).collect();
        assert_eq!(listed, (1..=10).chain([500, 700]).collect::<Vec<_>>());
        assert_eq!((laps.unlisted, laps.slowest), (988, Some((500, SLOW))));
        assert!(laps.load.is_some());
    }

    #[test]
    fn a_match_of_slow_turns_is_listed_in_bounded_space() {
        let mut laps = Laps::default();
        (1..=1_000).for_each(|tick| laps.add(lap(tick, SLOW, None)));
        assert_eq!((laps.turns.len(), laps.unlisted), (TURNS_MAX, 1_000 - TURNS_MAX as u32));
    }
}
