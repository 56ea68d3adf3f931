//! A bot on a plain python3: the same frames over the same kind of socket as a sealed child's, and no
//! sandbox whatever.
//!
//! For authors who debug their own bots, and for comparing speeds. Only [`crate::play`] and benchmarks
//! make one; what comes from a coordinator goes through [`crate::sandbox`], which knows nothing of this.

mod harness;

use std::io::{self, IsTerminal};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use pipe::{CHUNK_BYTES_MAX, FRAME_BYTES_MAX, Failure, FromShim, Load, ToShim, Usage};
use rustix::event::Timespec;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use terms::{FaultKind, HostFault};

use crate::referee::{Answer, Player};
use crate::sandbox::{Channel, HostTrouble, ends_within};

pub use harness::Harness;

/// What python3 is told to do.
const START: &str = "import sys; sys.path[0] = sys.argv[1]; import arena_home; arena_home.serve()";
/// How long python3 may take to start.
const START_WAIT: Duration = Duration::from_secs(30);
/// As good as for ever.
const FOR_EVER: Duration = Duration::from_secs(1_000_000_000);
/// How long a process that hung up may take to end, or to show where it is.
const LAST_BREATH: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
/// What a bot finds of the environment: what terminals and debuggers need.
const VARIABLES: [&str; 8] =
    ["PATH", "HOME", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "VIRTUAL_ENV", "PYTHONBREAKPOINT"];

/// There is no python3 to play with.
#[derive(Debug, thiserror::Error)]
pub enum NakedError {
    /// The harness cannot be written.
    #[error("the harness cannot be written to the temporary folder: {0}")]
    Harness(io::Error),
    /// The program does not start.
    #[error("{} does not start: {why}; name a Python 3.9 or newer with --python", python.display())]
    Start {
        /// The program.
        python: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// It started, and could not run the harness.
    #[error("{} does not run the harness ({why}); name a Python 3.9 or newer with --python", python.display())]
    NotReady {
        /// The program.
        python: PathBuf,
        /// What came instead.
        why: String,
    },
}

/// What a bot is started with.
#[derive(Clone, Copy, Debug)]
pub struct NakedConfig<'a> {
    /// The interpreter.
    pub python: &'a Path,
    /// The harness that it runs.
    pub harness: &'a Harness,
    /// Whether a bot may take as long as it likes: for whoever stops in a debugger.
    pub is_patient: bool,
}

/// A python3 process with one bot. Dropping it kills and collects the process.
pub struct Naked {
    channel: Channel,
    child: Child,
    pidfd: Arc<OwnedFd>,
    is_patient: bool,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
    /// What is said of its end.
    ending: String,
}

impl Naked {
    /// Starts python3 and waits until it has read the harness.
    ///
    /// # Errors
    /// It does not start, or is no Python that can run the harness.
    pub fn start(config: &NakedConfig<'_>) -> Result<Naked, NakedError> {
        let python = config.python.to_owned();
        let start = |why| NakedError::Start { python: python.clone(), why };
        let (channel, theirs) = Channel::pair().map_err(start)?;
        let child = spawn(config, theirs).map_err(start)?;
        let opened = pidfd_open(Pid::from_child(&child), PidfdFlags::empty());
        let mut naked = Naked {
            channel,
            // A process that cannot be watched is not left behind either.
            pidfd: Arc::new(opened.map_err(|errno| start(errno.into()))?),
            child,
            is_patient: config.is_patient,
            outgoing: Vec::new(),
            incoming: vec![0; FRAME_BYTES_MAX],
            ending: String::new(),
        };
        naked.channel.set_timeout(START_WAIT).map_err(start)?;
        match naked.receive() {
            Ok(FromShim::Loaded(_)) => Ok(naked),
            Ok(other) => Err(NakedError::NotReady { python, why: format!("it said {other:?}") }),
            Err(trouble) => Err(NakedError::NotReady { python, why: trouble.message }),
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What kills it from another thread.
    pub(super) fn killer(&self) -> Killer {
        Killer(self.pidfd.clone())
    }

    fn receive(&mut self) -> Result<FromShim<'_>, HostTrouble> {
        let length = self.channel.receive(&mut self.incoming)?;
        let frame = self.incoming.get(..length).unwrap_or_default();
        FromShim::decode(frame).map_err(|bad| HostTrouble::new(HostFault::Protocol, bad.to_string()))
    }

    fn send(&mut self, message: &ToShim<'_>) -> Result<(), HostTrouble> {
        message.encode(&mut self.outgoing);
        match self.channel.send(&self.outgoing) {
            // How it ended is found out when its answer is waited for.
            Err(trouble) if trouble.fault == HostFault::ShimDied => Ok(()),
            other => other,
        }
    }

    /// What the end of the process means: a bot that ends its interpreter is at fault, as it is in the
    /// sandbox.
    fn death(&mut self) -> Result<Answer<'_>, HostTrouble> {
        let ends_by_itself = ends_within(&self.pidfd, &LAST_BREATH);
        let died = |how: &str| HostTrouble::new(HostFault::ShimDied, format!("python3 {how}"));
        if !ends_by_itself {
            return Err(died("closed its socket, but lived on"));
        }
        let status = self.child.wait().map_err(|error| died(&format!("is lost: {error}")))?;
        self.ending = match status.code() {
            Some(0) => "the bot ended its interpreter, reporting success".to_owned(),
            Some(code) => format!("the bot ended its interpreter, with code {code}"),
            None => return Err(died(&crash(status))),
        };
        let failure = Failure { kind: FaultKind::Exited, message: &self.ending, traceback: "" };
        Ok(Answer::Fault(Usage::default(), failure))
    }

