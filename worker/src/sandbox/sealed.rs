//! One sealed child: it loads one bot, answers one turn at a time, and is killed at the end.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pipe::{CHUNK_BYTES_MAX, Ended, FRAME_BYTES_MAX, FromShim, Load, ToShim};
use rustix::event::Timespec;
use rustix::process::{Signal, pidfd_send_signal};
use terms::HostFault;

use super::channel::Channel;
use super::process::{DEATH_WAIT, ends_within};
use super::scheduled::could_run;
use super::{Bytecode, HostTrouble, Zygote};
use crate::metrics::Kill;

/// How long a process that closed its socket may take to end by itself, which tells how it ended.
const LAST_BREATH: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// How many more wall-clock limits a process may take that computes, or would if it had a core.
const STARVED_WAITS_MAX: u32 = 29;

/// A sealed child process and the only socket to it. Dropping it kills and collects the process.
pub struct Sealed {
    channel: Channel,
    pidfd: OwnedFd,
    pid: u32,
    zygote: Arc<Zygote>,
    started: (Instant, Instant),
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
    is_collected: bool,
    /// Why it ends, if nothing else happens.
    end: Kill,
}

impl Sealed {
    /// That process, which was asked for at that instant and is there now.
    pub(super) fn new(
        channel: Channel,
        (pidfd, pid): (OwnedFd, u32),
        zygote: Arc<Zygote>,
        asked: Instant,
    ) -> Sealed {
        let (outgoing, incoming) = (Vec::new(), vec![0; FRAME_BYTES_MAX]);
        let started = (asked, Instant::now());
        Sealed {
            channel,
            pidfd,
            pid,
            zygote,
            started,
            outgoing,
            incoming,
            is_collected: false,
            end: Kill::Finished,
        }
    }

    /// When it was asked for, and when it was there.
    pub fn started(&self) -> (Instant, Instant) {
        self.started
    }

    /// The process id, as the zygote sees it.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Bounds every later wait for the child. A safety net: what exceeds it is void, not lost.
    ///
    /// # Errors
    /// The socket does not take it.
    pub fn set_wall_clock(&self, timeout: Duration) -> Result<(), HostTrouble> {
        self.channel
            .set_timeout(timeout)
            .map_err(|error| HostTrouble::new(HostFault::Protocol, format!("socket: {error}")))
    }

    /// Sends a bot to be loaded under that policy; [`Sealed::receive`] has the answer.
    ///
    /// # Errors
    /// The child is gone, or does not read.
    pub fn load(&mut self, load: &Load, policy: &str, bundle: &[u8]) -> Result<(), HostTrouble> {
        let load = Load { bundle_bytes: bundle.len() as u32, ..*load };
        self.send(&ToShim::Load(load, policy))?;
        self.send_bundle(bundle)
    }

    fn send_bundle(&mut self, bundle: &[u8]) -> Result<(), HostTrouble> {
        bundle.chunks(CHUNK_BYTES_MAX).try_for_each(|part| self.send(&ToShim::Chunk(part)))
    }

    /// Sends a bot to be compiled and not run; [`Sealed::receive`] has the answer, and there is no other.
    ///
    /// # Errors
    /// The child is gone, or does not read.
    pub fn compile(&mut self, load: &Load, bundle: &[u8]) -> Result<(), HostTrouble> {
        self.send(&ToShim::Compile(Load { bundle_bytes: bundle.len() as u32, ..*load }))?;
        self.send_bundle(bundle)
    }

    /// Hands over what another child has made of the bot that is loaded next.
    ///
    /// # Errors
    /// The child is gone, or does not read.
    pub fn prepare(&mut self, bytecode: &Bytecode) -> Result<(), HostTrouble> {
        self.send(&ToShim::Prepare(pipe::Bytecode { fuel: bytecode.fuel, code: &bytecode.code }))
    }

    /// Sends an observation; [`Sealed::receive`] has the answer.
    ///
    /// # Errors
    /// The child is gone, or does not read.
    pub fn turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        self.send(&ToShim::Turn(observation))
    }

    /// Waits for the answer to a load or a turn.
    ///
    /// # Errors
    /// The child is gone, says nothing in time, or says something that is no frame.
    pub fn receive(&mut self) -> Result<FromShim<'_>, HostTrouble> {
        match self.receive_patiently() {
            Ok(length) => {
                let frame = self.incoming.get(..length).unwrap_or_default();
                FromShim::decode(frame).map_err(|malformed| {
                    self.end = Kill::Protocol;
                    HostTrouble::new(HostFault::Protocol, malformed.to_string())
                })
            }
            Err(trouble) => {
                self.end = Kill::after(trouble.fault);
                Err(if trouble.fault == HostFault::ShimDied { self.death() } else { trouble })
            }
        }
    }

    /// Waits for a frame as long as the wall clock allows, and longer for a process that could run
    /// but is not given a core.
    fn receive_patiently(&mut self) -> Result<usize, HostTrouble> {
        let mut received = self.channel.receive(&mut self.incoming);
        for _ in 0..STARVED_WAITS_MAX {
            match &received {
                Err(trouble) if trouble.fault == HostFault::Stalled && could_run(self.pidfd.as_fd()) => {}
                _ => break,
            }
            received = self.channel.receive(&mut self.incoming);
        }
        received
    }

    fn send(&mut self, message: &ToShim<'_>) -> Result<(), HostTrouble> {
        message.encode(&mut self.outgoing);
        match self.channel.send(&self.outgoing) {
            // What it said before it died, if anything, is still to be received.
            Err(trouble) if trouble.fault == HostFault::ShimDied => Ok(()),
            sent => sent.inspect_err(|trouble| self.end = Kill::after(trouble.fault)),
        }
    }

    /// Kills the process without waiting for its end; returns at once if it has ended.
    pub fn kill(&self) {
        // Failing means that it has ended already, which is what is wanted.
        let _ = pidfd_send_signal(&self.pidfd, Signal::KILL);
    }

    /// Collects the process and says how it ended. One that closed its socket but lives on gets a
    /// moment to end by itself.
    fn death(&mut self) -> HostTrouble {
        let ends_by_itself = ends_within(&self.pidfd, &LAST_BREATH);
        let how = match self.collect() {
            _ if !ends_by_itself => "the sealed process closed its socket, but lived on".into(),
            Ended::Exited(code) => format!("the sealed process exited with code {code}"),
            Ended::Signalled(31) => {
                self.end = Kill::ForbiddenCall;
                "the sealed process was killed for a forbidden system call".into()
            }
            Ended::Signalled(signal) => format!("the sealed process was killed by signal {signal}"),
            Ended::Running | Ended::Unknown => match self.zygote.end() {
                Some(why) => format!("the sealed process died with its zygote: {why}"),
                None => "the sealed process is gone".into(),
            },
        };
        HostTrouble::new(HostFault::ShimDied, how)
    }

    /// Kills the process, waits for its end and collects its exit status.
    fn collect(&mut self) -> Ended {
        if std::mem::replace(&mut self.is_collected, true) {
            return Ended::Unknown;
        }
        self.kill();
        ends_within(&self.pidfd, &DEATH_WAIT);
        self.zygote.reap(self.pid)
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        self.collect();
        self.zygote.count_end(self.end);
    }
}
