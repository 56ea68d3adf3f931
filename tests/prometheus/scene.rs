//! A tournament that goes on for as long as the test looks at it, under a real Prometheus.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use arena_tests::boards::deploy;
use arena_tests::{Program, Prometheus, Tournament, example_bots, free_address, worker};
use tempfile::TempDir;

/// Bots of `tests/hostile` that fail in different ways, in short matches.
const HOSTILE: [&str; 7] = [
    "exceptions/base_exception",
    "exits/sys_exit",
    "memory/one_huge_block",
    "replies/bytes",
    "sources/defines_nothing",
    "stack/recurses",
    "time/loops_in_a_turn",
];
/// Bots that play properly.
const HONEST: [&str; 3] = ["gambler", "hunter", "spinner"];

/// Two workers, a coordinator and a Prometheus that finds them.
pub(crate) struct Scene {
    pub(crate) prometheus: Prometheus,
    /// Where the coordinator answers over HTTP.
    pub(crate) coordinator: SocketAddr,
    /// Where a worker does.
    pub(crate) worker: SocketAddr,
    _programs: Vec<Program>,
    _folders: (TempDir, Tournament),
}

impl Scene {
    /// Starts everything.
    pub(crate) fn start() -> Scene {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (bots, listen) = (folder.path().join("bots"), free_address());
        write_bots(&bots);
        // Far more than is played while the test looks; audits and new zygotes come soon.
        let address = listen.to_string();
        let arguments = ["--rounds", "2000", "--ticks", "60", "--audit", "20%"];
        let places = ["--listen", &address, "--local-workers", "0", "--http", "127.0.0.1:0"];
        let tournament = Tournament::of(&bots).with(&arguments).with(&places);
        let coordinator = Program::start(&mut tournament.command());
        let workers = ["one", "two"].map(|name| {
            let mut command = worker(listen, &folder.path().join(name));
            command.args(["--name", name, "--slots", "1", "--zygote-matches", "40", "--http", "127.0.0.1:0"]);
            Program::start(&mut command)
        });
        let scraped = coordinator.http();
        let prometheus =
            Prometheus::start(&deploy("prometheus"), |shipped| here_and_quickly(&shipped, scraped));
        let worker = workers[0].http();
        let programs = [coordinator].into_iter().chain(workers).collect();
        Scene {
            prometheus,
            coordinator: scraped,
            worker,
            _programs: programs,
            _folders: (folder, tournament),
        }
    }
}

/// The configuration that is shipped, with another address and other intervals, and nothing else changed.
fn here_and_quickly(shipped: &str, coordinator: SocketAddr) -> String {
    assert_eq!(shipped.matches("coordinator:7080").count(), 3 + 1, "two targets, one discovery, one comment");
    let here = shipped.replace("coordinator:7080", &coordinator.to_string());
    here.replace("interval: 15s", "interval: 1s").replace("interval: 30s", "interval: 1s")
}

fn write_bots(folder: &Path) {
    fs::create_dir_all(folder).expect("a temporary folder can be written");
    let hostile = Path::new(env!("CARGO_MANIFEST_DIR")).join("hostile");
    let honest = HONEST.iter().map(|name| example_bots().join(name));
    for source in HOSTILE.iter().map(|name| hostile.join(name)).chain(honest) {
        let source = source.with_extension("py");
        let name = source.file_name().expect("a file");
        fs::copy(&source, folder.join(name)).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    }
}