    /// What is said of a bot that does not answer. Python shows on standard error where it is.
    fn stall(&self) -> HostTrouble {
        let _ = pidfd_send_signal(&*self.pidfd, Signal::USR1);
        ends_within(&self.pidfd, &LAST_BREATH);
        let message = "no answer within the wall-clock limit: an endless loop, or a debugger that waits (then use \
                       --no-wall-clock); above is where Python was. In the sandbox, fuel would have judged";
        HostTrouble::new(HostFault::Stalled, message)
    }
}

/// Kills a [`Naked`] bot from another thread.
pub(super) struct Killer(Arc<OwnedFd>);

impl Killer {
    /// Failing means that it has ended already.
    pub(super) fn kill(&self) {
        let _ = pidfd_send_signal(&*self.0, Signal::KILL);
    }
}

fn spawn(config: &NakedConfig<'_>, socket: OwnedFd) -> io::Result<Child> {
    let kept = VARIABLES.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
    // Without a terminal there is nobody to ask, and nothing to read in the sandbox either.
    let stdin = if io::stdin().is_terminal() { Stdio::inherit() } else { Stdio::null() };
    Command::new(config.python)
        .args(["-s", "-c", START])
        .arg(config.harness.folder())
        .current_dir(config.harness.empty_folder())
        .env_clear()
        .envs(kept)
        // As in the sandbox, sets of texts have one order.
        .env("PYTHONHASHSEED", "0")
        .stdin(stdin)
        // It moves this away at once, and prints to standard error: our output is another.
        .stdout(socket)
        .spawn()
}

fn crash(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match status.signal() {
        Some(11) => "crashed (signal 11), perhaps because of a recursion without end".to_owned(),
        Some(signal) => format!("was killed by signal {signal}"),
        None => "ended without saying how".to_owned(),
    }
}

impl Player for Naked {
    fn set_wall_clock(&mut self, limit: Duration) -> Result<(), HostTrouble> {
        let limit = if self.is_patient { FOR_EVER } else { limit };
        self.channel
            .set_timeout(limit)
            .map_err(|error| HostTrouble::new(HostFault::Protocol, format!("socket: {error}")))
    }

    fn ask_load(&mut self, load: &Load, policy: &str, bundle: &[u8]) -> Result<(), HostTrouble> {
        let load = Load { bundle_bytes: bundle.len() as u32, ..*load };
        self.send(&ToShim::Load(load, policy))?;
        bundle.chunks(CHUNK_BYTES_MAX).try_for_each(|part| self.send(&ToShim::Chunk(part)))
    }

    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        self.send(&ToShim::Turn(observation))
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        let length = match self.channel.receive(&mut self.incoming) {
            Ok(length) => length,
            Err(trouble) if trouble.fault == HostFault::ShimDied => return self.death(),
            Err(trouble) if trouble.fault == HostFault::Stalled => return Err(self.stall()),
            Err(trouble) => return Err(trouble),
        };
        let frame = self.incoming.get(..length).unwrap_or_default();
        let frame = FromShim::decode(frame);
        match frame.map_err(|bad| HostTrouble::new(HostFault::Protocol, bad.to_string()))? {
            FromShim::Loaded(usage) => Ok(Answer::Loaded(usage)),
            FromShim::Reply(usage, reply) => Ok(Answer::Reply(usage, reply)),
            FromShim::Fault(usage, failure) => Ok(Answer::Fault(usage, failure)),
            other => Err(HostTrouble::new(HostFault::Protocol, format!("python3 said {other:?}"))),
        }
    }
}

impl Drop for Naked {
    fn drop(&mut self) {
        // Failing means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
