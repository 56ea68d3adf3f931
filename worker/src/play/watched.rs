//! A player, and a note of what it used in every turn.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pipe::{Load, Usage};
use terms::HostFault;
use terms::printable::clean;

use crate::referee::{Answer, Player};
use crate::sandbox::HostTrouble;

/// A player that is watched.
pub(super) struct Watched<'a, P> {
    player: P,
    name: &'a str,
    stop: &'a AtomicBool,
    /// Fuel of the load, if there was one.
    pub(super) load_fuel: Option<u64>,
    /// Fuel of every turn.
    pub(super) turn_fuel: Vec<u64>,
}

impl<'a, P: Player> Watched<'a, P> {
    /// Watches the bot of that name, until `stop` says that nobody wants the match any more.
    pub(super) fn new(player: P, name: &'a str, stop: &'a AtomicBool) -> Watched<'a, P> {
        Watched { player, name, stop, load_fuel: None, turn_fuel: Vec::new() }
    }
}

impl<P: Player> Player for Watched<'_, P> {
    fn set_wall_clock(&mut self, limit: Duration) -> Result<(), HostTrouble> {
        self.player.set_wall_clock(limit)
    }

    fn ask_load(&mut self, load: &Load, policy: &str, bundle: &[u8]) -> Result<(), HostTrouble> {
        self.player.ask_load(load, policy, bundle)
    }

    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        self.player.ask_turn(observation)
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        let answer = self.player.answer()?;
        let (Answer::Loaded(usage) | Answer::Reply(usage, _) | Answer::Fault(usage, _)) = &answer;
        show(self.name, usage);
        match self.load_fuel {
            None => self.load_fuel = Some(usage.fuel),
            Some(_) => self.turn_fuel.push(usage.fuel),
        }
        if self.stop.load(Ordering::Relaxed) {
            return Err(HostTrouble::new(HostFault::WorkerLost, "interrupted"));
        }
        Ok(answer)
    }
}

/// Shows what a bot printed. Who does not read our standard error misses it.
fn show(name: &str, usage: &Usage<'_>) {
    let text = String::from_utf8_lossy(usage.log);
    let mut stderr = io::stderr().lock();
    for line in text.lines() {
        let _ = writeln!(stderr, "{name}| {}", clean(line));
    }
    if usage.log_dropped_bytes > 0 {
        let _ = writeln!(stderr, "{name}| [{} more bytes than the log holds]", usage.log_dropped_bytes);
    }
}
