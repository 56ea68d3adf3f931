//! Kills whatever belongs to a tournament, at random instants, and starts it again with the same
//! command, until it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Child;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::{Luck, Run, Tournament, born, descendants, stored, strike, wait_for};

/// Whom a blow may hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Victim {
    /// The program that the user started.
    Coordinator,
    /// What it started.
    Worker,
    /// The sandbox-shim that is copied.
    Zygote,
    /// The sandbox-shim that a bot lives in.
    Child,
}

/// All of them; only the first costs a new start of the tournament.
pub const VICTIMS: [Victim; 4] = [Victim::Coordinator, Victim::Worker, Victim::Zygote, Victim::Child];
/// Longest time between two blows.
const CALM: Duration = Duration::from_millis(400);
/// Longest time that somebody is stopped.
const STUPOR: Duration = Duration::from_millis(200);

/// A storm of a known seed.
#[derive(Debug)]
pub struct Storm {
    luck: Luck,
    victims: Vec<Victim>,
    left: usize,
    /// Everybody who was seen, with the time of birth: numbers come again.
    family: BTreeMap<u32, String>,
    /// What was in the store when a coordinator had gone.
    recorded: BTreeMap<String, String>,
    /// Kills, by victim.
    pub killed: BTreeMap<Victim, usize>,
    /// Stops that were followed by going on.
    pub stopped: usize,
    /// How often the coordinator was started, by how its predecessor ended.
    pub starts: BTreeMap<Option<i32>, usize>,
}

impl Storm {
    /// A storm of that many kills, each of one of these.
    pub fn of(seed: u64, kills: usize, victims: &[Victim]) -> Storm {
        Storm {
            luck: Luck::of(seed),
            victims: victims.to_owned(),
            left: kills,
            family: BTreeMap::new(),
            recorded: BTreeMap::new(),
            killed: BTreeMap::new(),
            stopped: 0,
            starts: BTreeMap::new(),
        }
    }

    /// Kills that it has left: a tournament may end before they are used.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Plays a tournament to its end.
    pub fn weather(&mut self, tournament: &Tournament) -> Run {
        self.recorded.clear();
        loop {
            let mut child = tournament.start();
            let before = self.left;
            self.rage(&mut child);
            let was_hit = self.left < before;
            let run = tournament.finish(child);
            self.check_store(tournament);
            *self.starts.entry(run.code).or_default() += 1;
            match run.code {
                Some(0) => break self.aftermath(run),
                // Killed; with a worker that was killed too often; with matches that were hit once too often.
                None | Some(1 | 3) if was_hit => {}
                other => panic!("exit code {other:?}:\n{}\n{}", run.stdout, run.stderr),
            }
        }
    }

    /// Strikes until the coordinator has gone, or there are no kills left.
    fn rage(&mut self, child: &mut Child) {
        while self.left > 0 {
            self.luck.wait(CALM);
            // Whoever has ended, but is not collected, could still be sent signals.
            if child.try_wait().expect("a child of ours").is_some() {
                return;
            }
            self.remember(child.id());
            let victim = self.luck.choose(&self.victims);
            let Some(pid) = self.find(victim, child.id()) else { continue };
            if self.luck.below(3) == 0 {
                self.stun(pid);
            } else if strike(Signal::SIGKILL, pid) {
                self.left -= 1;
                *self.killed.entry(victim).or_default() += 1;
                if victim == Victim::Coordinator {
                    // It cannot be killed twice, though until it is collected it looks so.
                    return;
                }
            }
        }
    }

    fn remember(&mut self, coordinator: u32) {
        let everybody = descendants(coordinator, "");
        self.family.extend(everybody.into_iter().filter_map(|pid| Some((pid, born(pid)?))));
    }

    fn find(&mut self, victim: Victim, coordinator: u32) -> Option<u32> {
        let zygotes = descendants(coordinator, "sandbox-shim");
        let found = match victim {
            Victim::Coordinator => vec![coordinator],
            Victim::Worker => descendants(coordinator, "--until-stdin-closes"),
            Victim::Zygote => zygotes.into_iter().take(1).collect(),
            Victim::Child => zygotes.into_iter().skip(1).collect(),
        };
        (!found.is_empty()).then(|| self.luck.choose(&found))
    }

    fn stun(&mut self, pid: u32) {
        if strike(Signal::SIGSTOP, pid) {
            self.luck.wait(STUPOR);
            strike(Signal::SIGCONT, pid);
            self.stopped += 1;
        }
    }

    /// What is recorded stays recorded, and stays what it was.
    fn check_store(&mut self, tournament: &Tournament) {
        let now = stored(&tournament.data_folder());
        for (id, digest) in &self.recorded {
            assert_eq!(now.get(id), Some(digest), "a recorded result was lost or changed: {self:?}");
        }
        self.recorded = now;
    }

    /// Everything is in the store once, and nobody is left behind.
    fn aftermath(&mut self, run: Run) -> Run {
        let ids: BTreeSet<&str> = run.matches().iter().filter_map(|played| played["id"].as_str()).collect();
        assert!(ids.iter().copied().eq(self.recorded.keys().map(String::as_str)), "{self:?}");
        assert_eq!(ids.len(), run.matches().len(), "a match is listed twice");
        let lives = |(pid, birth): (&u32, &String)| born(*pid).as_ref() == Some(birth);
        wait_for("the end of everybody", || (!self.family.iter().any(lives)).then_some(()));
        self.family.clear();
        run
    }
}
