//! A database on a host of its own, where a coordinator keeps its results.

use std::collections::BTreeSet;
use std::fmt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use arena_servers::{Postgres, PostgresOptions};

use super::host::Host;

/// The name of the database.
const NAME: &str = "arena";
/// Where Debian keeps the programs of the release that the tests are written for.
const DUMP: &str = "/usr/lib/postgresql/15/bin/pg_dump";
/// Between two looks: each starts a program.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A server of PostgreSQL with one database.
pub(super) struct Database {
    server: Postgres,
}

impl Database {
    /// An empty one.
    pub(super) fn on(host: &Host) -> Database {
        let options =
            PostgresOptions { listen: host.address(), prefix: host.entrance(), ..Default::default() };
        let server = Postgres::start_with(options);
        server.database(NAME);
        Database { server }
    }

    /// Where coordinators find it.
    pub(super) fn url(&self) -> String {
        self.server.url(NAME)
    }

    /// The matches that have a result.
    pub(super) fn matches(&self) -> BTreeSet<String> {
        sleep(LOOK_EVERY);
        if self.server.sql(NAME, "SELECT to_regclass('results')").is_empty() {
            return BTreeSet::new();
        }
        self.server.sql(NAME, "SELECT match_id FROM results").lines().map(str::to_owned).collect()
    }

    /// The same on another host, with everything that was in it. The old server is gone.
    pub(super) fn moved_to(mut self, host: &Host) -> Database {
        let dump = self.client(DUMP).output().expect("pg_dump starts: run tests/servers/install");
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        let file = self.server.folder().join("dump.sql");
        std::fs::write(&file, dump.stdout).expect("the server's folder can be written");
        let new = Database::on(host);
        let mut load = new.client("psql");
        load.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(&file).stdout(Stdio::null());
        assert!(load.status().expect("psql starts").success(), "the database cannot be loaded");
        self.server.stop();
        new
    }

    /// A program that connects as the server's own user.
    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("-h").arg(self.server.folder()).args(["-p", &self.server.port().to_string()]);
        command.args(["-U", "postgres", "-d", NAME]);
        command
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.server.folder().display())
    }
}
