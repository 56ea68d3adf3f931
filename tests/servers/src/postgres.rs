//! A server of PostgreSQL in a folder of its own, durable like a real one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, chown, geteuid};

use crate::http::free_port;
use crate::keeper::Keeper;

/// Where Debian keeps the programs of the release that the tests are written for.
const BIN: &str = "/usr/lib/postgresql/15/bin";
/// Who runs the server where we are root: it refuses to run as root.
const SYSTEM_USER: &str = "postgres";
/// The user that tests connect as, who may make databases and nothing else.
const USER: &str = "arena";
const PASSWORD: &str = "secret-of-the-test";
/// Who may come in how: the server's own user by its socket, everybody else with a password.
const HBA: &str = "local all postgres trust\nlocal all all trust\nhost all all all scram-sha-256\n";
/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(120);
/// Ports that are tried until one is free.
const PORTS_MAX: usize = 10;

/// How a server is started.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// Where it listens, as an address.
    pub listen: String,
    /// What comes before every command, such as `ip netns exec NAME`.
    pub prefix: Vec<String>,
    /// Lines for its `postgresql.conf`.
    pub settings: Vec<String>,
}

impl Default for PostgresOptions {
    fn default() -> PostgresOptions {
        PostgresOptions { listen: "127.0.0.1".to_owned(), prefix: Vec::new(), settings: Vec::new() }
    }
}

/// A server that runs until this is dropped, or the test's process is gone.
pub struct Postgres {
    folder: PathBuf,
    options: PostgresOptions,
    port: u16,
    _keeper: Keeper,
}

impl Postgres {
    /// A server on this machine.
    pub fn start() -> Postgres {
        Postgres::start_with(PostgresOptions::default())
    }

    /// A server somewhere else.
    pub fn start_with(options: PostgresOptions) -> Postgres {
        let program = Path::new(BIN).join("postgres");
        assert!(program.exists(), "{} is missing: run tests/servers/install", program.display());
        let folder =
            tempfile::Builder::new().prefix("arena-pg-").tempdir().expect("a temporary folder").keep();
        let keeper = Keeper::of(&folder, "data/postmaster.pid");
        if let Some(user) = system_user() {
            chown(&folder, Some(user.uid), Some(user.gid)).expect("root gives a folder away");
        }
        let mut server = Postgres { folder, options, port: 0, _keeper: keeper };
        server.make();
        server.go_on();
        let roles = format!("CREATE ROLE {USER} LOGIN CREATEDB PASSWORD '{PASSWORD}'");
        server.sql("postgres", &roles);
        server
    }

    fn make(&self) {
        let data = self.data();
        // Syncing an empty database takes longer than all the rest; what is written later is synced.
        let made = self
            .command("initdb")
            .args(["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C", "-U", "postgres", "-D"])
            .arg(&data)
            .output();
        check("initdb", &made.expect("initdb starts"));
        fs::write(data.join("pg_hba.conf"), HBA).expect("the server's folder can be written");
        let socket = format!("unix_socket_directories = '{}'", self.folder.display());
        let listen = format!("listen_addresses = '{}'", self.options.listen);
        let mut lines = vec![socket, listen, "logging_collector = off".to_owned()];
        lines.extend(self.options.settings.iter().cloned());
        let conf = data.join("postgresql.conf");
        let text = fs::read_to_string(&conf).expect("initdb wrote its settings");
        fs::write(conf, text + &lines.join("\n") + "\n").expect("the server's folder can be written");
    }

