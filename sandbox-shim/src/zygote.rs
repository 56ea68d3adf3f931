//! The process that every bot's process is a copy of.
//!
//! Starts an interpreter, gives up what a process that only forks can do without, proves with a
//! probe that a child can be sealed, says so, and then answers one request after the other until
//! the worker hangs up. Purely reactive: no clock, no signal, no polling, one thread.

use std::os::fd::OwnedFd;

use pipe::{Ended, FRAME_BYTES_MAX, FromShim, FromZygote, Layer, ToZygote};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, WaitOptions, WaitStatus, getpid, pidfd_open, waitpid};

use crate::control::{Control, ControlError};
use crate::harden::SealError;
use crate::harden::process::{self, Forked};
use crate::harden::threads::ThreadCount;
use crate::layers::{self, Namespaces};
use crate::shim::{self, Birth, Purpose, Seal};
use crate::template::Template;

/// Something that a zygote was asked for did not work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ZygoteError {
    /// The worker does not speak our protocol, or the socket failed.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// There is no child.
    #[error("cannot fork: {0}")]
    Fork(std::io::Error),
    /// There is a child, but no descriptor for it.
    #[error("cannot get a descriptor for a child: {0}")]
    Pidfd(Errno),
    /// A probe child could not be sealed, or did not work sealed.
    #[error("{0}")]
    Probe(String),
}

/// A process to be copied.
pub(crate) struct Zygote {
    template: Template,
    seal: Seal,
    threads: ThreadCount,
    pid: Pid,
}

impl Zygote {
    /// A zygote with everything prepared.
    pub(crate) fn new(template: Template, seal: Seal, threads: ThreadCount) -> Zygote {
        Zygote { template, seal, threads, pid: getpid() }
    }

    /// Takes from this process what it can do without, and reports the layers.
    ///
    /// # Errors
    /// A layer that must be there is not.
    pub(crate) fn restrict(&self, namespaces: Namespaces) -> Result<Vec<Layer>, SealError> {
        layers::restrict_zygote(&self.seal, namespaces)
    }

    /// Forks a child that seals itself and runs the interpreter once, on a pair of sockets that was
    /// made while that was still possible. Says how that went wrong.
    ///
    /// # Errors
    /// It did go wrong.
    pub(crate) fn probe(&mut self, (ours, theirs): (OwnedFd, OwnedFd)) -> Result<(), ZygoteError> {
        let child =
            self.fork(Birth { socket: theirs, core: None, zygote: self.seen_by_children() }, Purpose::Probe)?;
        let status =
            waitpid(Some(child), WaitOptions::empty()).ok().flatten().map(|(_, status)| ended(status));
        match status {
            Some(Ended::Exited(crate::exit::OK)) => Ok(()),
            Some(status) => Err(ZygoteError::Probe(probe_failure(&ours, status))),
            None => Err(ZygoteError::Probe("a probe child was lost".into())),
        }
    }

    /// Answers requests until the worker hangs up.
    ///
    /// # Errors
    /// The worker does not speak our protocol, or the socket failed.
    pub(crate) fn run(&mut self, control: &mut Control) -> Result<(), ControlError> {
        while let Some((request, descriptor)) = control.next()? {
            match (request, descriptor) {
                (ToZygote::Fork { core }, Some(socket)) => self.answer_fork(control, socket, core)?,
                (ToZygote::Fork { .. }, None) => {
                    control.send(&FromZygote::Failed("a fork request came without a socket".into()), None)?;
                }
                (ToZygote::Reap { pid }, _) => control.send(&FromZygote::Reaped(reap(pid)), None)?,
            }
        }
        Ok(())
    }

    fn answer_fork(
        &mut self,
        control: &mut Control,
        socket: OwnedFd,
        core: Option<u16>,
    ) -> Result<(), ControlError> {
        let birth = Birth { socket, core, zygote: self.seen_by_children() };
        let forked = self.fork(birth, Purpose::Serve).and_then(|child| {
            // The child cannot be gone for good: only we collect it, so its number is still its own.
            let pidfd = pidfd_open(child, PidfdFlags::empty()).map_err(ZygoteError::Pidfd)?;
            Ok((child, pidfd))
        });
        match forked {
            Ok((child, pidfd)) => {
                let pid = child.as_raw_nonzero().get().unsigned_abs();
                control.send(&FromZygote::Forked { pid }, Some(&pidfd))
            }
            Err(error) => {
                control.send(&FromZygote::Failed(error.to_string()), None)?;
                self.check_namespace()
            }
        }
    }

    /// Without its first process, the children's namespace takes nobody in any more.
    fn check_namespace(&self) -> Result<(), ControlError> {
        let Some(first) = self.seal.first() else { return Ok(()) };
        match waitpid(Some(first), WaitOptions::NOHANG) {
            Ok(None) => Ok(()),
            _ => Err(ControlError::NamespaceDied),
        }
    }

    /// This process, as its children see it.
    fn seen_by_children(&self) -> Option<Pid> {
        self.seal.first().is_none().then_some(self.pid)
    }

    /// Makes a child. Returns in the parent only.
    fn fork(&mut self, birth: Birth, purpose: Purpose) -> Result<Pid, ZygoteError> {
        let single = self.threads.assert_one().map_err(ZygoteError::Fork)?;
        match process::fork(single).map_err(ZygoteError::Fork)? {
            Forked::Parent(child) => Ok(child),
            Forked::Child => match self.template.guest() {
                Ok(guest) => shim::live(guest, &birth, &self.seal, purpose),
                Err(error) => shim::stillborn(&birth, &error),
            },
        }
    }
}

/// Two ends of a connection that keeps the boundaries of messages.
pub(crate) fn socket_pair() -> rustix::io::Result<(OwnedFd, OwnedFd)> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
}

/// Collects a child, if it has ended.
fn reap(pid: u32) -> Ended {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return Ended::Unknown };
    match waitpid(Some(pid), WaitOptions::NOHANG) {
        Ok(Some((_, status))) => ended(status),
        Ok(None) => Ended::Running,
        Err(_) => Ended::Unknown,
    }
}

fn ended(status: WaitStatus) -> Ended {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Ended::Exited(code as u8),
        (None, Some(signal)) => Ended::Signalled(signal as u8),
        (None, None) => Ended::Running,
    }
}

/// What a probe child said before it failed, or how it ended if it said nothing.
fn probe_failure(socket: &OwnedFd, ended: Ended) -> String {
    let mut frame = vec![0; FRAME_BYTES_MAX];
    let said = rustix::net::recv(socket, frame.as_mut_slice(), rustix::net::RecvFlags::DONTWAIT);
    let said = said.ok().and_then(|(_, count)| frame.get(..count));
    match said.map(FromShim::decode) {
        Some(Ok(FromShim::Broken(why))) => format!("a probe child cannot be sealed: {why}"),
        _ => format!("a probe child died while it was sealed: {ended:?}"),
    }
}
