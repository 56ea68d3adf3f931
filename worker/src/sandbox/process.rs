//! The process of a zygote: started with an empty environment and one descriptor, and ended
//! together with everything that it forked.

use std::io::{self, BufRead, BufReader, Read};
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, WaitOptions, getpid, kill_process_group, pidfd_open,
    pidfd_send_signal, set_child_subreaper, waitid, waitpgid,
};
use terms::printable::clean;

use super::ZygoteConfig;

/// How long the kernel may take to end a process that was killed.
pub(super) const DEATH_WAIT: Timespec = Timespec { tv_sec: 10, tv_nsec: 0 };
/// How much of a zygote's standard error is passed on to the log, and how much of one line, in
/// bytes.
const STDERR_BYTES_MAX: u64 = 64 << 10;
const LINE_BYTES_MAX: u64 = 4 << 10;

/// A running zygote. Dropping it kills it and its children, and collects them.
pub(super) struct Process {
    child: Child,
    pid: Pid,
    pidfd: OwnedFd,
}

/// Makes this process the parent of what a zygote leaves behind when it dies: where we are the
/// first process of a container, nobody else would collect it.
pub(super) fn adopt_orphans() {
    // Older kernels, and then init does it.
    let _ = set_child_subreaper(Some(getpid()));
}

impl Process {
    /// Starts one on its end of the control socket.
    ///
    /// # Errors
    /// The program does not start.
    pub(super) fn start(config: &ZygoteConfig, socket: OwnedFd) -> io::Result<Process> {
        let mut child = Command::new(&config.shim)
            .arg("zygote")
            .args(["--native".as_ref(), config.native.as_os_str()])
            .args(["--native-digest", &config.native_digest.to_string()])
            .args(["--stack-bytes", &config.stack_bytes.to_string()])
            .args(config.require_namespaces.then_some("--require-namespaces"))
            .args(config.untrusted.then_some("--untrusted"))
            .env_clear()
            .stdin(socket)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take();
        let pid = Pid::from_child(&child);
        // The child is not collected yet, so the number is still its own.
        let watched = pidfd_open(pid, PidfdFlags::empty());
        match (watched, stderr.map_or(Ok(()), pass_on)) {
            (Ok(pidfd), Ok(())) => Ok(Process { child, pid, pidfd }),
            (watched, passed_on) => {
                child.kill()?;
                child.wait()?;
                passed_on?;
                Err(watched.err().map_or_else(io::Error::last_os_error, io::Error::from))
            }
        }
    }

    /// Its process id.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it and all its children, without waiting.
    pub(super) fn kill(&self) {
        // It leads a process group, in which its children are; before it does, it has none. Until
        // it is collected, which only dropping does, the number cannot be another group's. Failing
        // means that nobody is left, which is what is wanted.
        let _ = kill_process_group(self.pid, Signal::KILL);
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
    }

    /// How it ended, if it ends within that time. Leaves it to be collected.
    pub(super) fn ending(&self, within: &Timespec) -> Option<String> {
        if !ends_within(&self.pidfd, within) {
            return None;
        }
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        let status = waitid(WaitId::PidFd(std::os::fd::AsFd::as_fd(&self.pidfd)), look).ok().flatten()?;
        match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => Some(format!("exited with code {code}")),
            (None, Some(signal)) => Some(format!("was killed by signal {signal}")),
            (None, None) => None,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if !ends_within(&self.pidfd, &DEATH_WAIT) {
            tracing::error!(pid = self.pid(), "the kernel does not end a zygote that was killed");
            return;
        }
        // It has ended, so this returns at once.
        let _ = self.child.wait();
        // Its children were killed, too. Usually all have been collected before; those that could
        // not be are ours now (see `adopt_orphans`), and nobody else's child is in their group.
        while matches!(waitpgid(self.pid, WaitOptions::empty()), Ok(Some(_))) {}
    }
}

/// Whether a process ends within that time.
pub(crate) fn ends_within(pidfd: &OwnedFd, timeout: &Timespec) -> bool {
    let mut waits = [PollFd::new(pidfd, PollFlags::IN)];
    matches!(poll(&mut waits, Some(timeout)), Ok(1..))
}

/// Logs what the zygote and its children write to standard error, line by line, up to a limit:
/// after that the pipe is still read, so that nobody blocks on it, but forgotten.
fn pass_on(stderr: ChildStderr) -> io::Result<()> {
    let read = move || {
        let mut reader = BufReader::new(stderr.take(STDERR_BYTES_MAX));
        let mut line = Vec::new();
        while matches!(reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line), Ok(1..)) {
            let text = clean(String::from_utf8_lossy(&line).trim_end());
            tracing::warn!(target: "sandbox_shim", "{text}");
            line.clear();
        }
        let _ = io::copy(&mut reader.into_inner().into_inner(), &mut io::sink());
    };
    std::thread::Builder::new().name("zygote-stderr".into()).spawn(read).map(drop)
}
