//! One run of the coordinator, from the command line to its JSON.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The folder with the programs and python.wasm.
pub fn bin_folder() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release");
    let folder = std::env::var_os("ARENA_BIN").map_or_else(default, PathBuf::from);
    folder.canonicalize().unwrap_or_else(|_| panic!("{} is missing: run `make build`", folder.display()))
}

/// One of the programs, or python.wasm.
pub fn bin(name: &str) -> PathBuf {
    let path = bin_folder().join(name);
    assert!(path.exists(), "{} is missing: run `make build`", path.display());
    path
}

/// A tournament with a data directory of its own.
pub struct Tournament {
    data: TempDir,
    bots: PathBuf,
    arguments: Vec<String>,
    program: PathBuf,
}

/// What came out of a run.
pub struct Run {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The `--json` document; null if none was written.
    pub json: Value,
}

impl Tournament {
    /// A tournament between the bots of that folder.
    pub fn of(bots: impl Into<PathBuf>) -> Tournament {
        let data = tempfile::tempdir().expect("a temporary folder");
        Tournament { data, bots: bots.into(), arguments: Vec::new(), program: bin("coordinator") }
    }

    /// The same with more arguments.
    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Tournament {
        self.arguments.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// The same, run by another copy of the programs.
    #[must_use]
    pub fn by(mut self, program: PathBuf) -> Tournament {
        self.program = program;
        self
    }

    /// The same tournament with a data directory of its own.
    #[must_use]
    pub fn twin(&self) -> Tournament {
        let data = tempfile::tempdir().expect("a temporary folder");
        let (bots, arguments, program) = (self.bots.clone(), self.arguments.clone(), self.program.clone());
        Tournament { data, bots, arguments, program }
    }

    /// Where it keeps its files.
    pub fn data_folder(&self) -> PathBuf {
        self.data.path().join("data")
    }

    /// The command that a user would type.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("--bots")
            .arg(&self.bots)
            .arg("--data-dir")
            .arg(self.data_folder())
            .arg("--json")
            .arg(self.json_path())
            .args(&self.arguments)
            .current_dir(self.data.path())
            .env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts it and returns at once.
    pub fn start(&self) -> Child {
        self.command().spawn().expect("the coordinator starts")
    }

    /// What came out of a run that was started.
    pub fn finish(&self, child: Child) -> Run {
        self.read(&child.wait_with_output().expect("the coordinator ends"))
    }

    /// Plays it to the end.
    pub fn run(&self) -> Run {
        self.finish(self.start())
    }

    /// Plays it to the end, with more arguments.
    pub fn run_with(&self, arguments: &[&str]) -> Run {
        self.finish(self.command().args(arguments).spawn().expect("the coordinator starts"))
    }

    fn json_path(&self) -> PathBuf {
        self.data.path().join("out.json")
    }

    fn read(&self, output: &Output) -> Run {
        let json = std::fs::read(self.json_path()).unwrap_or_default();
        Run {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            json: serde_json::from_slice(&json).unwrap_or(Value::Null),
        }
    }
}

impl Run {
    /// The same run, if it ended with that exit code.
    #[must_use]
    pub fn expect_code(self, code: i32) -> Run {
        let Run { stdout, stderr, .. } = &self;
        assert_eq!(self.code, Some(code), "stdout:\n{stdout}\nstderr:\n{stderr}");
        self
    }

    /// The rows of `bots`, best first.
    pub fn bots(&self) -> &[Value] {
        self.json["bots"].as_array().expect("bots are a list")
    }

    /// The rows of `matches`, in schedule order.
    pub fn matches(&self) -> &[Value] {
        self.json["matches"].as_array().expect("matches are a list")
    }

    /// The row of one bot.
    pub fn bot(&self, name: &str) -> &Value {
        self.bots().iter().find(|bot| bot["name"] == name).unwrap_or_else(|| panic!("no bot {name}"))
    }

    /// The matches of one bot, each with its seat.
    pub fn matches_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Value, u64)> {
        let seat = move |played: &'a Value| (0..2).find(|seat| played["bots"][seat] == name);
        self.matches().iter().filter_map(move |played| Some((played, seat(played)? as u64)))
    }

    /// The document without the four fields in which two equal runs may differ.
    pub fn lasting(&self) -> Value {
        let mut json = self.json.clone();
        json["tournament"]["wall_seconds"] = Value::Null;
        json["tournament"]["cached"] = Value::Null;
        json["workers"] = Value::Null;
        for played in json["matches"].as_array_mut().expect("matches are a list") {
            for field in ["worker", "attempt", "cached"] {
                played[field] = Value::Null;
            }
        }
        json
    }
}
