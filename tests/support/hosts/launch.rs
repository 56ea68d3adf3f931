//! How the programs of a cluster are started.

use std::process::Command;

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;

use super::clock::Clock;
use super::cluster::{COORDINATOR, Cluster};
use crate::{bin, bin_folder};

/// Where coordinators listen.
const PORT: u16 = 7070;

impl Cluster {
    /// Starts the coordinator, for the first time or again, always in the same words.
    pub fn start_coordinator(&mut self) {
        self.start_coordinator_on(COORDINATOR);
    }

    /// Starts the coordinator on the host of that name.
    pub fn start_coordinator_on(&mut self, name: &str) {
        let address = self.network.host(name).address();
        let mut command = Command::new(bin(COORDINATOR));
        command
            .arg("--bots")
            .arg(self.folder_of("bots"))
            .arg("--data-dir")
            .arg(self.folder_of(name))
            .arg("--json")
            .arg(self.json_path(name))
            .args(["--listen", &format!("{address}:{PORT}"), "-v"])
            .args(self.secrets.of_coordinator())
            .args(self.tale.arguments());
        if let Some(database) = &self.database {
            command.args(["--store", &database.url()]);
        }
        self.start_program(name, &mut command);
    }

    /// Starts a worker with one slot, on the host of that name, which is added if it is not there.
    pub fn start_worker(&mut self, name: &str) {
        let cache = bin_folder().join("../arena-test-cache");
        self.start_worker_with(name, &["--cache-dir", &cache.to_string_lossy()]);
    }

    /// The same without the native code that all tests share, or with other arguments.
    pub fn start_worker_with(&mut self, name: &str, arguments: &[&str]) {
        let number = name.trim_start_matches('w').parse::<usize>().expect("workers are w1, w2 …");
        if !self.network.has(name) {
            self.network.add(name);
        }
        let address = |name: &&str| format!("https://{}:{PORT}", self.network.host(name).address());
        let coordinators: Vec<String> = self.coordinators.iter().map(address).collect();
        let mut command = Command::new(bin("worker"));
        command
            .args(["--coordinator", &coordinators.join(","), "--name", name])
            .args(self.secrets.of_worker())
            .args(["--slots", "1", "--cores", &core(number).to_string()])
            .arg("--data-dir")
            .arg(self.folder_of(name))
            .args(arguments);
        self.start_program(name, &mut command);
    }

    fn start_program(&mut self, name: &str, command: &mut Command) {
        let clock = self.clock.iter().flat_map(Clock::variables);
        command.current_dir("/").env("NO_COLOR", "1").envs(clock);
        let log = self.log_path(name);
        self.network.host(name).start(name, command, &log);
    }
}

/// The core of that worker: they share those that this process may use.
fn core(number: usize) -> usize {
    let set = sched_getaffinity(Pid::from_raw(0)).expect("a process knows its cores");
    let usable: Vec<usize> = (0..CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false)).collect();
    usable[number % usable.len()]
}
