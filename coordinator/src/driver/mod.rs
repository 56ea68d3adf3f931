//! Does what the engine orders. One loop, one closed list of what can wake it, one `select!`.
//!
//! The loop never waits for a worker, for the disk or for a person: calls stay open until the
//! engine answers them, writes run beside the loop and come back as wakes. Never here: a decision
//! about matches.

mod admission;
mod roster;
mod wake;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use terms::{Attempt, MatchId, Outcome, Runtime};
use tokio::sync::{mpsc, oneshot};

use crate::archive::Archive;
use crate::call::{Call, Picture, Reply};
use crate::engine::{Called, Command, Elapsed, Ending, Engine, Event, Finished, Holding, MatchNo, WorkerKey};
use crate::local;
use crate::progress::Progress;
use crate::schedule::Schedule;
use crate::store::{Store, StoreError, Written};
use crate::transcripts::TranscriptsError;

use roster::Roster;
pub use wake::Inputs;
use wake::Wake;
pub use writer::now_ms;
use writer::{Batch, Writer};

/// When a worker should call again after a run: another one may begin.
const DISMISSED_CALL_AGAIN: Duration = Duration::from_secs(2);

/// What a run left behind besides what is in the store.
#[derive(Debug, Default)]
pub struct Finale {
    /// How it ended.
    pub ending: Ending,
    /// Matches that were in play when it ended.
    pub abandoned: u32,
    /// Matches that stayed void.
    pub voids: BTreeMap<MatchNo, VoidMatch>,
    /// Results that differed from those in the store.
    pub conflicts: u32,
}

/// Answers whoever still calls after a run: there is nothing to play, and what it brings is wanted
/// by nobody. Until the calls end.
pub async fn dismiss(calls: &mut mpsc::Receiver<Call>) {
    while let Some(Call { picture, reply }) = calls.recv().await {
        let settled = picture.finished.iter().map(|report| (report.id, report.attempt)).collect();
        // Who hung up needs no answer.
        let _ = reply.send(Reply { settled, call_again: DISMISSED_CALL_AGAIN, ..Reply::default() });
    }
}

/// A match that stayed void.
#[derive(Clone, Debug)]
pub struct VoidMatch {
    /// Its last outcome.
    pub outcome: Outcome,
    /// The name of the worker that had it last.
    pub worker: String,
    /// The layers of that worker's sandbox that were active.
    pub layers: Vec<String>,
    /// The last try.
    pub attempt: Attempt,
}

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// Results cannot be recorded.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Transcripts cannot be kept.
    #[error(transparent)]
    Transcripts(#[from] TranscriptsError),
    /// Nobody is left to play.
    #[error("{0}, and there is no other worker; what was played is recorded")]
    NoWorkerLeft(local::Exited),
    /// Workers cannot call any more.
    #[error("the server for workers stopped; what was played is recorded")]
    ServerStopped,
}

/// Runs one tournament.
pub struct Driver<S: Store> {
    engine: Engine,
    schedule: Arc<Schedule>,
    runtime: Runtime,
    roster: Roster,
    open_calls: HashMap<WorkerKey, OpenCall>,
    writer: Writer<S>,
    progress: Progress,
    locals_alive: u32,
    is_draining: bool,
    voids: BTreeMap<MatchNo, VoidMatch>,
    conflicts: u32,
    began: Instant,
}

/// A call that the engine has not answered yet.
struct OpenCall {
    reply: oneshot::Sender<Reply>,
    refusal: Option<String>,
    /// Every result in the call: the engine answers when all of them are settled.
    settled: Vec<(MatchId, Attempt)>,
}

impl<S: Store> Driver<S> {
    /// A driver for `engine`, which numbers the matches as `schedule` does. `runtime` is what
    /// workers must have; results go to the store, transcripts to the archive; `locals` is the number of local workers that were started.
    pub fn new(
        engine: Engine,
        schedule: Arc<Schedule>,
        runtime: Runtime,
        (store, archive): (Arc<S>, Archive),
        progress: Progress,
        locals: u32,
    ) -> Driver<S> {
        Driver {
            engine,
            writer: Writer::new(store, archive, schedule.setting().digest()),
            schedule,
            runtime,
            roster: Roster::default(),
            open_calls: HashMap::new(),
            progress,
            locals_alive: locals,
            is_draining: false,
            voids: BTreeMap::new(),
            conflicts: 0,
            began: Instant::now(),
        }
    }

    /// Runs until the tournament is over or interrupted.
    ///
    /// # Errors
    /// Results cannot be recorded, or nobody is left to play.
    pub async fn run(mut self, inputs: &mut Inputs) -> Result<Finale, DriverError> {
        loop {
            let wake = inputs.next(&mut self.writer).await;
            if let Some(ending) = self.react(wake)? {
                let Driver { engine, voids, conflicts, progress, .. } = self;
                progress.finish();
                let abandoned = engine.counts().in_flight();
                return Ok(Finale { ending, abandoned, voids, conflicts });
            }
        }
    }

    /// Says whether the run is over.
    fn react(&mut self, wake: Wake) -> Result<Option<Ending>, DriverError> {
        let event = match wake {
            Wake::Call(call) => return Ok(self.on_call(*call)),
            Wake::Written { batch, written } => self.on_written(&batch, &written?),
            Wake::Interrupted if self.is_draining => return Ok(Some(Ending::Drained)),
            Wake::Interrupted => self.on_interrupt(),
            Wake::LocalExited(exited) => return self.on_local_exit(exited),
            Wake::ServerStopped => return Err(DriverError::ServerStopped),
            Wake::Tick => Event::Tick,
        };
        Ok(self.feed(event))
    }

