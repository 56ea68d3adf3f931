//! Coordinators and workers that are started one by one, as on machines of their own.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::{bin, bin_folder, send, wait_for};

/// How long the end of a program may take to come, and how often it is looked for.
const END_SECONDS_MAX: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(20);

/// A program that runs, with everything that it has said on standard error so far.
#[derive(Debug)]
pub struct Program {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Program {
    /// Starts it.
    pub fn start(command: &mut Command) -> Program {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let log = Arc::new(Mutex::new(String::new()));
        let into = log.clone();
        let read = move || {
            for line in stderr.lines().map_while(Result::ok) {
                let mut log = into.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
        };
        let reader = std::thread::Builder::new().spawn(read).expect("a thread");
        Program { child, log, reader: Some(reader) }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it says something with this in it, and gives the first such line.
    pub fn says(&self, part: &str) -> String {
        let find = || self.log().lines().find(|line| line.contains(part)).map(str::to_owned);
        wait_for(&format!("{part:?} in the log of {}", self.id()), find)
    }

    /// Where it answers over HTTP, once it has said so.
    pub fn http(&self) -> SocketAddr {
        let line = self.says("/healthz");
        let address = line.split_once("http://").and_then(|(_, rest)| rest.split('/').next());
        address.and_then(|address| address.parse().ok()).expect("the line has an address")
    }

    /// Sends it a signal.
    pub fn send(&self, signal: Signal) {
        send(signal, self.id());
    }

    /// Waits for its end. Its exit code, nothing if a signal ended it, and all that it said.
    pub fn end(mut self) -> (Option<i32>, String) {
        // A whole tournament may come before it, on a machine that does other things as well.
        let began = Instant::now();
        while self.child.try_wait().expect("a child of ours").is_none() {
            assert!(began.elapsed() < END_SECONDS_MAX, "{} does not end:\n{}", self.id(), self.log());
            std::thread::sleep(POLL);
        }
        self.reader.take().map(JoinHandle::join);
        (self.child.wait().expect("a child of ours").code(), self.log())
    }

    /// Kills it, as a power failure would.
    pub fn kill(self) -> String {
        self.send(Signal::SIGKILL);
        self.end().1
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that starts a worker of that coordinator, with a data directory of its own and the
/// cache of all tests. It says of each match that it was played.
pub fn worker(coordinator: SocketAddr, data: &Path) -> Command {
    let mut command = Command::new(bin("worker"));
    command
        .arg("--coordinator")
        .arg(format!("http://{coordinator}"))
        .arg("--data-dir")
        .arg(data)
        .env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache"))
        .env("ARENA_LOG", "warn,worker=debug")
        .env("NO_COLOR", "1");
    command
}

/// An address of this machine that nobody listens on.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address")
}
