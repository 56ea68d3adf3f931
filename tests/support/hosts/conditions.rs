//! What can be known of a cluster from outside, and waiting for it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::cluster::{COORDINATOR, Cluster, WORKERS};
use super::watch::until;

impl Cluster {
    /// The days on which somebody said something.
    pub fn days_of(&self, name: &str) -> BTreeSet<String> {
        let log = self.log(name);
        let times = log.lines().filter_map(|line| line.split_once('T'));
        let days = times.map(|(day, _)| day).filter(|day| day.len() == 10 && day.starts_with("20"));
        days.map(str::to_owned).collect()
    }

    /// How many results are recorded.
    pub fn recorded(&mut self) -> usize {
        self.recorded_matches().len()
    }

    fn recorded_matches(&mut self) -> BTreeSet<String> {
        if let Some(database) = &self.database {
            return database.matches();
        }
        let store = self.folder_of(COORDINATOR).join("arena.sqlite");
        let seen = self.network.host(COORDINATOR).outside(&store);
        self.watch.matches(&seen)
    }

    /// Waits until all matches without that bot are recorded. Says how many with it are missing.
    pub fn until_all_without(&mut self, bot: &str) -> usize {
        let matches = self.reference["matches"].as_array().into_iter().flatten();
        let is_with =
            |played: &&Value| played["bots"].as_array().is_some_and(|bots| bots.contains(&bot.into()));
        let id = |played: &Value| played["id"].as_str().unwrap_or_default().to_owned();
        let (with, without): (Vec<&Value>, Vec<&Value>) = matches.partition(is_with);
        until(|| {
            let recorded = self.recorded_matches();
            let missing =
                |which: &[&Value]| which.iter().filter(|played| !recorded.contains(&id(played))).count();
            match missing(&without) {
                0 => Ok(missing(&with)),
                some => Err(format!("{some} matches without {bot}")),
            }
        })
    }

    /// Waits until all workers play and some results are recorded; others are missing then.
    pub fn until_middle(&mut self) {
        WORKERS.iter().for_each(|name| self.until_says(name, "ready to play"));
        self.until_all_are_back();
        self.until_recorded(self.total() / 5);
    }

    /// Waits until that many results are recorded; others are missing then.
    pub fn until_recorded(&mut self, count: usize) {
        let total = self.total();
        let recorded = until(|| {
            let recorded = self.recorded();
            let log = || self.log(COORDINATOR);
            (recorded >= count).then_some(recorded).ok_or_else(|| format!("{count} results\n{}", log()))
        });
        assert!(recorded < total, "all is over before anything could be disturbed");
    }

    /// Waits until somebody has said that, after what they were heard saying before.
    pub fn until_says(&mut self, name: &str, text: &str) {
        self.until_says_all(name, &[text.to_owned()]);
    }

    /// Waits until somebody has said all of that in any order.
    fn until_says_all(&mut self, name: &str, texts: &[String]) {
        let log = self.log_path(name);
        let from = self.read.get(name).copied().unwrap_or_default();
        let to = until(|| {
            let said = fs::read(&log).unwrap_or_default();
            let said = String::from_utf8_lossy(said.get(from..).unwrap_or_default()).into_owned();
            let ends = texts.iter().map(|text| Some(from + said.find(text)? + text.len()));
            let missing = || format!("{texts:?} by {name}, who said:\n{said}\n{}", self.log(COORDINATOR));
            ends.collect::<Option<Vec<usize>>>().ok_or_else(missing)
        });
        self.read.insert(name.to_owned(), to.into_iter().max().unwrap_or(from));
    }

    /// Waits until the coordinator has heard of all workers that they can play.
    pub fn until_all_are_back(&mut self) {
        self.until_says_all(COORDINATOR, &WORKERS.map(|name| format!("worker=\"{name}\" state=Ready")));
    }

    /// Everything that somebody said.
    pub fn log(&self, name: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.log_path(name)).unwrap_or_default()).into_owned()
    }
}
