//! Everybody: starts the coordinator and the workers, watches, and has it all checked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use arena_tests::bin;
use rpc::v1;
use terms::{Digest, Runtime};
use tokio::task::JoinSet;

use super::babbler::Babbler;
use super::census::Census;
use super::check::check;
use super::coordinator::Coordinator;
use super::desk::Job;
use super::findings::Findings;
use super::link::Line;
use super::options::{Kind, Options};
use super::play::Setting;
use super::worker::Worker;

/// How often the coordinator is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How often something is said.
const LOOKS_PER_LINE: u32 = 5;
/// Matches of others that babblers know of.
const OVERHEARD_MAX: usize = 1_000;
/// How long the coordinator may take from its last word to its end.
const END_PATIENCE: Duration = Duration::from_secs(10);

/// What all workers share.
pub(crate) struct Scene {
    pub(crate) options: Options,
    pub(crate) line: Line,
    /// What everybody says they play with.
    pub(crate) runtime: Runtime,
    pub(crate) census: Census,
    tournament: OnceLock<(v1::Tournament, Setting)>,
    overheard: Mutex<VecDeque<Job>>,
}

impl Scene {
    /// What the coordinator says of its tournament, which must always be the same.
    pub(crate) fn learn(&self, tournament: &v1::Tournament) -> Result<&Setting, String> {
        if let Some((known, setting)) = self.tournament.get() {
            return if known == tournament { Ok(setting) } else { Err("another one than before".to_owned()) };
        }
        let setting = Setting::read(tournament).map_err(|bad| bad.to_string())?;
        Ok(&self.tournament.get_or_init(|| (tournament.clone(), setting)).1)
    }

    /// What is known of the tournament.
    pub(crate) fn setting(&self) -> Option<&Setting> {
        self.tournament.get().map(|(_, setting)| setting)
    }

    /// Somebody was given a match.
    pub(crate) fn overhear(&self, job: Option<&Job>) {
        let Some(job) = job else { return };
        let mut overheard = self.overheard.lock().unwrap_or_else(PoisonError::into_inner);
        overheard.push_back(job.clone());
        if overheard.len() > OVERHEARD_MAX {
            overheard.pop_front();
        }
    }

    /// A match that somebody was given.
    pub(crate) fn overheard(&self, which: usize) -> Option<Job> {
        let overheard = self.overheard.lock().unwrap_or_else(PoisonError::into_inner);
        overheard.get(which % overheard.len().max(1)).cloned()
    }
}

/// Plays the whole tournament.
pub(crate) async fn perform(options: &Options) -> Findings {
    let runtime =
        Runtime::of_this_build(Digest::of(&std::fs::read(bin("python.wasm")).expect("it can be read")));
    let mut coordinator = Coordinator::start(options);
    let (address, start_up) = match coordinator.address().await {
        Ok(found) => found,
        Err(why) => return Findings::nothing(why),
    };
    let scene = Arc::new(Scene {
        options: options.clone(),
        line: Line { coordinator: address },
        runtime,
        census: Census::default(),
        tournament: OnceLock::new(),
        overheard: Mutex::default(),
    });
    eprintln!("{} rounds of {} bots on {address}, after {start_up:.1?}", options.rounds(), options.bots);
    let joining = tokio::spawn(join(scene.clone()));
    watch(&mut coordinator, &scene).await;
    let left = coordinator.end(END_PATIENCE).await;
    joining.abort();
    // What it was doing, all workers included, ends with it.
    let _ = joining.await;
    let checked = check(&left.json, options, scene.setting());
    Findings::new(options, start_up, left, scene.census.summary(), checked)
}

/// Lets the workers come one after another, and stops them when it is stopped itself.
async fn join(scene: Arc<Scene>) {
    let mut workers = JoinSet::new();
    let pause = Duration::from_secs(1) / scene.options.joins_per_second.get();
    let began = tokio::time::Instant::now();
    for number in 0..scene.options.workers.get() {
        tokio::time::sleep_until(began + pause * number).await;
        match scene.options.kind(number) {
            Kind::Babbling => workers.spawn(Babbler::new(scene.clone(), number).babble()),
            kind => workers.spawn(Worker::new(scene.clone(), number, kind).work()),
        };
    }
    while let Some(ended) = workers.join_next().await {
        if let Err(panic) = ended {
            scene.census.violation(format!("a simulated worker failed: {panic}"));
        }
    }
}

/// Until the coordinator has ended, or the patience is over.
async fn watch(coordinator: &mut Coordinator, scene: &Scene) {
    let began = Instant::now();
    let mut interval = tokio::time::interval(LOOK);
    let (mut looks, mut reports_before, mut said_at) = (0, 0, began);
    while began.elapsed() < scene.options.patience() {
        tokio::select! {
            heard = coordinator.hear() => match heard {
                None => return,
                Some(true) => scene.census.is_over(),
                Some(false) => {}
            },
            _ = interval.tick() => {
                let look = coordinator.look();
                looks += 1;
                if looks % LOOKS_PER_LINE == 0 {
                    let (calls, reports) = scene.census.progress();
                    let per_second = (reports - reports_before) as f64 / said_at.elapsed().as_secs_f64();
                    eprintln!(
                        "{:>5.0} s  {calls} calls  {reports} reports, {per_second:.0}/s  coordinator {} MiB, {} descriptors, {:.0} s of CPU",
                        began.elapsed().as_secs_f64(), look.rss_bytes >> 20, look.descriptors, look.cpu.as_secs_f64()
                    );
                    (reports_before, said_at) = (reports, Instant::now());
                }
            }
        }
    }
}
