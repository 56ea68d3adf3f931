//! Workers on this machine, as child processes: started, watched, and never left behind.
//!
//! A worker gets a pipe as its standard input and drains when that ends, so it goes even when we
//! are killed. It has a process group of its own: Ctrl-C reaches us alone, and we decide. One that
//! dies is started again, unless it always dies.

mod restarts;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rpc::JoinToken;
use tokio::io::AsyncRead;
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_stream::StreamExt;
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

use crate::progress::Console;
use restarts::{End, Restarts};

/// The name of the worker's program.
const PROGRAM: &str = "worker";
/// How long a worker may take to go after SIGTERM if nobody says otherwise.
const GRACE: Duration = Duration::from_secs(5);
/// What makes a worker log less: its notes are shown as progress.
const LOG_VARIABLE: &str = "ARENA_LOG";
/// How a worker hears the join token: everybody can see arguments, nobody else the environment.
const TOKEN_VARIABLE: &str = "ARENA_JOIN_TOKEN";
/// What is ours and would mean something else to a worker.
const OUR_VARIABLES: [&str; 8] = [
    // The address is ours, and theirs would be taken.
    "ARENA_HTTP",
    "ARENA_HTTP_ADVERTISE",
    "ARENA_COORDINATOR",
    "ARENA_CA",
    "ARENA_TLS_CERT",
    "ARENA_TLS_KEY",
    "ARENA_JOIN_TOKEN_FILE",
    TOKEN_VARIABLE,
];
/// Longest line of a worker's log that is passed on, in bytes.
const LINE_BYTES_MAX: usize = 16 * 1024;

/// How to start the local workers.
#[derive(Clone, Debug)]
pub struct LocalConfig {
    /// How many.
    pub count: u32,
    /// The program, if it is not next to this one.
    pub program: Option<PathBuf>,
    /// Where they call, without TLS.
    pub coordinator: SocketAddr,
    /// The join token of that address.
    pub token: Option<JoinToken>,
    /// Where all of them cache what they fetch and compile.
    pub data_dir: PathBuf,
    /// Whether they log no more than warnings.
    pub is_terse: bool,
    /// Further arguments for each of them.
    pub arguments: Vec<String>,
}

/// A worker that cannot be started.
#[derive(Debug, thiserror::Error)]
#[error(
    "the worker program {path} cannot be started; build it with `make build`, or name it with --worker-bin"
)]
pub struct StartError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// A worker that ended before it was told to.
#[derive(Clone, Debug)]
pub struct Exited {
    /// The name it had.
    pub name: String,
    /// Whether it is started again.
    pub comes_back: bool,
    status: Option<ExitStatus>,
}

impl fmt::Display for Exited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "local worker {} ended early", self.name)?;
        if let Some(status) = self.status {
            write!(f, " ({status})")?;
        }
        f.write_str(if self.comes_back { "; it is started again" } else { "" })
    }
}

/// The local workers of a run.
#[derive(Debug)]
pub struct Locals {
    tasks: JoinSet<()>,
    /// Says how long they may take to go.
    stop: watch::Sender<Option<Duration>>,
}

impl Locals {
    /// Starts them. Each end that was not asked for is told through `exits`.
    ///
    /// # Errors
    /// The first one that cannot be started; those before it are stopped.
    pub fn start(
        config: &LocalConfig,
        console: &Console,
        exits: &mpsc::Sender<Exited>,
    ) -> Result<Locals, StartError> {
        let program = config.program.clone().unwrap_or_else(|| beside_us(PROGRAM));
        let mut locals = Locals { tasks: JoinSet::new(), stop: watch::Sender::new(None) };
        for number in 1..=config.count {
            let (program, config, console) = (program.clone(), config.clone(), console.clone());
            let worker = Local { number, program, config, console };
            let child = worker.start()?;
            locals.tasks.spawn(worker.attend(child, exits.clone(), locals.stop.subscribe()));
        }
        Ok(locals)
    }

    /// Stops them and waits until they are gone; those that take longer than `patience` are killed.
    pub async fn stop(mut self, patience: Duration) {
        self.stop.send_replace(Some(patience));
        while self.tasks.join_next().await.is_some() {}
    }
}

fn beside_us(name: &str) -> PathBuf {
    let beside = std::env::current_exe().ok().map(|exe| exe.with_file_name(name));
    beside.unwrap_or_else(|| PathBuf::from(name))
}

/// One of them, dead or alive.
struct Local {
    number: u32,
    program: PathBuf,
    config: LocalConfig,
    console: Console,
}

impl Local {
    fn start(&self) -> Result<Child, StartError> {
        let started = self.command().spawn();
        started.map_err(|source| StartError { path: self.program.clone(), source })
    }

    fn command(&self) -> Command {
        let Local { number, program, config, console } = self;
        let mut command = Command::new(program);
        command
            .arg("--coordinator")
            .arg(format!("http://{}", config.coordinator))
            .arg("--data-dir")
            .arg(&config.data_dir)
            .args(["--name", &name(*number), "--until-stdin-closes"])
            .args(&config.arguments)
            .args(share_of_cores(*number, config.count))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if !console.is_colourful() {
            command.env("NO_COLOR", "1");
        }
        if config.is_terse && std::env::var_os(LOG_VARIABLE).is_none() {
            command.env(LOG_VARIABLE, "warn");
        }
        for name in OUR_VARIABLES {
            command.env_remove(name);
        }
        if let Some(token) = &config.token {
            command.env(TOKEN_VARIABLE, token.secret());
        }
        command
    }

