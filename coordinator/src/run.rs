//! One run from a configuration to its documents: prepare, play what is missing, give out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rpc::v1;
use terms::Seed;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::call::Call;
use crate::config::{Config, LOCAL_WORKERS_MAX, LogFormat, Verbosity};
use crate::data_dir::{DataDir, DataDirError};
use crate::driver::{Driver, DriverError, Finale, Inputs, dismiss, now_ms};
use crate::engine::{Ending, Engine, MatchNo, Policy};
use crate::intake::IntakeError;
use crate::local::{LocalConfig, Locals, StartError};
use crate::output::{self, OutputError};
use crate::plan::{Plan, PlanError};
use crate::progress::{Console, Progress};
use crate::python_wasm::PythonWasmError;
use crate::results::{Results, collect};
use crate::rpc_server::{INBOX_CALLS_MAX, Server, Services};
use crate::schedule::{Schedule, TooManyMatches};
use crate::standings::{self, UnfitResult};
use crate::store::{SqliteStore, Store, StoreError};

/// How long local workers may take to go when they have nothing to do any more.
const GRACE: Duration = Duration::from_secs(5);
/// How long they may take when what they do is not wanted.
const HASTE: Duration = Duration::from_millis(300);

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything was played; so many matches stayed void.
    Complete {
        /// Matches that stayed void.
        void: u32,
    },
    /// The user stopped it.
    Interrupted,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The bots.
    #[error(transparent)]
    Bots(IntakeError),
    /// The interpreter.
    #[error(transparent)]
    Python(PythonWasmError),
    /// The schedule.
    #[error(transparent)]
    TooMany(TooManyMatches),
    /// The data directory.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address.
    #[error("cannot listen on {address}; choose another --listen, port 0 takes a free one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A local worker.
    #[error(transparent)]
    Local(#[from] StartError),
    /// While playing.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The standings.
    #[error(transparent)]
    Standings(#[from] UnfitResult),
    /// The documents.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// The program's own machinery.
    #[error("the program cannot start")]
    Runtime(#[source] std::io::Error),
    /// No randomness.
    #[error("no seed can be drawn; name one with --seed N")]
    Seed(#[from] getrandom::Error),
}

impl From<PlanError> for RunError {
    fn from(error: PlanError) -> RunError {
        match error {
            PlanError::Bots(error) => RunError::Bots(error),
            PlanError::Python(error) => RunError::Python(error),
            PlanError::TooMany(error) => RunError::TooMany(error),
        }
    }
}

/// Plays the tournament of `config` with that seed and writes its documents. Each message on
/// `interrupts` is one wish of the user to stop.
///
/// # Errors
/// Whatever keeps the tournament from being played or given out.
pub async fn run(
    config: &Config,
    seed: Seed,
    console: &Console,
    interrupts: mpsc::Receiver<()>,
) -> Result<Ended, RunError> {
    let began = Instant::now();
    output::check([config.json.as_ref(), config.csv.as_ref()])?;
    let plan = Plan::new(config, seed)?;
    plan.notes.iter().for_each(|note| console.say(note));
    let stage = Stage::set(config, plan).await?;
    let ended = stage.perform(config, console, interrupts, began).await;
    stage.store.close().await;
    ended
}

/// Everything that is there before the first match.
#[derive(Debug)]
pub struct Stage {
    /// What is played.
    pub plan: Plan,
    /// How patient the engine is.
    pub policy: Policy,
    /// Where results go.
    pub store: Arc<SqliteStore>,
    data_dir: DataDir,
    /// Which matches the store knows already.
    cached: Vec<bool>,
}

impl Stage {
    /// Takes the data directory, opens the store and looks up what was played before.
    ///
    /// # Errors
    /// Somebody else has the directory, or the store cannot be used.
    pub async fn set(config: &Config, plan: Plan) -> Result<Stage, RunError> {
        let data_dir = DataDir::open(&config.data_dir)?;
        let store_file = config.store.clone().unwrap_or_else(|| data_dir.store_file());
        let store = Arc::new(SqliteStore::open(&store_file, now_ms()).await?);
        let cached = known(&plan.schedule, store.as_ref()).await?;
        Ok(Stage { plan, policy: Policy::for_limits(&config.limits), store, data_dir, cached })
    }

    async fn perform(
        &self,
        config: &Config,
        console: &Console,
        interrupts: mpsc::Receiver<()>,
        began: Instant,
    ) -> Result<Ended, RunError> {
        let finale = if self.cached.iter().all(|known| *known) {
            console.say("every match of this tournament was played before: nothing is left to play");
            Finale::default()
        } else {
            let failed = |source| RunError::Listen { address: config.listen, source };
            let listener = TcpListener::bind(config.listen).await.map_err(failed)?;
            self.play(config, listener, console, interrupts).await?
        };
        if finale.ending == Ending::Drained {
            return Ok(Ended::Interrupted);
        }
        let results = self.results(finale, began).await?;
        let Results { tournament, bots, matches, workers, void } = &results;
        let report = standings::report(tournament, bots, matches, workers)?;
        output::write(&report, config.json.as_ref(), config.csv.as_ref())?;
        Ok(Ended::Complete { void: *void })
    }

    /// Plays what is missing: server up, workers up, the driver's loop, and all of it down again.
    ///
    /// # Errors
    /// Local workers do not start, results cannot be recorded, or nobody is left to play.
    pub async fn play(
        &self,
        config: &Config,
        listener: TcpListener,
        console: &Console,
        interrupts: mpsc::Receiver<()>,
    ) -> Result<Finale, RunError> {
        let failed = |source| RunError::Listen { address: config.listen, source };
        let address = listener.local_addr().map_err(failed)?;
        let (inbox, calls) = mpsc::channel(INBOX_CALLS_MAX);
        let server = Server::start(listener, self.services(inbox));
        announce(config, address, console);
        let (exits_in, exits) = mpsc::channel(LOCAL_WORKERS_MAX as usize);
        let locals = Locals::start(&self.local_config(config, address), console, &exits_in)?;
        let mut inputs = Inputs::new(calls, interrupts, exits, server.stopped.clone());
        let finale = self.driver(config, console).run(&mut inputs).await;
        let patience = if matches!(&finale, Ok(finale) if finale.abandoned == 0) { GRACE } else { HASTE };
        tokio::select! {
            () = locals.stop(patience) => {}
            () = dismiss(&mut inputs.calls) => {}
        }
        server.stop().await;
        Ok(finale?)
    }

    /// Everything that standings are made of, after a complete run that began at `began`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn results(&self, finale: Finale, began: Instant) -> Result<Results, StoreError> {
        collect(&self.plan, self.store.as_ref(), finale, &self.cached, began).await
    }

    fn driver(&self, config: &Config, console: &Console) -> Driver<SqliteStore> {
        let is_known = |no: MatchNo| self.cached.get(no.index()).copied().unwrap_or(false);
        let engine = Engine::new(self.policy, self.plan.schedule.match_count(), is_known);
        Driver::new(
            engine,
            self.plan.schedule.clone(),
            self.plan.runtime.clone(),
            self.store.clone(),
            Progress::new(console.clone()),
            config.local_workers,
        )
    }

    fn services(&self, inbox: mpsc::Sender<Call>) -> Services {
        let setting = self.plan.schedule.setting();
        let tournament =
            v1::Tournament::of(&setting.game, &setting.limits, &self.plan.runtime, &setting.policy);
        Services { inbox, tournament, blobs: self.plan.blobs.clone() }
    }

    fn local_config(&self, config: &Config, address: SocketAddr) -> LocalConfig {
        let verbose = match config.verbosity {
            Verbosity::Quiet | Verbosity::Normal => None,
            Verbosity::Verbose => Some("-v"),
            Verbosity::Debug => Some("-vv"),
        };
        let json = (config.log_format == LogFormat::Json).then_some("--log-format=json");
        LocalConfig {
            count: config.local_workers,
            program: config.worker_bin.clone(),
            coordinator: address,
            data_dir: self.data_dir.worker_dir(),
            is_terse: verbose.is_none() && json.is_none(),
            arguments: verbose.into_iter().chain(json).map(str::to_owned).collect(),
        }
    }
}

/// Which of the schedule's matches the store has a result of.
async fn known(schedule: &Schedule, store: &impl Store) -> Result<Vec<bool>, StoreError> {
    let mut known = vec![false; schedule.match_count() as usize];
    for id in store.recorded(schedule.setting().digest()).await? {
        if let Some(slot) = schedule.find(&id).and_then(|no| known.get_mut(no.index())) {
            *slot = true;
        }
    }
    Ok(known)
}

fn announce(config: &Config, address: SocketAddr, console: &Console) {
    let is_asked_for = config.listen.port() == 0 && config.local_workers > 0;
    // Whoever runs everything on this machine does not care about ports, unless he says so.
    if !is_asked_for || config.verbosity != Verbosity::Normal {
        console.say(&format!("listening on {address}; workers: worker --coordinator http://{address}"));
    }
}
