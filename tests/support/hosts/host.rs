//! One host: its address, its programs, and what can be done to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::sys::signal::Signal;

use super::namespaces::Namespaces;
use super::program::Program;

/// A machine of a test's network.
#[derive(Debug)]
pub struct Host {
    name: String,
    /// Its number in the network.
    number: u8,
    /// How often it moved to another address.
    moves: u8,
    // Before the namespaces: those end when all that ran in them has been collected.
    programs: BTreeMap<String, Program>,
    namespaces: Namespaces,
}

impl Host {
    pub(super) fn new(name: &str, number: u8) -> Host {
        let namespaces = Namespaces::new(name);
        Host { name: name.to_owned(), number, moves: 0, programs: BTreeMap::new(), namespaces }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn namespaces(&self) -> &Namespaces {
        &self.namespaces
    }

    /// What the addresses of its part of the network begin with.
    pub(super) fn prefix(&self) -> String {
        prefix(self.number + 50 * self.moves)
    }

    /// The address of its card.
    pub(super) fn mac(&self) -> String {
        format!("02:00:0a:d5:{:02x}:02", self.number)
    }

    /// What comes before a command so that it has this host's network, and nothing else of it.
    pub(super) fn entrance(&self) -> Vec<String> {
        vec!["nsenter".to_owned(), format!("--net=/proc/{}/ns/net", self.namespaces.first())]
    }

    pub(super) fn note_move(&mut self) {
        self.moves += 1;
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("{}2", self.prefix())
    }

    /// Starts a program, which logs to the end of that file. What ran under this name has ended.
    pub fn start(&mut self, name: &str, command: &mut Command, log: &Path) {
        let program = Program::start(name, &self.namespaces, command, log);
        let before = self.programs.insert(name.to_owned(), program);
        assert!(before.is_none_or(|mut before| !before.runs()), "{name} ran already");
    }

    /// A program that was started.
    pub fn program(&mut self, name: &str) -> &mut Program {
        let host = &self.name;
        self.programs.get_mut(name).unwrap_or_else(|| panic!("no {name} on host {host}"))
    }

    /// Runs a command that cannot fail; says what it printed.
    pub fn run(&self, words: &str) -> String {
        self.namespaces.run(words)
    }

    /// The same for a line of shell.
    pub fn shell(&self, line: &str) -> String {
        self.namespaces.run_command(Command::new("sh").args(["-c", line]))
    }

    /// A path on this host as it is seen from outside, whatever is mounted there.
    pub fn outside(&self, path: &Path) -> PathBuf {
        self.namespaces.outside(path)
    }

    /// Sends a signal to everything that runs here.
    pub fn send_all(&self, signal: Signal) {
        let name = signal.as_str();
        self.shell(&format!("kill -s {} -- -1", name.trim_start_matches("SIG")));
    }

    /// Mounts a disk of so many KiB.
    pub fn mount(&self, at: &Path, kib: u64) {
        self.shell(&format!("mkdir -p {0} && mount -t tmpfs -o size={kib}k none {0}", at.display()));
    }

    /// Takes a plug out: everything ends at once, and nothing of it is left but what is on disk.
    pub(super) fn unplug(&mut self) {
        self.namespaces.end();
        self.programs.clear();
    }

    /// Puts it in again.
    pub(super) fn plug(&mut self) {
        self.namespaces = Namespaces::new(&self.name);
    }
}

/// What the addresses around that number begin with. Nothing outside of these networks has them, and
/// there is no way from here to there.
pub(super) fn prefix(number: u8) -> String {
    format!("10.213.{number}.")
}
