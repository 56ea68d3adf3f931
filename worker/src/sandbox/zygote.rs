//! One zygote process: spawned with an empty environment and one descriptor, asked to fork sealed
//! children and to collect them.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pipe::{Ended, FRAME_BYTES_MAX, FromZygote, Layer, ToZygote};
use terms::{Digest, HostFault};

use super::channel::Channel;
use super::{HostTrouble, Sealed};

/// How long a zygote may take to map and warm its interpreter. Milliseconds are usual.
const START_SECONDS_MAX: Duration = Duration::from_secs(60);
/// How long a zygote may take to fork or to collect a child. A millisecond is usual.
const ANSWER_SECONDS_MAX: Duration = Duration::from_secs(10);
/// How much of a zygote's standard error is passed on to the log, in bytes.
const STDERR_BYTES_MAX: u64 = 64 << 10;

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
    process: Mutex<Child>,
    control: Mutex<Control>,
    described: Described,
    is_dead: AtomicBool,
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
        let start = |source| SpawnError::Start { shim: config.shim.clone(), source };
        let (channel, theirs) = Channel::pair().map_err(start)?;
        channel.set_timeout(START_SECONDS_MAX).map_err(start)?;
        let mut process = Command::new(&config.shim)
            .arg("zygote")
            .args(["--native".as_ref(), config.native.as_os_str()])
            .args(["--native-digest", &config.native_digest.to_string()])
            .args(["--stack-bytes", &config.stack_bytes.to_string()])
            .env_clear()
            .stdin(theirs)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(start)?;
        if let Some(stderr) = process.stderr.take() {
            pass_on(stderr).map_err(start)?;
        }
        let mut control = Control { channel, outgoing: Vec::new(), incoming: vec![0; FRAME_BYTES_MAX] };
        let described = await_ready(&mut control);
        control.channel.set_timeout(ANSWER_SECONDS_MAX).map_err(start)?;
        let zygote = Zygote {
            process: Mutex::new(process),
            control: Mutex::new(control),
            // A zygote that is not ready is dropped, and so killed, right here.
            described: described?,
            is_dead: AtomicBool::new(false),
        };
        Ok(zygote)
    }

    /// What it said of itself.
    pub fn described(&self) -> &Described {
        &self.described
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).id()
    }

    /// Whether it failed to answer once: nothing more is to be had from it.
    pub fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::Relaxed)
    }

    /// Forks a sealed child, pinned to `core` if one is given.
    ///
    /// # Errors
    /// The zygote is gone, or cannot fork.
    pub fn fork(self: &Arc<Zygote>, core: Option<u16>) -> Result<Sealed, HostTrouble> {
        let failed = |why: String| HostTrouble::new(HostFault::SpawnFailed, why);
        let (ours, theirs) = Channel::pair().map_err(|error| failed(format!("socket pair: {error}")))?;
        let answer = self.locked(|control| {
            ToZygote::Fork { core }.encode(&mut control.outgoing);
            control.channel.send_with(&control.outgoing, std::os::fd::AsFd::as_fd(&theirs))?;
            let (length, pidfd) = control.channel.receive_with(&mut control.incoming)?;
            Ok((control.decode(length)?, pidfd))
        });
        match answer.map_err(|trouble| failed(trouble.to_string()))? {
            (FromZygote::Forked { pid }, Some(pidfd)) => Ok(Sealed::new(ours, pidfd, pid, self.clone())),
            (FromZygote::Failed(why), _) => Err(failed(why)),
            (other, _) => Err(failed(format!("the zygote answered {other:?}"))),
        }
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
        if self.is_dead() {
            return Err(HostTrouble::new(HostFault::ShimDied, "the zygote is gone"));
        }
        let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        ask(&mut control).inspect_err(|_| self.is_dead.store(true, Ordering::Relaxed))
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        let process = self.process.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Failing means that it has ended already, which is what is wanted.
        let _ = process.kill();
        let _ = process.wait();
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
        FromZygote::Failed(why) => Err(SpawnError::Refused(why)),
        other => {
            let message = format!("it said {other:?}");
            Err(SpawnError::NotReady(HostTrouble::new(HostFault::Protocol, message)))
        }
    }
}

/// Logs what the zygote and its children write to standard error, line by line, up to a limit:
/// after that the pipe is still read, so that nobody blocks on it, but forgotten.
fn pass_on(stderr: ChildStderr) -> std::io::Result<()> {
    let read = move || {
        let mut reader = BufReader::new(stderr.take(STDERR_BYTES_MAX));
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
            tracing::warn!(target: "sandbox_shim", "{}", String::from_utf8_lossy(&line).trim_end().escape_debug());
            line.clear();
        }
        let _ = std::io::copy(&mut reader.into_inner().into_inner(), &mut std::io::sink());
    };
    std::thread::Builder::new().name("zygote-stderr".into()).spawn(read).map(drop)
}