    /// Gives the engine an event and does what it orders. Says whether the run is over.
    fn feed(&mut self, event: Event) -> Option<Ending> {
        let commands = self.engine.handle(Elapsed(self.began.elapsed()), event);
        let mut ending = None;
        for command in commands {
            ending = self.obey(command).or(ending);
        }
        self.progress.show(self.engine.counts(), || self.roster.waiting_for(self.locals_alive));
        ending
    }

    fn obey(&mut self, command: Command) -> Option<Ending> {
        match command {
            Command::Record { worker, finished } => self.record(worker, finished),
            Command::Answer { worker, wanted, call_again } => {
                let specs = wanted.iter().filter_map(|w| Some((self.schedule.spec(w.no)?, w.attempt)));
                let wanted = specs.collect();
                if let Some(OpenCall { reply, refusal, settled }) = self.open_calls.remove(&worker) {
                    // A worker that hung up calls again and hears all of it then.
                    let _ = reply.send(Reply { refusal, wanted, settled, call_again });
                }
            }
            Command::GiveUp { no, worker, attempt, outcome } => {
                let (worker, layers) = self.roster.credit(worker);
                tracing::warn!(%worker, "match {} stays void: {}", self.shown(no), outcome.host_message);
                self.voids.insert(no, VoidMatch { outcome: *outcome, worker, layers, attempt });
            }
            Command::Retried { no, worker, why } => {
                let (worker, _) = self.roster.credit(worker);
                tracing::info!(%worker, ?why, "match {} is played again", self.shown(no));
            }
            Command::Forget(worker) => {
                self.roster.forget(worker);
                self.open_calls.remove(&worker);
            }
            Command::Finish(ending) => return Some(ending),
        }
        None
    }

    fn record(&mut self, worker: WorkerKey, finished: Finished) {
        let (name, layers) = self.roster.credit(worker);
        if let Some(spec) = self.schedule.spec(finished.no) {
            self.writer.add(worker, name, layers, &spec, finished);
        }
    }

    fn on_call(&mut self, call: Call) -> Option<Ending> {
        let Call { picture, reply } = call;
        let admission = admission::admit(&picture, &self.runtime);
        let Some(worker) = self.roster.meet(&picture, admission.refusal.as_deref()) else {
            // Dropping the reply tells the worker to call again later.
            tracing::warn!("there are too many workers; one more was turned away");
            return None;
        };
        let settled = picture.finished.iter().map(|report| (report.id, report.attempt)).collect();
        let called = self.called(worker, picture, &admission);
        let refusal = admission.refusal;
        // A call that was still open belongs to a connection that broke.
        self.open_calls.insert(worker, OpenCall { reply, refusal, settled });
        self.feed(Event::Called(called))
    }

    /// The call in the engine's words. Matches of other tournaments are nothing to it, and from a
    /// worker that was refused nothing counts.
    fn called(&self, worker: WorkerKey, picture: Picture, admission: &admission::Admission) -> Called {
        let Picture { slots, holding, finished, .. } = picture;
        let heard = admission.refusal.is_none();
        let find = |id: &MatchId| self.schedule.find(id).filter(|_| heard);
        let holding = holding.iter().filter_map(|(id, attempt, ticks)| {
            Some(Holding { no: find(id)?, attempt: *attempt, ticks: *ticks })
        });
        let finished = finished.into_iter().filter_map(|report| {
            Some(Finished {
                no: find(&report.id)?,
                attempt: report.attempt,
                outcome: Box::new(report.outcome),
                record: report.record,
                wall: Duration::from_micros(report.wall_micros),
            })
        });
        Called {
            worker,
            slots,
            stance: admission.stance,
            holding: holding.collect(),
            finished: finished.collect(),
        }
    }

    fn on_written(&mut self, batch: &Batch, written: &[Written]) -> Event {
        for (result, written) in batch.results.iter().zip(written) {
            if let Written::Conflict { kept } = written {
                self.conflicts += 1;
                tracing::error!(
                    worker = %result.worker,
                    "match {} was played again with another result: {} instead of {kept}, which is kept; \
                     one of the workers that played it is broken or lies",
                    result.id,
                    result.outcome.digest,
                    kept = kept.outcome.digest
                );
            }
        }
        Event::Recorded(batch.keys.clone())
    }

    fn on_interrupt(&mut self) -> Event {
        self.is_draining = true;
        self.progress.say("stopping: what is being played is finished first; Ctrl-C again stops at once");
        Event::Drain
    }

    fn on_local_exit(&mut self, exited: local::Exited) -> Result<Option<Ending>, DriverError> {
        self.locals_alive = self.locals_alive.saturating_sub(1);
        let ending = match self.roster.by_name(&exited.name) {
            Some(worker) => self.feed(Event::Gone(worker)),
            None => None,
        };
        if ending.is_some() {
            return Ok(ending);
        }
        if self.locals_alive == 0 && self.roster.is_empty() {
            return Err(DriverError::NoWorkerLeft(exited));
        }
        self.progress.say(&exited.to_string());
        Ok(None)
    }

    fn shown(&self, no: MatchNo) -> String {
        self.schedule.spec(no).map(|spec| spec.id().0.short()).unwrap_or_default()
    }
}