    /// Watches over this worker until it is told to stop, or is given up; tells of each of its ends.
    async fn attend(
        self,
        mut child: Child,
        exits: mpsc::Sender<Exited>,
        mut stop: watch::Receiver<Option<Duration>>,
    ) {
        let mut restarts = Restarts::default();
        loop {
            let began = Instant::now();
            let Ok(status) = live(child, self.console.clone(), &mut stop).await else { return };
            let pause = restarts.ended(End::of(status), began.elapsed());
            let exited = Exited { name: name(self.number), comes_back: pause.is_some(), status };
            let restart = async {
                // Nobody listens any more when the run is over, and then nobody needs to know.
                let _ = exits.send(exited.clone()).await;
                tokio::time::sleep(pause?).await;
                Some(self.start())
            };
            child = tokio::select! {
                _ = told_to_stop(&mut stop) => return,
                started = restart => match started {
                    None => return,
                    Some(Ok(child)) => child,
                    Some(Err(error)) => {
                        tracing::error!("{error}: {}", error.source);
                        let _ = exits.send(Exited { comes_back: false, ..exited }).await;
                        return;
                    }
                },
            };
        }
    }
}

/// What a local worker is called; they are numbered from 1.
pub fn name(number: u32) -> String {
    format!("local-{number}")
}

/// One worker takes every core by itself. Several get every so-manieth each, so that no two of
/// them play on the same one where there are enough.
fn share_of_cores(number: u32, count: u32) -> Vec<String> {
    if count <= 1 {
        return Vec::new();
    }
    let cores = usable_cores();
    let own =
        cores.iter().skip(number.saturating_sub(1) as usize % cores.len().max(1)).step_by(count as usize);
    let list: Vec<String> = own.map(usize::to_string).collect();
    let slots = list.len().max(1).to_string();
    if list.is_empty() {
        return vec!["--slots".to_owned(), slots];
    }
    vec!["--cores".to_owned(), list.join(","), "--slots".to_owned(), slots]
}

/// The cores that this process may use.
fn usable_cores() -> Vec<usize> {
    let Ok(set) = nix::sched::sched_getaffinity(Pid::from_raw(0)) else { return Vec::new() };
    (0..nix::sched::CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false)).collect()
}

/// A worker that was told to stop, and did.
struct Stopped;

/// Passes a worker's log on until it ends.
async fn live(
    mut child: Child,
    console: Console,
    stop: &mut watch::Receiver<Option<Duration>>,
) -> Result<Option<ExitStatus>, Stopped> {
    // Waiting for a child closes its standard input, and for a worker that means to go.
    let _held_open = child.stdin.take();
    let log = pass_on(child.stderr.take(), console);
    tokio::pin!(log);
    let patience = tokio::select! {
        patience = told_to_stop(stop) => patience,
        status = async { tokio::join!(child.wait(), &mut log).0 } => return Ok(status.ok()),
    };
    tokio::join!(end(child, patience), log);
    Err(Stopped)
}

async fn told_to_stop(stop: &mut watch::Receiver<Option<Duration>>) -> Duration {
    // Nobody left to tell means that the run is over as well.
    stop.wait_for(Option::is_some).await.ok().and_then(|told| *told).unwrap_or(GRACE)
}

/// Asks a worker to go, and makes it go if it does not.
async fn end(mut child: Child, patience: Duration) {
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    if let Some(pid) = pid {
        // The child is ours and not reaped yet, so the id cannot have become somebody else's.
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
    }
    if tokio::time::timeout(patience, child.wait()).await.is_err() {
        tracing::info!("a local worker does not go; it is killed");
        let _ = child.kill().await;
    }
}

async fn pass_on(stderr: Option<ChildStderr>, console: Console) {
    if let Some(stderr) = stderr {
        each_line(stderr, |line| console.line(line)).await;
    }
}

/// Reads lines to the end, but for those that are too long.
async fn each_line(bytes: impl AsyncRead + Unpin, mut say: impl FnMut(&str)) {
    let mut lines = FramedRead::new(bytes, LinesCodec::new_with_max_length(LINE_BYTES_MAX));
    loop {
        match lines.next().await {
            Some(Ok(line)) => say(&line),
            // After an error the stream ends once, and then goes on.
            Some(Err(LinesCodecError::MaxLineLengthExceeded)) => drop(lines.next().await),
            Some(Err(LinesCodecError::Io(_))) | None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_line_that_is_too_long_is_left_out_and_what_follows_is_not() {
        let text = format!("first\n{}\nlast\n", "x".repeat(3 * LINE_BYTES_MAX));
        let mut heard = Vec::new();
        each_line(text.as_bytes(), |line| heard.push(line.to_owned())).await;
        assert_eq!(heard, ["first", "last"]);
    }
}
