//! The coordinator under load: a real process with bots of its own, watched while it runs.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use arena_tests::{bin, write_bot};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use super::options::Options;
use super::proc::{Look, look};

/// Lines of its log that are kept for whoever has to find out what went wrong.
const LINES_MAX: usize = 30;
/// How long it may take to listen.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// How it says where it listens, and that a worker fell silent.
const LISTENING: &str = "listening on ";
const GONE: &str = "worker is gone";

/// The process.
pub(crate) struct Coordinator {
    folder: TempDir,
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    began: Instant,
    log: Log,
    looks: Vec<(Duration, Look)>,
}

/// What it said.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// The last lines.
    pub(crate) last: VecDeque<String>,
    /// Workers that it thinks are gone although they never went.
    pub(crate) lost: u64,
    /// Whether it said that all matches have been played.
    pub(crate) is_over: bool,
}

/// What it left behind.
#[derive(Debug)]
pub(crate) struct Left {
    /// Its exit code; nothing if a signal ended it or it did not end in time.
    pub(crate) code: Option<i32>,
    pub(crate) json: PathBuf,
    pub(crate) log: Log,
    /// How it was at which time.
    pub(crate) looks: Vec<(Duration, Look)>,
    pub(crate) wall: Duration,
    pub(crate) _folder: TempDir,
}

/// The source of each bot, and so all that tells them apart.
pub(crate) fn bot(number: u32) -> (String, Vec<u8>) {
    (format!("bot-{number:04}"), format!("# simulated bot {number}\n").into_bytes())
}

impl Coordinator {
    /// Writes the bots and starts it.
    pub(crate) fn start(options: &Options) -> Coordinator {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for number in 0..options.bots {
            let (name, source) = bot(number);
            write_bot(&folder.path().join("bots"), &format!("{name}.py"), &source);
        }
        let mut command = Command::new(bin("coordinator"));
        command
            .args(["--local-workers", "0", "--listen", "127.0.0.1:0", "--audit", &options.audit])
            .args(["--rounds", &options.rounds().to_string()])
            .arg("--bots")
            .arg(folder.path().join("bots"))
            .arg("--data-dir")
            .arg(folder.path().join("data"))
            .arg("--json")
            .arg(folder.path().join("out.json"))
            .args(&options.arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().expect("the coordinator starts");
        let stderr = child.stderr.take().expect("it was asked for");
        let lines = BufReader::new(stderr).lines();
        Coordinator { folder, child, lines, began: Instant::now(), log: Log::default(), looks: Vec::new() }
    }

    /// Where it listens, and how long it took to get there.
    pub(crate) async fn address(&mut self) -> Result<(SocketAddr, Duration), String> {
        let listening = async {
            while let Ok(Some(line)) = self.lines.next_line().await {
                let address = line.split_once(LISTENING).and_then(|(_, rest)| rest.split([';', ' ']).next());
                if let Some(address) = address.and_then(|address| address.parse().ok()) {
                    return Some(address);
                }
                self.log.take(line);
            }
            None
        };
        let address = tokio::time::timeout(START_PATIENCE, listening).await.ok().flatten();
        let told = || format!("the coordinator does not listen: {:?}", self.log.last);
        Ok((address.ok_or_else(told)?, self.began.elapsed()))
    }

    /// Waits for the next thing it says, and tells whether everything has been played. Nothing when it has
    /// ended.
    pub(crate) async fn hear(&mut self) -> Option<bool> {
        let line = self.lines.next_line().await.ok().flatten()?;
        self.log.take(line);
        Some(self.log.is_over)
    }

    /// Looks at it.
    pub(crate) fn look(&mut self) -> Look {
        let found = self.child.id().and_then(look).unwrap_or_default();
        if found.rss_bytes > 0 {
            self.looks.push((self.began.elapsed(), found));
        }
        found
    }

    /// It has ended, or is ended now.
    pub(crate) async fn end(mut self, may_go_on: Duration) -> Left {
        let code = match tokio::time::timeout(may_go_on, self.child.wait()).await {
            Ok(status) => status.ok().and_then(|status| status.code()),
            Err(_) => None,
        };
        // Nothing is left to end if it ended by itself.
        let _ = self.child.kill().await;
        Left {
            code,
            json: self.folder.path().join("out.json"),
            log: self.log,
            looks: self.looks,
            wall: self.began.elapsed(),
            _folder: self.folder,
        }
    }
}

impl Log {
    fn take(&mut self, line: String) {
        let stays = ["honest-", "slow-", "stalled-", "duplicating-"];
        if line.contains(GONE) && stays.iter().any(|kind| line.contains(kind)) {
            self.lost += 1;
        }
        let counts = line.split_once(" matches, ").and_then(|(counts, _)| counts.split_once('/'));
        self.is_over |= counts.is_some_and(|(played, all)| played == all);
        self.last.push_back(line);
        if self.last.len() > LINES_MAX {
            self.last.pop_front();
        }
    }
}
