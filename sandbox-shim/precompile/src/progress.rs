//! Telling people on stderr that something takes long, and how long already.

use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a line appears while somebody waits.
const EVERY: Duration = Duration::from_secs(3);

/// One line for people. A closed stderr is no reason to fail.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "precompile: {line}");
}

/// Reports on one piece of work until it is finished.
pub(crate) struct Progress {
    what: String,
    began: Instant,
    reporter: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Says that `what` begins, and every few seconds that it still goes on.
    pub(crate) fn start(what: &str) -> Progress {
        say(&format!("{what}; this takes a while, but only once"));
        let (done, waiting) = mpsc::channel();
        let (what, began) = (what.to_owned(), Instant::now());
        let line = what.clone();
        let reporter = std::thread::Builder::new().name("progress".into()).spawn(move || {
            while waiting.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                say(&format!("still {line}, {} s so far", began.elapsed().as_secs()));
            }
        });
        Progress { what, began, reporter: reporter.ok().map(|handle| (done, handle)) }
    }

    /// Says how long it took.
    pub(crate) fn finish(self) {
        if let Some((done, handle)) = self.reporter {
            drop(done);
            let _ = handle.join();
        }
        say(&format!("done {} in {:.1} s", self.what, self.began.elapsed().as_secs_f64()));
    }
}
