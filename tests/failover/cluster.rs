//! Two coordinators that share a database and a place for transcripts, and a worker that knows both.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use arena_tests::{Postgres, Run, Tournament, bin, bin_folder, example_bots, wait_for};
use tempfile::TempDir;

/// Matches of [`tournament`].
pub(crate) const MATCHES: u64 = 336;

/// A tournament that lasts long enough to be disturbed.
pub(crate) fn tournament() -> Tournament {
    Tournament::of(example_bots()).with(&["--rounds", "6", "--ticks", "600"])
}

pub(crate) struct Cluster {
    pub(crate) server: Postgres,
    url: String,
    shared: TempDir,
    ports: [u16; 2],
}

/// A coordinator that was started.
pub(crate) struct Coordinator {
    tournament: Tournament,
    child: Child,
}

impl Coordinator {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub(crate) fn finish(self) -> Run {
        self.tournament.finish(self.child)
    }
}

/// A worker that drains when this is dropped, or the test's process is gone.
pub(crate) struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

impl Cluster {
    pub(crate) fn start() -> Cluster {
        let server = Postgres::start();
        let url = server.database("arena");
        let listeners = [0; 2].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = listeners.map(|listener| listener.local_addr().unwrap().port());
        Cluster { server, url, shared: tempfile::tempdir().unwrap(), ports }
    }

    fn address(&self, which: usize) -> String {
        format!("127.0.0.1:{}", self.ports.get(which).unwrap())
    }

    /// What one of the two coordinators is started with.
    pub(crate) fn coordinator(&self, which: usize) -> Tournament {
        let transcripts = self.shared.path().join("transcripts");
        tournament().with(&[
            "--store",
            &self.url,
            "--transcripts",
            transcripts.to_str().unwrap(),
            "--listen",
            &self.address(which),
            "--local-workers",
            "0",
        ])
    }

    fn start_one(&self, which: usize) -> Coordinator {
        let tournament = self.coordinator(which);
        let child = tournament.start();
        Coordinator { tournament, child }
    }

    /// Starts a coordinator that becomes the active one.
    pub(crate) fn active(&self, which: usize) -> Coordinator {
        let coordinator = self.start_one(which);
        self.wait_until_listening(which);
        coordinator
    }

    /// Starts another coordinator while one is active.
    pub(crate) fn standby(&self, which: usize) -> Coordinator {
        let coordinator = self.start_one(which);
        // Each has one session, and the one of the standby has not got the lock.
        let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'arena on %'";
        wait_for("the standby", || (self.server.sql("arena", sessions) == "2").then_some(()));
        coordinator
    }

    pub(crate) fn wait_until_listening(&self, which: usize) {
        wait_for("a coordinator that listens", || TcpStream::connect(self.address(which)).ok());
    }

    /// A worker that knows both coordinators.
    pub(crate) fn worker(&self) -> Worker {
        let mut command = Command::new(bin("worker"));
        for which in 0..2 {
            command.arg("--coordinator").arg(format!("http://{}", self.address(which)));
        }
        command.arg("--data-dir").arg(self.shared.path().join("worker")).arg("--until-stdin-closes");
        command.env("ARENA_CACHE_DIR", bin_folder().join("../arena-test-cache"));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Worker(command.spawn().expect("the worker starts"))
    }

    /// How many results there are, each of a match of its own.
    pub(crate) fn recorded(&self) -> u64 {
        self.server.sql("arena", "SELECT count(*) FROM results").parse().unwrap()
    }

    pub(crate) fn wait_for_results(&self, least: u64) {
        wait_for("results", || (self.recorded() >= least).then_some(()));
        assert!(self.recorded() < MATCHES, "the tournament is over before it was disturbed");
    }

    /// Ends the session of whoever is active.
    pub(crate) fn end_session(&self) {
        let end =
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted";
        assert_eq!(self.server.sql("arena", end), "1");
    }
}
