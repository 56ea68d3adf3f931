//! Everything that is set up before the first match, and the playing of what is missing: server
//! up, workers up, the driver's loop, and all of it down again.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::unistd::gethostname;
use rpc::{JoinToken, v1};
use telemetry::traces::{Settings, Traces, TracesError};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::archive::Archive;
use crate::call::Call;
use crate::config::{LOCAL_WORKERS_MAX, LogFormat, Site, Tracing, Verbosity};
use crate::data_dir::DataDir;
use crate::driver::{Driver, Finale, Inputs, dismiss, now_ms};
use crate::engine::{Engine, MatchNo, Policy};
use crate::entrances::{Entrances, entrances};
use crate::http::{Condition, View};
use crate::local::{LocalConfig, Locals};
use crate::plan::Plan;
use crate::progress::{Console, Progress};
use crate::results::{Results, collect};
use crate::rpc_server::{INBOX_CALLS_MAX, Server, Services};
use crate::run::RunError;
use crate::schedule::Schedule;
use crate::standby;
use crate::store::{self, AnyStore, Store, StoreError, StoredResult};
use crate::transcripts::Transcripts;

/// How long local workers may take to go when they have nothing to do any more.
const GRACE: Duration = Duration::from_secs(5);
/// How long they may take when what they do is not wanted.
const HASTE: Duration = Duration::from_millis(300);

/// Something that is waited for, boxed so that it is compiled here, once, and not again in each program that
/// waits for it.
type Waiting<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Everything that is there before the first match.
#[derive(Debug)]
pub struct Stage {
    /// What is played.
    pub plan: Plan,
    /// How patient the engine is.
    pub policy: Policy,
    /// What is seen of it from outside.
    pub view: View,
    /// Where results go.
    pub store: Arc<AnyStore>,
    /// Where transcripts go.
    pub transcripts: Transcripts,
    /// Where local workers keep what they cache.
    worker_dir: PathBuf,
    /// Which matches the store knows already.
    cached: Vec<bool>,
    /// Recorded results to be checked.
    to_check: Arc<[(MatchNo, StoredResult)]>,
    /// Kept as long as the store is ours.
    _data_dir: DataDir,
}

