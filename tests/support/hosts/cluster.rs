//! A coordinator and workers, each on a host of its own, and what can be done to them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use nix::sys::signal::Signal;
use serde_json::Value;
use tempfile::TempDir;

use super::clock::Clock;
use super::database::Database;
use super::network::Network;
use super::outcome::Outcome;
use super::program::Program;
use super::reference::{Reference, Tale};
use super::secrets::Secrets;
use super::watch::Watch;
use crate::Run;

/// The coordinator, and its host.
pub const COORDINATOR: &str = "coordinator";
/// The workers that are there from the beginning, and their hosts.
pub const WORKERS: [&str; 3] = ["w1", "w2", "w3"];
/// One coordinator and some workers.
#[derive(Debug)]
pub struct Cluster {
    /// Where results are kept, if not in a file of the coordinator.
    pub(super) database: Option<Database>,
    /// Their hosts.
    pub network: Network,
    pub(super) watch: Watch,
    folder: TempDir,
    pub(super) tale: Tale,
    pub(super) reference: &'static Value,
    pub(super) secrets: Secrets,
    /// Those that workers may call.
    pub(super) coordinators: Vec<&'static str>,
    pub(super) clock: Option<Clock>,
    /// Until where the logs were read.
    pub(super) read: BTreeMap<String, usize>,
}

impl Cluster {
    /// A coordinator and three workers that have just been started with the usual tournament.
    pub fn start() -> Cluster {
        Cluster::start_with(Tale::usual())
    }

    /// The same with another tournament.
    pub fn start_with(tale: Tale) -> Cluster {
        let mut cluster = Cluster::new(tale);
        cluster.start_all();
        cluster
    }

    /// Starts the coordinator and three workers.
    pub fn start_all(&mut self) {
        self.start_coordinator();
        WORKERS.iter().for_each(|name| self.start_worker(name));
    }

    /// Four hosts on which nothing runs yet, for that tournament.
    pub fn new(tale: Tale) -> Cluster {
        // First: who gets no hosts need not wait to hear of it.
        let mut network = Network::new();
        let reference = Reference::of(&tale);
        let folder = tempfile::tempdir().expect("a temporary folder");
        tale.write_bots(&folder.path().join("bots"));
        let secrets = Secrets::make(folder.path().join("secrets"), Network::addresses().collect());
        for name in [COORDINATOR].iter().chain(&WORKERS) {
            network.add(name);
        }
        Cluster {
            database: None,
            network,
            watch: Watch::new(),
            folder,
            tale,
            reference,
            secrets,
            coordinators: vec![COORDINATOR],
            clock: None,
            read: BTreeMap::new(),
        }
    }

    /// A folder of one of them, on its own disk if it has one.
    pub fn folder_of(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Programs that are started from now on believe the clock that [`Cluster::set_clock`] sets.
    pub fn give_clock(&mut self) {
        self.clock = Some(Clock::at(self.folder_of("clock")));
    }

    /// Sets that clock so far from what is right: `+1d`, `-1d`.
    pub fn set_clock(&self, offset: &str) {
        self.clock.as_ref().expect("the programs have the clock that is right").set(offset);
    }

    /// Coordinators that are started from now on keep their results in a database on that host, a
    /// new one. What is in the database that they had is moved there.
    pub fn keep_results_on(&mut self, name: &str) {
        let host = self.network.add(name);
        let database = self.database.take();
        self.database = Some(database.map_or_else(|| Database::on(host), |old| old.moved_to(host)));
    }

    /// Adds a host for another coordinator, which workers that are started from now on know.
    pub fn add_coordinator(&mut self, name: &'static str) {
        self.network.add(name);
        self.coordinators.push(name);
    }

    /// The program on the host of that name.
    pub fn program(&mut self, name: &str) -> &mut Program {
        self.network.host(name).program(name)
    }

    /// Ends somebody in the middle of whatever it does.
    pub fn kill(&mut self, name: &str) {
        self.program(name).kill();
    }

    /// Stops everything on a host, as if the machine were suspended.
    pub fn stop(&mut self, name: &str) {
        self.network.host(name).send_all(Signal::SIGSTOP);
    }

    /// Lets it go on.
    pub fn go_on(&mut self, name: &str) {
        self.network.host(name).send_all(Signal::SIGCONT);
    }

    /// Asks a worker to go, and waits until it has gone as it should.
    pub fn drain(&mut self, name: &str) {
        self.program(name).send(Signal::SIGTERM);
        assert_eq!(self.program(name).code(), Some(0), "{}", self.log(name));
    }

    /// Matches of the tournament.
    pub fn total(&self) -> usize {
        self.reference["matches"].as_array().map_or(0, Vec::len)
    }

    /// Waits for the end of the tournament, and compares what came out with an undisturbed run.
    pub fn finish(&mut self) -> Outcome {
        self.finish_on(COORDINATOR)
    }

    /// The same, if the coordinator on that host finishes it.
    pub fn finish_on(&mut self, name: &str) -> Outcome {
        let code = self.program(name).code();
        let json = fs::read(self.json_path(name)).unwrap_or_default();
        let json = serde_json::from_slice(&json).unwrap_or(Value::Null);
        let logs = |name: &&str| format!("{name}:\n{}", self.log(name));
        let stderr = self.coordinators.iter().chain(&WORKERS).map(logs).collect();
        Outcome::of(Run { code, stdout: String::new(), stderr, json }, self.reference)
    }

    pub(super) fn json_path(&self, name: &str) -> PathBuf {
        self.folder_of(&format!("{name}.json"))
    }

    pub(super) fn log_path(&self, name: &str) -> PathBuf {
        self.folder_of(&format!("{name}.log"))
    }
}
