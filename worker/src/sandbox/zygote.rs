//! One zygote: asked to fork sealed children and to collect them.

use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use pipe::{Ended, FRAME_BYTES_MAX, FromZygote, Layer, ToZygote};
use rustix::event::Timespec;
use terms::printable::clean;
use terms::{Digest, HostFault};

use super::cgroup::Group;
use super::channel::Channel;
use super::process::Process;
use super::{HostTrouble, Sealed};
use crate::metrics::{Kill, Sandboxes};

/// How long a zygote may take to map and warm its interpreter. Milliseconds are usual.
const START_SECONDS_MAX: Duration = Duration::from_secs(60);
/// How long a zygote that hung up may take to end by itself, which tells how it ended.
const LAST_BREATH: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
/// Most characters of a zygote's own words that are passed on.
const WORDS_CHARS_MAX: usize = 2_000;

/// What a zygote is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZygoteConfig {
    /// The sandbox-shim executable.
    pub shim: PathBuf,
    /// The interpreter in native code.
    pub native: PathBuf,
    /// BLAKE3 of that file; the shim loads nothing else.
    pub native_digest: Digest,
    /// Stack of the WebAssembly code, in bytes.
    pub stack_bytes: u32,
    /// How long it may take to fork or to collect a child before it is given up.
    pub answer_max: Duration,
    /// Whether it is to refuse to start where the system gives no namespaces.
    pub require_namespaces: bool,
    /// Whether the code is a stranger's: then nothing of it runs before a child is sealed.
    pub untrusted: bool,
}

impl ZygoteConfig {
    /// How long a zygote may usually take to answer. A millisecond is usual.
    pub const ANSWER_MAX: Duration = Duration::from_secs(10);
}

/// Why there is no zygote.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// The program does not start.
    #[error("{shim} does not start; `make build` makes it")]
    Start {
        /// The sandbox-shim executable.
        shim: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It started and gave up.
    #[error("sandbox-shim: {0}")]
    Refused(String),
    /// It started and said something else than expected, or nothing.
    #[error("sandbox-shim did not become ready: {0}; worker and sandbox-shim must come from one build")]
    NotReady(HostTrouble),
}

/// What a zygote says of itself when it is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The version of wasmtime it was built with.
    pub wasmtime: String,
    /// `terms::runtime::ENGINE_REVISION` it was built with.
    pub engine: u32,
    /// The layers in force.
    pub layers: Vec<Layer>,
}

/// A running zygote. Dropping it kills it, and with it all its children.
pub struct Zygote {
    process: Process,
    control: Mutex<Control>,
    described: Described,
    /// Why it was given up, once it was.
    end: OnceLock<String>,
    answer_max: Duration,
    metrics: Sandboxes,
}

/// The control socket and the buffers of one request and its answer.
struct Control {
    channel: Channel,
    outgoing: Vec<u8>,
    incoming: Vec<u8>,
}

impl Zygote {
    /// Starts a zygote and waits until it is ready.
    ///
    /// # Errors
    /// The program is not there, refuses (for example because a mandatory layer is missing), or
    /// is of another version.
    pub fn spawn(config: &ZygoteConfig) -> Result<Zygote, SpawnError> {
        Zygote::spawn_in(config, None)
    }

    /// Starts a zygote in a cgroup, where there is one for it.
    pub(super) fn spawn_in(config: &ZygoteConfig, group: Option<&Group>) -> Result<Zygote, SpawnError> {
        let (began, metrics) = (Instant::now(), Sandboxes::new());
        let ready = Zygote::ready(config, group);
        metrics.zygote_started(began.elapsed(), ready.is_ok());
        let (process, control, described) = ready?;
        let (control, end) = (Mutex::new(control), OnceLock::new());
        Ok(Zygote { process, control, described, end, answer_max: config.answer_max, metrics })
    }

    /// The process of a zygote that is ready.
    fn ready(
        config: &ZygoteConfig,
        group: Option<&Group>,
    ) -> Result<(Process, Control, Described), SpawnError> {
        let start = |source| SpawnError::Start { shim: config.shim.clone(), source };
        let (channel, theirs) = Channel::pair().map_err(start)?;
        channel.set_timeout(START_SECONDS_MAX).map_err(start)?;
        // A zygote that is not ready is dropped, and so killed, on the way out.
        let process = Process::start(config, theirs).map_err(start)?;
        // It has no children yet: those that it will have begin where it is.
        group.map_or(Ok(()), |group| group.add(process.pid())).map_err(start)?;
        let mut control = Control { channel, outgoing: Vec::new(), incoming: vec![0; FRAME_BYTES_MAX] };
        let described = await_ready(&mut control)?;
        control.channel.set_timeout(config.answer_max).map_err(start)?;
        Ok((process, control, described))
    }

