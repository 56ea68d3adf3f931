//! A program that runs on a host, with its log.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use nix::sys::signal::Signal;

use super::namespaces::Namespaces;
use super::watch::until;
use crate::send;

/// One start of a program; killed when this is dropped.
#[derive(Debug)]
pub struct Program {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts it on a host; both of its outputs go to the end of `log`.
    pub(super) fn start(name: &str, on: &Namespaces, command: &mut Command, log: &Path) -> Program {
        let open = || File::options().create(true).append(true).open(log).expect("a log can be written");
        command.stdin(Stdio::null()).stdout(open()).stderr(open());
        Program { name: name.to_owned(), child: on.spawn(command), log: log.to_owned() }
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it said so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Sends it a signal; it has not ended.
    pub fn send(&mut self, signal: Signal) {
        let ended = self.child.try_wait().expect("a child of ours");
        assert!(ended.is_none(), "{} has ended before it was hit: {ended:?}\n{}", self.name, self.log());
        send(signal, self.pid());
    }

    /// Ends it at once, in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.send(Signal::SIGKILL);
        let status = self.wait();
        assert_eq!(status.signal(), Some(Signal::SIGKILL as i32), "{} ended by itself: {status}", self.name);
    }

    /// Whether it has not ended.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_none()
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        until(|| {
            let ended = self.child.try_wait().expect("a child of ours");
            ended.ok_or_else(|| format!("the end of {}, which said:\n{}", self.name, self.log()))
        })
    }

    /// Its exit code, when it has ended.
    pub fn code(&mut self) -> Option<i32> {
        self.wait().code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
