//! A coordinator and workers as their users start them, and what they say.

use std::io::Read;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex};

use arena_tests::{Run, Tournament, bin, bin_folder, example_bots, wait_for};

/// What a program says on standard error, as it comes.
#[derive(Clone)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn of(mut stderr: ChildStderr) -> Log {
        let log = Log(Arc::default());
        let text = log.0.clone();
        let read = move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut bytes) {
                text.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        };
        std::thread::Builder::new().spawn(read).unwrap();
        log
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

/// A program that is killed when the test is over, however it ends.
pub(crate) struct Program {
    child: Option<Child>,
    log: Log,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Program {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Log::of(child.stderr.take().unwrap());
        Program { child: Some(child), log }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub(crate) fn said(&self) -> String {
        self.log.text()
    }

    /// Waits until it says that, and returns everything it said.
    pub(crate) fn says(&self, what: &str) -> String {
        let mut last = String::new();
        for _ in 0..1_000 {
            last = self.said();
            if last.contains(what) {
                return last;
            }
            std::thread::sleep(std::time::Duration::from_millis(60));
        }
        panic!("{what:?} was not said, but {last:?}");
    }

    /// How it ends by itself.
    pub(crate) fn code(mut self) -> Option<i32> {
        let mut child = self.child.take().unwrap();
        wait_for("the end of a program", || child.try_wait().unwrap()).code()
    }

    fn into_child(mut self) -> Child {
        self.child.take().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A coordinator that waits for workers.
pub(crate) struct Coordinator {
    tournament: Tournament,
    pub(crate) program: Program,
    pub(crate) port: u16,
}

impl Coordinator {
    /// Listens on a port of loopback, with these arguments.
    pub(crate) fn start(arguments: &[&str]) -> Coordinator {
        let usual = ["--listen", "127.0.0.1:0", "--local-workers", "0", "--ticks", "50"];
        let tournament = Tournament::of(example_bots()).with(&usual).with(arguments);
        let program = Program::start(&mut tournament.command());
        let said = program.says("workers: worker --coordinator");
        let (_, after) = said.split_once("listening on 127.0.0.1:").unwrap();
        let port = after.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap();
        Coordinator { tournament, program, port }
    }

    pub(crate) fn url(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}", self.port)
    }

    /// Waits for the end, which must be a good one.
    pub(crate) fn finish(self) -> Run {
        let said = self.program.log.clone();
        let run = self.tournament.finish(self.program.into_child());
        assert_eq!(run.code, Some(0), "{}", said.text());
        run
    }
}

/// The same tournament, played on one machine with nothing special.
pub(crate) fn undisturbed() -> Run {
    Tournament::of(example_bots()).with(&["--ticks", "50"]).run().expect_code(0)
}

/// A worker with one slot in that folder.
pub(crate) fn worker(folder: &Path, arguments: &[&str]) -> Program {
    let mut command = Command::new(bin("worker"));
    command
        .args(arguments)
        .args(["--slots", "1", "--data-dir"])
        .arg(folder)
        .env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache"))
        .env("NO_COLOR", "1")
        .stdout(Stdio::null());
    if let Some(folder) = std::env::var_os("ARENA_CACHE_DIR") {
        command.env("ARENA_CACHE_DIR", folder);
    }
    Program::start(&mut command)
}
