//! Does what the engine orders. One loop, one closed list of what can wake it, one `select!`.
//!
//! The loop never waits for a worker, for the disk or for a person: calls stay open until the
//! engine answers them, writes run beside the loop and come back as wakes. Never here: a decision
//! about matches.

mod admission;
mod audits;
mod calls;
mod census;
mod chatter;
mod crowd;
mod error;
mod leases;
mod names;
mod roster;
mod seen;
mod wake;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use terms::{Attempt, MatchId, Outcome, Runtime};
use tokio::sync::oneshot;

use crate::archive::Archive;
use crate::call::Reply;
use crate::engine::{AuditCounts, Command, Elapsed, Ending, Engine, Event, MatchNo, Setback, WorkerKey};
use crate::http::View;
use crate::local;
use crate::metrics::Phase;
use crate::progress::Progress;
use crate::schedule::Schedule;
use crate::standings::Alarm;
use crate::store::{Amended, Store, StoredResult, Written};

use audits::Findings;
pub use audits::Quarantined;
pub use calls::dismiss;
pub use census::{Census, Standing};
pub use error::DriverError;
use leases::Leases;
use roster::Roster;
pub use wake::Inputs;
use wake::Wake;
pub use writer::now_ms;
use writer::{Done, Entry, Then, Writer};

/// How often people see how far it is.
const SHOW_EVERY: Duration = Duration::from_millis(100);

/// What a run left behind besides what is in the store.
#[derive(Debug, Default)]
pub struct Finale {
    /// How it ended.
    pub ending: Ending,
    /// Matches that were in play when it ended.
    pub abandoned: u32,
    /// Matches that stayed void.
    pub voids: BTreeMap<MatchNo, VoidMatch>,
    /// What checking results came to.
    pub audits: AuditCounts,
    /// What somebody should look at.
    pub alarms: Vec<Alarm>,
    /// Workers that are not believed any more.
    pub quarantined: Vec<Quarantined>,
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

/// Runs one tournament.
pub struct Driver<S: Store> {
    engine: Engine,
    schedule: Arc<Schedule>,
    runtime: Runtime,
    roster: Roster,
    open_calls: HashMap<WorkerKey, OpenCall>,
    writer: Writer<S>,
    progress: Progress,
    locals: u32,
    locals_alive: u32,
    is_draining: bool,
    voids: BTreeMap<MatchNo, VoidMatch>,
    findings: Findings,
    view: View,
    began: Instant,
    began_ms: i64,
    /// When people last saw how far it is.
    shown_at: Option<Instant>,
    /// Recorded results to be checked before anything else.
    to_check: Arc<[(MatchNo, StoredResult)]>,
    leases: Leases,
}

/// A call that the engine has not answered yet.
struct OpenCall {
    reply: oneshot::Sender<Reply>,
    refusal: Option<String>,
    /// Every result in the call: the engine answers when all of them are settled.
    settled: Vec<(MatchId, Attempt)>,
    /// What the call takes in memory, until then.
    _room: Option<Box<dyn Debug + Send>>,
}

impl<S: Store> Driver<S> {
    /// A driver for `engine`, which numbers the matches as `schedule` does. `runtime` is what
    /// workers must have; results go to the store, transcripts to the archive; `locals` is the
    /// number of local workers that were started, `per_address` how many workers there may be of one
    /// address.
    pub fn new(
        engine: Engine,
        schedule: Arc<Schedule>,
        runtime: Runtime,
        (store, archive): (Arc<S>, Archive),
        progress: Progress,
        locals: u32,
        per_address: NonZeroU32,
    ) -> Driver<S> {
        Driver {
            engine,
            writer: Writer::new(store, archive, schedule.setting().digest()),
            schedule,
            runtime,
            roster: Roster::new(per_address),
            open_calls: HashMap::new(),
            progress,
            locals,
            locals_alive: locals,
            is_draining: false,
            voids: BTreeMap::new(),
            findings: Findings::default(),
            view: View::default(),
            began: Instant::now(),
            began_ms: now_ms(),
            shown_at: None,
            to_check: Arc::new([]),
            leases: Leases::default(),
        }
    }

    /// The same, but these recorded results are checked first.
    #[must_use]
    pub fn checking(self, to_check: Arc<[(MatchNo, StoredResult)]>) -> Driver<S> {
        Driver { to_check, ..self }
    }

    /// Runs until the tournament is over or interrupted.
    ///
    /// # Errors
    /// Results cannot be recorded, or nobody is left to play.
    pub async fn run(mut self, inputs: &mut Inputs) -> Result<Finale, DriverError> {
        self.view.metrics.enters(Phase::Playing);
        self.doubt_recorded();
        loop {
            let wake = inputs.next(&mut self.writer).await;
            if let Some(ending) = self.react(wake)? {
                self.measure();
                let Driver { engine, voids, findings, progress, .. } = self;
                progress.finish();
                let (abandoned, audits) = (engine.counts().in_flight(), engine.audits());
                let Findings { alarms, quarantined, .. } = findings;
                return Ok(Finale { ending, abandoned, voids, audits, alarms, quarantined });
            }
        }
    }