    /// What it said of itself.
    pub fn described(&self) -> &Described {
        &self.described
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Whether it failed to answer once: nothing more is to be had from it.
    pub fn is_dead(&self) -> bool {
        self.end.get().is_some()
    }

    /// Why it was given up, if it was.
    pub(super) fn end(&self) -> Option<&str> {
        self.end.get().map(String::as_str)
    }

    /// Forks a sealed child, pinned to `core` if one is given.
    ///
    /// # Errors
    /// The zygote is gone, or cannot fork.
    pub fn fork(self: &Arc<Zygote>, core: Option<u16>) -> Result<Sealed, HostTrouble> {
        let began = Instant::now();
        let failed = |why: String| HostTrouble::new(HostFault::SpawnFailed, why);
        let (ours, theirs) = Channel::pair().map_err(|error| failed(format!("socket pair: {error}")))?;
        let answer = self.locked(|control| {
            ToZygote::Fork { core }.encode(&mut control.outgoing);
            control.channel.send_with(&control.outgoing, theirs.as_fd())?;
            let (length, pidfd) = control.channel.receive_with(&mut control.incoming)?;
            Ok((control.decode(length)?, pidfd))
        });
        match answer.map_err(|trouble| failed(trouble.message))? {
            (FromZygote::Forked { pid }, Some(pidfd)) => {
                self.metrics.began(began.elapsed());
                Ok(Sealed::new(ours, (pidfd, pid), self.clone(), began))
            }
            (FromZygote::Failed(why), _) => Err(failed(words(&why))),
            (other, _) => Err(failed(words(&format!("the zygote answered {other:?}")))),
        }
    }

    /// Counts a child that is gone.
    pub(super) fn count_end(&self, why: Kill) {
        self.metrics.ended(why);
    }

    /// Collects a child that has ended.
    pub(super) fn reap(&self, pid: u32) -> Ended {
        let answer = self.locked(|control| {
            ToZygote::Reap { pid }.encode(&mut control.outgoing);
            control.channel.send(&control.outgoing)?;
            let length = control.channel.receive(&mut control.incoming)?;
            control.decode(length)
        });
        match answer {
            Ok(FromZygote::Reaped(ended)) => ended,
            _ => Ended::Unknown,
        }
    }

    /// One request and its answer. After a failure the conversation is out of step: the zygote is
    /// given up.
    fn locked<T>(&self, ask: impl FnOnce(&mut Control) -> Result<T, HostTrouble>) -> Result<T, HostTrouble> {
        let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        // Asked only now: whoever waited behind a request that failed must not wait for an answer.
        match self.end() {
            Some(why) => Err(HostTrouble::new(HostFault::ShimDied, why)),
            None => ask(&mut control).map_err(|trouble| self.give_up(trouble)),
        }
    }

    /// Kills it and its children: one that hangs would keep them, and its memory, for ever.
    fn give_up(&self, trouble: HostTrouble) -> HostTrouble {
        let why = match trouble.fault {
            HostFault::ShimDied => match self.process.ending(&LAST_BREATH) {
                Some(how) => format!("the zygote {how}"),
                None => "the zygote hung up".to_owned(),
            },
            HostFault::Stalled => {
                format!("the zygote did not answer within {:?} and was killed", self.answer_max)
            }
            _ => format!("the zygote was killed, because it answered nonsense: {}", trouble.message),
        };
        self.process.kill();
        let why = self.end.get_or_init(|| why);
        HostTrouble::new(HostFault::ShimDied, why.clone())
    }
}

impl Control {
    fn decode(&self, length: usize) -> Result<FromZygote, HostTrouble> {
        let frame = self.incoming.get(..length).unwrap_or_default();
        FromZygote::decode(frame)
            .map_err(|malformed| HostTrouble::new(HostFault::Protocol, malformed.to_string()))
    }
}

fn await_ready(control: &mut Control) -> Result<Described, SpawnError> {
    let received = control.channel.receive(&mut control.incoming);
    match received.and_then(|length| control.decode(length)).map_err(SpawnError::NotReady)? {
        FromZygote::Ready { wasmtime, engine, layers } => Ok(Described { wasmtime, engine, layers }),
        FromZygote::Failed(why) => Err(SpawnError::Refused(words(&why))),
        other => {
            let message = words(&format!("it said {other:?}"));
            Err(SpawnError::NotReady(HostTrouble::new(HostFault::Protocol, message)))
        }
    }
}

/// A zygote's own words, fit for a log and bounded.
fn words(text: &str) -> String {
    clean(&text.chars().take(WORDS_CHARS_MAX).collect::<String>())
}