impl Stage {
    /// Takes the data directory, opens the store and looks up what was played before.
    ///
    /// # Errors
    /// Somebody else has the directory, or the store cannot be used.
    pub fn set(site: &Site, plan: Plan) -> Waiting<'_, Result<Stage, RunError>> {
        Box::pin(async move {
            let data_dir = DataDir::open(&site.data_dir)?;
            let store = store::claim(&data_dir.store_of(site), now_ms()).await?;
            Stage::over(store, site, plan, data_dir).await
        })
    }

    /// The same, but waits while another coordinator has the store. Nothing if the user wants to stop
    /// before that is over.
    ///
    /// # Errors
    /// Somebody else has the directory, or the store cannot be used.
    pub async fn set_in_turn(
        site: &Site,
        plan: Plan,
        audience: (&Console, &Condition),
        interrupts: &mut mpsc::Receiver<()>,
    ) -> Result<Option<Stage>, RunError> {
        let data_dir = DataDir::open(&site.data_dir)?;
        match standby::take(&data_dir.store_of(site), audience, interrupts).await? {
            Some(store) => Stage::over(store, site, plan, data_dir).await.map(Some),
            None => Ok(None),
        }
    }

    async fn over(store: AnyStore, site: &Site, plan: Plan, data_dir: DataDir) -> Result<Stage, RunError> {
        let store = Arc::new(store);
        let cached = known(&plan.schedule, store.as_ref()).await?;
        let transcripts = Transcripts::to_write(site)?;
        let policy = Policy::for_limits(&plan.schedule.setting().limits);
        let worker_dir = data_dir.worker_dir();
        Ok(Stage {
            plan,
            policy,
            view: View::default(),
            store,
            transcripts,
            worker_dir,
            cached,
            to_check: Arc::new([]),
            _data_dir: data_dir,
        })
    }

    /// Lets local workers share what those of another data directory cached.
    #[must_use]
    pub fn with_worker_dir(self, worker_dir: PathBuf) -> Stage {
        Stage { worker_dir, ..self }
    }

    /// Lets whoever looks from outside see it.
    #[must_use]
    pub fn seen_in(self, view: View) -> Stage {
        let Plan { id, schedule, bots, .. } = &self.plan;
        view.metrics.plays(&id.to_string(), schedule.setting(), bots.len());
        let known = self.cached.iter().filter(|known| **known).count();
        view.metrics.known(self.cached.len(), known);
        let names = bots.iter().map(|(name, _)| name.clone()).collect();
        view.scores.begin(names, schedule.clone(), known);
        Stage { view, ..self }
    }

    /// Has these recorded results checked when it plays.
    #[must_use]
    pub fn checking(self, to_check: Arc<[(MatchNo, StoredResult)]>) -> Stage {
        Stage { to_check, ..self }
    }

    /// Whether the store knew every match before anything was played.
    pub fn is_played(&self) -> bool {
        self.cached.iter().all(|known| *known)
    }

    /// Listens where `site` says, and plays what is missing.
    ///
    /// # Errors
    /// As [`Stage::play_over`], or the address cannot be had.
    pub async fn play(
        &self,
        site: &Site,
        console: &Console,
        interrupts: mpsc::Receiver<()>,
    ) -> Result<Finale, RunError> {
        let failed = |source| RunError::Listen { address: site.listen, source };
        let listener = TcpListener::bind(site.listen).await.map_err(failed)?;
        self.play_over(listener, site, console, interrupts).await
    }

    /// Plays what is missing: server up, workers up, the driver's loop, and all of it down again.
    ///
    /// # Errors
    /// Local workers do not start, results cannot be recorded, or nobody is left to play.
    pub fn play_over<'a>(
        &'a self,
        listener: TcpListener,
        site: &'a Site,
        console: &'a Console,
        interrupts: mpsc::Receiver<()>,
    ) -> Waiting<'a, Result<Finale, RunError>> {
        Box::pin(self.playing(listener, site, console, interrupts))
    }

    async fn playing(
        &self,
        listener: TcpListener,
        site: &Site,
        console: &Console,
        interrupts: mpsc::Receiver<()>,
    ) -> Result<Finale, RunError> {
        let failed = |source| RunError::Listen { address: site.listen, source };
        let address = listener.local_addr().map_err(failed)?;
        let (inbox, calls) = mpsc::channel(INBOX_CALLS_MAX);
        let Entrances { all, near, near_token } = entrances(listener, site).await.map_err(failed)?;
        let server = Server::start(all, self.services(inbox));
        announce(site, address, console);
        let (exits_in, exits) = mpsc::channel(LOCAL_WORKERS_MAX as usize);
        let locals = Locals::start(&self.local_config(site, near, near_token), console, &exits_in)?;
        let mut inputs =
            Inputs::new(calls, interrupts, exits, server.stopped.clone(), self.view.condition.clone());
        let traces = start_traces(site)?;
        let driver = self.driver(site, console).checking(self.to_check.clone());
        let driver = driver.tracing(traces.tracer(), &self.plan.bots);
        let finale = tokio::select! {
            finale = driver.run(&mut inputs) => finale,
            why = self.store.lost() => Err(why.into()),
        };
        self.view.condition.ends();
        let is_over = matches!(&finale, Ok(finale) if finale.abandoned == 0);
        let patience = if is_over { GRACE } else { HASTE };
        // Workers that go and what they are traced with go at the same time.
        let traces = tokio::task::spawn_blocking(move || traces.close());
        tokio::select! {
            () = locals.stop(patience) => {}
            // Otherwise nobody is told that what it brings is not wanted: the next coordinator wants it.
            () = dismiss(&mut inputs.calls), if is_over => {}
        }
        server.stop().await;
        let _ = traces.await;
        Ok(finale?)
    }

    /// Everything that standings are made of, after a complete run that began at `began`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn results(&self, finale: Finale, began: Instant) -> Waiting<'_, Result<Results, StoreError>> {
        Box::pin(collect(&self.plan, self.store.as_ref(), finale, &self.cached, began))
    }

    fn driver(&self, site: &Site, console: &Console) -> Driver<AnyStore> {
        let is_known = |no: MatchNo| self.cached.get(no.index()).copied().unwrap_or(false);
        let engine = Engine::new(self.policy, self.plan.schedule.match_count(), is_known);
        Driver::new(
            engine,
            self.plan.schedule.clone(),
            self.plan.runtime.clone(),
            (self.store.clone(), Archive::new(self.transcripts.clone(), self.plan.blobs.clone())),
            Progress::new(console.clone()),
            site.local_workers,
            site.workers_per_address,
        )
        .seen_in(&self.view)
    }

    fn services(&self, inbox: mpsc::Sender<Call>) -> Services {
        let setting = self.plan.schedule.setting();
        let tournament =
            v1::Tournament::of(&setting.game, &setting.limits, &self.plan.runtime, &setting.policy);
        Services { inbox, tournament, blobs: self.plan.blobs.clone(), metrics: self.view.metrics.clone() }
    }

    fn local_config(&self, site: &Site, address: SocketAddr, token: Option<JoinToken>) -> LocalConfig {
        let verbose = match site.verbosity {
            Verbosity::Quiet | Verbosity::Normal => None,
            Verbosity::Verbose => Some("-v"),
            Verbosity::Debug => Some("-vv"),
        };
        let json = (site.log_format == LogFormat::Json).then_some("--log-format=json");
        let Tracing { collector, share } = &site.tracing;
        let traces =
            collector.iter().flat_map(|to| [format!("--otlp={to}"), format!("--trace-sample={share}")]);
        // Whoever looks at us from this machine may look at them as well; nobody else can reach them.
        let http = self.view.is_near().then_some("--http=127.0.0.1:0");
        LocalConfig {
            count: site.local_workers,
            program: site.worker_bin.clone(),
            coordinator: address,
            token,
            data_dir: self.worker_dir.clone(),
            is_terse: verbose.is_none() && json.is_none(),
            arguments: verbose.into_iter().chain(json).chain(http).map(str::to_owned).chain(traces).collect(),
        }
    }
}

