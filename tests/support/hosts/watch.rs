//! How far a tournament is, by what is recorded of it.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const LIST: &str = include_str!("results.py");
/// Between two looks. Short against a match, long against a look.
const LOOK_EVERY: Duration = Duration::from_millis(15);
/// Longest time without any change, and longest wait for anything: leases end within seconds, but
/// the machine may be busy with all else.
const STANDSTILL: Duration = Duration::from_secs(120);
const PATIENCE: Duration = Duration::from_secs(900);

/// Lists the results in a store, as often as it is asked.
#[derive(Debug)]
pub(super) struct Watch {
    child: Child,
    paths: ChildStdin,
    lists: BufReader<ChildStdout>,
}

impl Watch {
    pub(super) fn new() -> Watch {
        let mut command = Command::new("python3");
        command.args(["-c", LIST]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the tests need python3 in PATH");
        let paths = child.stdin.take().expect("a pipe of ours");
        let lists = BufReader::new(child.stdout.take().expect("a pipe of ours"));
        Watch { child, paths, lists }
    }

    /// The matches that have a result in that store.
    pub(super) fn matches(&mut self, store: &Path) -> BTreeSet<String> {
        writeln!(self.paths, "{}", store.display()).expect("the reader of the store listens");
        let mut line = String::new();
        self.lists.read_line(&mut line).expect("the reader of the store answers");
        serde_json::from_str(&line).expect("the reader of the store answers in JSON")
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Looks again and again until the probe has found something. Fails if that does not come: if what
/// the probe says is missing has not changed for long.
pub(super) fn until<T>(mut probe: impl FnMut() -> Result<T, String>) -> T {
    let (began, mut changed, mut last) = (Instant::now(), Instant::now(), String::new());
    loop {
        match probe() {
            Ok(found) => return found,
            Err(missing) if missing != last => (changed, last) = (Instant::now(), missing),
            Err(missing) => {
                let is_late = changed.elapsed() > STANDSTILL || began.elapsed() > PATIENCE;
                assert!(!is_late, "it did not come: {missing}");
            }
        }
        sleep(LOOK_EVERY);
    }
}
