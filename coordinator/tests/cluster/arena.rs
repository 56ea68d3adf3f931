//! A real server with a real store in a directory of its own, and workers that speak the real
//! protocol to it. Only the playing is made up: a match's outcome comes from its id.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use clap::Parser;
use coordinator::config::{self, Config, Flags, Order};
use coordinator::driver::Finale;
use coordinator::engine::Sample;
use coordinator::plan::Plan;
use coordinator::progress::Console;
use coordinator::python_wasm::PythonWasm;
use coordinator::results::Results;
use coordinator::run::RunError;
use coordinator::stage::Stage;
use coordinator::standings;
use terms::{Bundle, Digest, Runtime, Seed};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// How long any test may wait for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn python() -> PythonWasm {
    let bytes = b"an interpreter that nobody runs".repeat(100_000);
    let runtime = Runtime::of_this_build(Digest::of(&bytes));
    PythonWasm { bytes, runtime, version: "3.14.0".to_owned() }
}

/// A tournament between bots of these names, in a directory that may have seen others.
pub(crate) struct Arena {
    _dir: tempfile::TempDir,
    pub(crate) config: Config,
    bots: Vec<String>,
}

impl Arena {
    pub(crate) fn new(bots: &[&str], rounds: u32) -> Arena {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let flags = Flags::try_parse_from([
            "coordinator".as_ref(),
            "--bots".as_ref(),
            "unused".as_ref(),
            "--quiet".as_ref(),
            "--local-workers=0".as_ref(),
            "--audit=0%".as_ref(),
            "--rounds".as_ref(),
            std::ffi::OsString::from(rounds.to_string()).as_os_str(),
            "--data-dir".as_ref(),
            data.as_os_str(),
        ]);
        let Order::Play(config) = config::resolve(flags.unwrap()).unwrap() else { panic!("no tournament") };
        Arena { _dir: dir, config: *config, bots: bots.iter().map(|bot| (*bot).to_owned()).collect() }
    }

    pub(crate) fn plan(&self) -> Plan {
        let bundle = |name: &String| Bundle::of_source(name.clone().into_bytes()).encode();
        let contestants = self.bots.iter().map(|name| (name.clone(), bundle(name))).collect();
        Plan::of(&self.config, Seed(7), contestants, python()).unwrap()
    }

    /// Starts a run; `impatient` gives up on silent workers within a fraction of a second.
    pub(crate) async fn open(&self, impatient: bool) -> Running {
        let mut stage = Stage::set(&self.config.site, self.plan()).await.unwrap();
        if impatient {
            stage.policy.silence = Duration::from_millis(300);
        }
        stage.policy.call_again = Duration::from_millis(100);
        stage.policy.sample = Sample::new([42; 32], self.config.audit_per_million);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (interrupt, interrupts) = mpsc::channel(2);
        let config = self.config.clone();
        let console = Console::new(config.site.verbosity, config.site.log_format);
        let task = tokio::spawn(async move {
            let began = Instant::now();
            let finale = stage.play_over(listener, &config.site, &console, interrupts).await;
            Over { stage, finale, began }
        });
        Running { address, interrupt, task }
    }
}

/// A run that is under way.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) interrupt: mpsc::Sender<()>,
    task: JoinHandle<Over>,
}

/// A run that is over.
pub(crate) struct Over {
    pub(crate) stage: Stage,
    pub(crate) finale: Result<Finale, RunError>,
    pub(crate) began: Instant,
}

impl Running {
    pub(crate) async fn over(self) -> Over {
        tokio::time::timeout(PATIENCE, self.task).await.expect("the run does not end").unwrap()
    }

    /// The results of a run that must be complete.
    pub(crate) async fn results(self) -> Results {
        let Over { stage, finale, began } = self.over().await;
        let results = stage.results(finale.unwrap(), began).await.unwrap();
        use coordinator::store::Store;
        stage.store.close().await;
        results
    }
}

/// The document of `--json`, without what may differ between two runs of one tournament.
pub(crate) fn comparable(results: &Results) -> serde_json::Value {
    let Results { tournament, bots, matches, .. } = results;
    let report = standings::report(tournament, bots, matches, &[]).unwrap();
    let mut document = serde_json::to_value(&report.document).unwrap();
    let tournament = document["tournament"].as_object_mut().unwrap();
    tournament.remove("wall_seconds");
    tournament.remove("cached");
    for result in document["matches"].as_array_mut().unwrap() {
        for key in ["worker", "attempt", "cached"] {
            result.as_object_mut().unwrap().remove(key);
        }
    }
    document
}