/// Traces of what is played now. To be closed.
fn start_traces(site: &Site) -> Result<Traces, TracesError> {
    let Tracing { collector, share } = site.tracing.clone();
    let instance = format!("{}-{}", gethostname().unwrap_or_default().to_string_lossy(), std::process::id());
    let (program, version) = ("arena-coordinator", env!("CARGO_PKG_VERSION"));
    Traces::start(Settings { collector, share, program, instance, version })
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

/// How a worker on another machine is started.
fn worker_command(site: &Site, address: SocketAddr) -> String {
    let scheme = if site.access.tls.is_some() { "https" } else { "http" };
    let mut command = format!("worker --coordinator {scheme}://{address}");
    if let Some(tls) = &site.access.tls {
        command.push_str(" --ca FILE");
        if tls.client_authorities.is_some() {
            command.push_str(" --tls-cert FILE --tls-key FILE");
        }
    }
    if site.access.token.is_some() {
        command.push_str(" --join-token-file FILE");
    }
    command
}

fn announce(site: &Site, address: SocketAddr, console: &Console) {
    let is_asked_for = site.listen.port() == 0 && site.local_workers > 0;
    // Whoever runs everything on this machine does not care about ports, unless he says so.
    if !is_asked_for || site.verbosity != Verbosity::Normal {
        console.say(&format!("listening on {address}; workers: {}", worker_command(site, address)));
    }
}