    /// Says whether the run is over.
    fn react(&mut self, wake: Wake) -> Result<Option<Ending>, DriverError> {
        let event = match wake {
            Wake::Call(call) => return Ok(self.on_call(*call)),
            Wake::Written(done) => return Ok(self.on_written(done?)),
            Wake::Interrupted if self.is_draining => return Ok(Some(Ending::Drained)),
            Wake::Interrupted => self.on_interrupt(),
            Wake::LocalExited(exited) => return self.on_local_exit(exited),
            Wake::ServerStopped => return Err(DriverError::ServerStopped),
            Wake::Tick => match self.feed(Event::Tick) {
                None => return self.check_that_somebody_is_believed(),
                ending => return Ok(ending),
            },
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
        if self.shown_at.is_none_or(|at| at.elapsed() >= SHOW_EVERY) {
            self.shown_at = Some(Instant::now());
            self.progress.show(self.engine.counts(), || self.roster.waiting_for(self.locals_alive));
            self.measure();
        }
        ending
    }

    fn obey(&mut self, command: Command) -> Option<Ending> {
        match command {
            Command::Record { worker, finished } => self.write(worker, finished, false),
            Command::Compare { worker, finished } => self.write(worker, finished, true),
            Command::Audited { no, worker, end } => self.audited(no, worker, end),
            Command::Quarantine { voter, no, why } => self.quarantine(voter, no, &why),
            Command::Answer { worker, wanted, call_again } => {
                let wanted = wanted.iter().filter_map(|wanted| self.told(worker, *wanted)).collect();
                if let Some(OpenCall { reply, refusal, settled, .. }) = self.open_calls.remove(&worker) {
                    // A worker that hung up calls again and hears all of it then.
                    let _ = reply.send(Reply { refusal, wanted, settled, call_again });
                }
            }
            Command::GiveUp { no, worker, attempt, outcome } => {
                self.leases.ended(no, None, "given up");
                let credit = self.roster.credit(worker);
                let (worker, layers) =
                    credit.map(|credit| (credit.name.clone(), credit.layers.clone())).unwrap_or_default();
                let (shown, attempt_no) = (self.shown(no), attempt.0);
                tracing::warn!(
                    worker,
                    r#match = shown,
                    attempt = attempt_no,
                    "stays void: {}",
                    outcome.host_message
                );
                self.view.metrics.gave_up();
                self.view.scores.gave_up(no);
                self.voids.insert(no, VoidMatch { outcome: *outcome, worker, layers, attempt });
            }
            Command::Retried { no, worker, why } => {
                self.leases.ended(no, Some(worker), why.name());
                self.view.metrics.retried(why);
                // A worker that is gone is told of once, and not for each match that it had.
                if why != Setback::Lost && self.roster.may_say() {
                    let worker = self.roster.name(worker);
                    tracing::info!(worker, r#match = self.shown(no), why = why.name(), "is played again");
                }
            }
            Command::Forget(worker) => {
                self.leases.forget(worker);
                self.view.targets.forget(worker);
                if let Some(has_left) = self.roster.forget(worker) {
                    self.view.metrics.gone(has_left);
                }
                self.open_calls.remove(&worker);
            }
            Command::Finish(ending) => return Some(ending),
        }
        None
    }

    fn on_written(&mut self, done: Vec<Done>) -> Option<Ending> {
        let (mut doubts, mut settled, mut after) = (Vec::new(), Vec::new(), Vec::new());
        for done in done {
            match done {
                Done::Result(Entry { no, worker, is_late }, result, written) => {
                    self.recorded(no, &result);
                    if is_late {
                        after.push(Event::Compared);
                    } else {
                        settled.push((no, worker));
                        let kept = if let Written::Conflict { kept } = &written { kept } else { &result };
                        self.view.metrics.recorded(&kept.outcome, now_ms());
                        self.compare_with_set_aside(no, &result);
                    }
                    if let Written::Conflict { kept } = written {
                        doubts.push(Event::Audit(self.doubt(no, worker, *kept, *result)));
                    }
                }
                Done::Amendment(Then::Closed(no, worker), _) => settled.push((no, worker)),
                Done::Amendment(Then::Swept, amended) => {
                    let gone = if let Amended::Distrusted(gone) = amended { gone } else { Vec::new() };
                    after.push(Event::Distrusted(self.swept(gone)));
                }
            }
        }
        // Doubts before the end of what they are about: the run must not end in between.
        doubts.push(Event::Recorded(settled));
        doubts.into_iter().chain(after).fold(None, |ending, event| self.feed(event).or(ending))
    }

    fn on_interrupt(&mut self) -> Event {
        self.is_draining = true;
        self.view.metrics.enters(Phase::Draining);
        self.progress.say("stopping: what is being played is finished first; Ctrl-C again stops at once");
        Event::Drain
    }

    fn on_local_exit(&mut self, exited: local::Exited) -> Result<Option<Ending>, DriverError> {
        if !exited.comes_back {
            self.locals_alive = self.locals_alive.saturating_sub(1);
        }
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
}
