//! Namespaces that live as long as somebody holds a pipe, and commands within them.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use nix::sched::{CloneFlags, setns, unshare};

use crate::descendants;

/// What a host has for itself, and where that is found in its first process.
const KINDS: [(&str, CloneFlags); 4] = [
    ("ns/net", CloneFlags::CLONE_NEWNET),
    ("ns/uts", CloneFlags::CLONE_NEWUTS),
    ("ns/pid", CloneFlags::CLONE_NEWPID),
    ("ns/mnt", CloneFlags::CLONE_NEWNS),
];
/// The first process of a host: when its standard input ends, it ends, and all others with it.
const FIRST: &str = "hostname \"$1\" && ip link set lo up && echo there && exec cat >/dev/null";

/// Network, mounts, processes and host name, all empty at first.
#[derive(Debug)]
pub(super) struct Namespaces {
    name: String,
    /// `unshare`, which waits for the first process.
    holder: Child,
    /// The first process, as seen from here.
    first: u32,
}

impl Namespaces {
    /// New ones for a host of that name.
    ///
    /// # Panics
    /// The system refuses them: the tests of hosts need root and say so instead of being skipped.
    pub(super) fn new(name: &str) -> Namespaces {
        let mut holder = Command::new("unshare")
            .args(["--net", "--mount", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child"])
            .args(["sh", "-c", FIRST, "sh", name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the tests of hosts need `unshare` (Debian: util-linux)");
        let mut said = String::new();
        let stdout = holder.stdout.take().expect("a pipe of ours");
        let _ = BufReader::new(stdout).read_line(&mut said);
        if said != "there\n" {
            let output = holder.wait_with_output().expect("a child of ours");
            panic!(
                "this system gives no namespaces for hosts; run the tests as root, outside of a container that \
                 forbids it, with iproute2 installed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let first = descendants(holder.id(), "").into_iter().min().expect("a host has a first process");
        Namespaces { name: name.to_owned(), holder, first }
    }

    /// Number of the first process, as seen from outside.
    pub(super) fn first(&self) -> u32 {
        self.first
    }

    /// A path within, as seen from outside.
    pub(super) fn outside(&self, path: &Path) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.first, path.display()))
    }

    /// Starts a command within.
    pub(super) fn spawn(&self, command: &mut Command) -> Child {
        // Only a thread that shares nothing with others may change where it is. It ends at once.
        let enter = || {
            unshare(CloneFlags::CLONE_FS).expect("a thread may have a root of its own");
            for (kind, flag) in KINDS {
                let place = format!("/proc/{}/{kind}", self.first);
                let file = File::open(&place).unwrap_or_else(|_| panic!("host {} is gone", self.name));
                setns(file, flag).unwrap_or_else(|error| panic!("cannot enter {place}: {error}"));
            }
            command
                .spawn()
                .unwrap_or_else(|error| panic!("{:?} does not start: {error}", command.get_program()))
        };
        thread::scope(|scope| scope.spawn(enter).join()).expect("a host can be entered")
    }

    /// Runs a command within and says what came of it.
    pub(super) fn output(&self, command: &mut Command) -> Output {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.spawn(command).wait_with_output().expect("a child of ours")
    }

    /// Runs a command that cannot fail, given as words; says what it printed.
    pub(super) fn run(&self, words: &str) -> String {
        let mut words = words.split(' ');
        let program = words.next().expect("a command has a name");
        self.run_command(Command::new(program).args(words))
    }

    /// The same, given as a command.
    pub(super) fn run_command(&self, command: &mut Command) -> String {
        let output = self.output(command);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "host {}: {command:?} failed: {stderr}", self.name);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Ends every process within. They are gone when their parents have collected them.
    pub(super) fn end(&mut self) {
        drop(self.holder.stdin.take());
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        self.end();
        let _ = self.holder.wait();
    }
}