    /// Starts it again after [`Postgres::stop`] or [`Postgres::kill`], with everything it had.
    pub fn go_on(&mut self) {
        let began = Instant::now();
        for _ in 0..PORTS_MAX {
            if self.port == 0 {
                self.port = free_port();
            }
            let (code, said) = self.try_to_start();
            if code {
                return;
            }
            let is_taken = said.contains("Address already in use") || said.contains("could not bind");
            // What was killed may still be on its way out.
            assert!(is_taken || said.contains("shared memory") || said.contains("is still"), "{said}");
            assert!(began.elapsed() < PATIENCE, "{said}");
            if is_taken && !self.data().join("postmaster.opts").exists() {
                self.port = 0;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        panic!("PostgreSQL does not start: {}", self.log());
    }

    /// Whether it started, and what it said since.
    fn try_to_start(&self) -> (bool, String) {
        let log = self.folder.join("log");
        let before = self.log().len();
        let mut command = self.command("pg_ctl");
        command.args(["start", "-s", "-w", "-t", "120", "-o"]).arg(format!("-p {}", self.port));
        command.arg("-D").arg(self.data()).arg("-l").arg(log);
        // It must not hold what the tests read from.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let started = command.status().expect("pg_ctl starts").success();
        (started, self.log().get(before..).unwrap_or_default().to_owned())
    }

    /// Stops it as an administrator does: connections are closed, everything is safe.
    pub fn stop(&mut self) {
        let mut command = self.command("pg_ctl");
        command.args(["stop", "-s", "-w", "-t", "120", "-m", "fast", "-D"]).arg(self.data());
        check("pg_ctl stop", &command.output().expect("pg_ctl starts"));
    }

    /// Kills it, as if its host had lost power but for the disk's cache.
    pub fn kill(&mut self) {
        let pid = self.pid();
        kill(pid, Signal::SIGKILL).expect("the server is there");
        let began = Instant::now();
        while kill(pid, None).is_ok() {
            assert!(began.elapsed() < PATIENCE, "the server does not die");
            std::thread::yield_now();
        }
    }

    /// The process that all others of the server come from.
    pub fn pid(&self) -> Pid {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).expect("the server runs");
        let first = file.lines().next().and_then(|line| line.trim().parse().ok());
        Pid::from_raw(first.expect("the file begins with a number"))
    }

    /// The port that it listens at.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of everything it has, for what a test wants to put there.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts a file that only the server may read into its folder.
    pub fn put(&self, name: &str, contents: &str) {
        let path = self.folder.join(name);
        fs::write(&path, contents).expect("the server's folder can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a file of ours");
        if let Some(user) = system_user() {
            chown(&path, Some(user.uid), Some(user.gid)).expect("root gives a file away");
        }
    }

    /// The URL of a database, which may not be there. It has the user's password.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@{}:{}/{database}", self.options.listen, self.port)
    }

    /// Makes a database that belongs to the user of the URL, which it returns.
    pub fn database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE {name} OWNER {USER}"));
        self.url(name)
    }

    /// What statements answer, as the server's own user: rows as lines, columns between `|`.
    pub fn sql(&self, database: &str, sql: &str) -> String {
        let output = Command::new("psql")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database])
            .args(["-p", &self.port.to_string(), "-c", sql, "-h"])
            .arg(&self.folder)
            .output();
        let output = output.expect("psql starts: run tests/servers/install");
        check(sql, &output);
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Everything that it logged.
    pub fn log(&self) -> String {
        fs::read(self.folder.join("log"))
            .map(|log| String::from_utf8_lossy(&log).into_owned())
            .unwrap_or_default()
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// One of its programs, run by whom and where it should.
    fn command(&self, program: &str) -> Command {
        let mut words = self.options.prefix.clone();
        if system_user().is_some() {
            let switch = ["setpriv", "--reuid", SYSTEM_USER, "--regid", SYSTEM_USER, "--clear-groups", "--"];
            words.extend(switch.map(str::to_owned));
        }
        words.push(format!("{BIN}/{program}"));
        let mut words = words.into_iter();
        let mut command = Command::new(words.next().expect("there is at least the program"));
        command.args(words).current_dir("/").env("LC_ALL", "C");
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // At once; its keeper sees to the rest, and comes first only where a test was killed.
        if let Ok(file) = fs::read_to_string(self.data().join("postmaster.pid")) {
            let first = file.lines().next().and_then(|line| line.trim().parse().ok());
            first.map(|pid| kill(Pid::from_raw(pid), Signal::SIGQUIT));
        }
    }
}

/// Who runs the server, if we cannot.
fn system_user() -> Option<User> {
    if !geteuid().is_root() {
        return None;
    }
    let found = User::from_name(SYSTEM_USER).expect("users can be looked up");
    Some(found.expect("there is no user postgres: run tests/servers/install"))
}

fn check(what: &str, output: &Output) {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&said));
}
