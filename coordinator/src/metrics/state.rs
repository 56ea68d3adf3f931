//! What is the case, as gauges.

use telemetry::Gauge;
use terms::Limits;

use super::table as row;
use crate::driver::{Census, Standing};
use crate::engine::Counts;
use crate::schedule::Setting;

/// What a coordinator is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It reads what is to be played.
    Starting,
    /// Another coordinator has the store.
    StandingBy,
    /// It hands out matches and records results.
    Playing,
    /// It hands out nothing more and records what comes in.
    Draining,
    /// It serves no workers any more.
    Ending,
}

impl Phase {
    /// All of them.
    pub const ALL: [Phase; 5] =
        [Phase::Starting, Phase::StandingBy, Phase::Playing, Phase::Draining, Phase::Ending];

    /// The value of the label.
    pub const fn name(self) -> &'static str {
        match self {
            Phase::Starting => "starting",
            Phase::StandingBy => "standing_by",
            Phase::Playing => "playing",
            Phase::Draining => "draining",
            Phase::Ending => "ending",
        }
    }
}

/// How a run stands.
#[derive(Clone, Copy, Debug)]
pub struct Glance {
    /// Where the matches are.
    pub matches: Counts,
    /// How the workers are.
    pub workers: Census,
    /// Matches that the ready ones can play at once.
    pub slots: u64,
    /// Calls that are not answered yet.
    pub calls: usize,
    /// Workers that /sd/workers lists, and those that answer HTTP and are not listed.
    pub targets: (usize, usize),
}

/// The gauges.
#[derive(Debug)]
pub(super) struct State {
    phases: [Gauge; 5],
    running: Gauge,
    bots: Gauge,
    matches: [Gauge; 5],
    workers: [Gauge; 5],
    slots: Gauge,
    calls: Gauge,
    targets: [Gauge; 2],
}

impl Default for State {
    fn default() -> State {
        State {
            phases: Phase::ALL.map(|phase| row::PHASE.as_gauge(&[phase.name()])),
            running: row::RUNNING.as_gauge(&[]),
            bots: row::CONTESTANTS.as_gauge(&[]),
            matches: ["waiting", "leased", "recording", "settled", "given_up"]
                .map(|state| row::MATCHES.as_gauge(&[state])),
            workers: Standing::ALL.map(|standing| row::WORKERS.as_gauge(&[standing.name()])),
            slots: row::SLOTS.as_gauge(&[]),
            calls: row::CALLS_WAITING.as_gauge(&[]),
            targets: ["listed", "left_out"].map(|state| row::TARGETS.as_gauge(&[state])),
        }
    }
}

impl State {
    pub(super) fn enters(&self, phase: Phase) {
        for (gauge, one) in self.phases.iter().zip(Phase::ALL) {
            gauge.set(if one == phase { 1.0 } else { 0.0 });
        }
        self.running.set(if phase == Phase::Playing { 1.0 } else { 0.0 });
    }

    pub(super) fn plays(&self, tournament: &str, setting: &Setting, bots: usize) {
        row::INFO.as_gauge(&[tournament, &setting.game.name, &setting.runtime.short()]).set(1.0);
        let Limits { turn_fuel, load_fuel, memory_bytes, turn_wall_ms, load_wall_ms, ticks, .. } =
            setting.limits;
        let seconds = |ms: u32| f64::from(ms) / 1e3;
        let values = [
            turn_fuel as f64,
            load_fuel as f64,
            memory_bytes as f64,
            seconds(turn_wall_ms),
            seconds(load_wall_ms),
            f64::from(ticks),
        ];
        row::LIMIT_NAMES
            .iter()
            .zip(values)
            .for_each(|(limit, value)| row::LIMIT.as_gauge(&[limit]).set(value));
        self.bots.set(bots as f64);
    }

    pub(super) fn matches(&self, counts: &Counts) {
        let Counts { waiting, leased, recording, settled, given_up, .. } = *counts;
        let values = [waiting, leased, recording, settled, given_up];
        self.matches.iter().zip(values).for_each(|(gauge, value)| gauge.set(f64::from(value)));
    }

    pub(super) fn shows(&self, glance: &Glance) {
        let Glance { matches, workers, slots, calls, targets } = glance;
        self.matches(matches);
        for (gauge, standing) in self.workers.iter().zip(Standing::ALL) {
            gauge.set(workers.of(standing) as f64);
        }
        self.slots.set(*slots as f64);
        self.calls.set(*calls as f64);
        let [listed, left_out] = &self.targets;
        listed.set(targets.0 as f64);
        left_out.set(targets.1 as f64);
    }
}
