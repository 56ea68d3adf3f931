//! The loop that talks to the coordinator: says everything it knows, does what the answer wants.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rpc::v1;
use rpc::{BadMessage, HttpAddress, PROTOCOL_VERSION, REPORTS_BYTES_MAX};
use terms::printable::clean;
use tokio_util::sync::CancellationToken;

use super::answer::{self, Shared};
use super::preparing::{CALL_AGAIN_MAX, Preparing};
use super::{Blobs, Board, Preparation, PrepareError, Programs, Pulse, Ready, Turn, Upkeep, Uplink};
use crate::metrics::{Calls, show_layers};
use crate::traces::Tracks;

/// How long one call of a worker that goes may take.
const LAST_CALLS_SECONDS_MAX: Duration = Duration::from_secs(3);
/// The pause after one that was not answered in that time.
const LAST_CALLS_PAUSE: Duration = Duration::from_millis(500);
/// How long the answer to a call is waited for that brought results before draining began.
const LAST_ANSWER_PATIENCE: Duration = Duration::from_secs(1);
/// A call that takes longer may be one that is never answered: results go to the spool meanwhile.
const CALL_IS_SLOW: Duration = Duration::from_secs(1);
/// The shortest pause that a coordinator can ask for: one that asks for none does not get a worker that only talks.
const CALL_AGAIN_MIN: Duration = Duration::from_millis(5);
/// Most characters of a refusal that are kept.
const REFUSAL_CHARS_MAX: usize = 2_000;
/// How long a worker that plays nothing any more waits for another of its results to be taken before
/// it leaves them to its successor, unless somebody says otherwise.
const DELIVERY_PATIENCE: Duration = Duration::from_secs(10);

/// Who this worker is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// 32 hexadecimal digits, drawn when the process starts.
    pub instance: String,
    /// For people.
    pub name: String,
    /// Matches played at once.
    pub slots: usize,
}

/// How the loop ended, other than by an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything that was played has been reported.
    Drained,
    /// The coordinator did not take everything.
    Undelivered {
        /// Results in the spool.
        kept: usize,
        /// Results that could not be put there; their matches will be played again.
        lost: usize,
    },
}

/// One worker's conversation with its coordinator.
pub struct Session {
    identity: Identity,
    uplink: Arc<Uplink>,
    board: Arc<Board<Ready>>,
    ready: Option<Arc<Ready>>,
    preparing: Preparing,
    pulse: Arc<Pulse>,
    http: Option<HttpAddress>,
    refusal: String,
    /// Since when a draining worker has nothing to do but to deliver, and delivers nothing.
    undelivered_since: Option<Instant>,
    delivery_patience: Duration,
    metrics: Calls,
    tracks: Arc<Tracks>,
}

impl Session {
    /// A conversation that has not begun.
    pub fn new(
        identity: Identity,
        uplink: Arc<Uplink>,
        blobs: Arc<Blobs>,
        (programs, upkeep): (Programs, Upkeep),
        board: Arc<Board<Ready>>,
    ) -> Session {
        Session {
            identity,
            uplink,
            board,
            ready: None,
            preparing: Preparing::new(programs, upkeep, blobs),
            pulse: Arc::default(),
            http: None,
            refusal: String::new(),
            undelivered_since: None,
            delivery_patience: DELIVERY_PATIENCE,
            metrics: Calls::new(),
            tracks: Arc::default(),
        }
    }

    /// The same, but when it drains, and nobody takes what it has for so long, it leaves.
    #[must_use]
    pub fn with_patience(self, delivery_patience: Duration) -> Session {
        Session { delivery_patience, ..self }
    }

    /// The same, but some of the matches that come and go are watched there.
    #[must_use]
    pub fn with_tracks(self, tracks: Arc<Tracks>) -> Session {
        Session { tracks, ..self }
    }

    /// The same, but it says that this worker answers HTTP there.
    #[must_use]
    pub fn reachable_at(self, http: Option<HttpAddress>) -> Session {
        Session { http, ..self }
    }

    /// How this conversation is doing.
    pub fn pulse(&self) -> Arc<Pulse> {
        self.pulse.clone()
    }

    /// Synchronizes until `drain` is cancelled and everything is delivered, or cannot be.
    ///
    /// # Errors
    /// This worker cannot be made ready to play.
    pub async fn run(mut self, drain: CancellationToken) -> Result<Ended, PrepareError> {
        let ended = self.converse(&drain).await;
        self.preparing.stop().await;
        let board = self.board.clone();
        // Whatever ends the conversation: what was played is not lost.
        let spilled = tokio::task::spawn_blocking(move || (board.spill(), board.spooled_count())).await;
        let (lost, kept) = spilled.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        ended.map(|()| if lost + kept == 0 { Ended::Drained } else { Ended::Undelivered { kept, lost } })
    }

    async fn converse(&mut self, drain: &CancellationToken) -> Result<(), PrepareError> {
        loop {
            let is_draining = drain.is_cancelled();
            if is_draining {
                self.board.close();
            }
            self.pulse.turned(self.turn(is_draining));
            let (request, has_more) = self.request(is_draining);
            let has_nothing_to_deliver = is_draining && self.board.is_empty();
            if has_nothing_to_deliver {
                // So that nothing is handed to a worker that goes.
                self.uplink.goodbye(request).await;
                return Ok(());
            }
            if is_draining && self.gives_up_delivering() {
                return Ok(());
            }
            let pause = match self.call(request, is_draining, drain).await {
                Ok(response) => {
                    let asked = Duration::from_millis(response.call_again_ms.into());
                    let pause = asked.clamp(CALL_AGAIN_MIN, CALL_AGAIN_MAX);
                    self.apply(response);
                    if has_more { Duration::ZERO } else { pause }
                }
                Err(pause) if is_draining => pause.min(LAST_CALLS_PAUSE),
                Err(pause) => pause,
            };
            self.wait(pause, is_draining, drain).await?;
        }
    }

    fn gives_up_delivering(&mut self) -> bool {
        if self.board.is_playing() {
            return false;
        }
        self.undelivered_since.get_or_insert_with(Instant::now).elapsed() > self.delivery_patience
    }

    fn turn(&self, is_draining: bool) -> Turn {
        Turn {
            is_ready: self.ready.is_some(),
            note: self.preparing.note(),
            is_draining,
            refusal: self.refusal.clone(),
            is_full: self.board.is_full(),
        }
    }

    fn request(&self, is_draining: bool) -> (v1::SynchronizeRequest, bool) {
        let (finished, has_more) = self.board.finished(REPORTS_BYTES_MAX);
        let state = match (is_draining, &self.ready) {
            (true, _) => v1::WorkerState::Draining,
            (false, Some(_)) => v1::WorkerState::Ready,
            (false, None) => v1::WorkerState::Preparing,
        };
        let request = v1::SynchronizeRequest {
            protocol: PROTOCOL_VERSION,
            instance: self.identity.instance.clone(),
            name: self.identity.name.clone(),
            slots: self.identity.slots as u32,
            state: state.into(),
            note: self.preparing.note(),
            runtime: self.ready.as_ref().map(|ready| (&ready.runtime).into()),
            layers: self.ready.as_ref().map(|ready| layers(ready)).unwrap_or_default(),
            holding: self.board.holding(),
            finished,
            http: self.http.as_ref().map(HttpAddress::to_string).unwrap_or_default(),
        };
        (request, has_more)
    }

    /// One call; after one that was not answered, the pause before the next. Given up when draining
    /// begins meanwhile, but for an answer that may be under way and say that results were taken.
    async fn call(
        &self,
        request: v1::SynchronizeRequest,
        is_draining: bool,
        drain: &CancellationToken,
    ) -> Result<v1::SynchronizeResponse, Duration> {
        let began = Instant::now();
        let brings_results = !request.finished.is_empty();
        let call = self.uplink.synchronize(request);
        let late = tokio::time::sleep(LAST_CALLS_SECONDS_MAX);
        let given_up = async {
            drain.cancelled().await;
            // Whatever the answer wants, nothing is begun any more.
            self.board.close();
            let patience = if brings_results { LAST_ANSWER_PATIENCE } else { Duration::ZERO };
            tokio::time::sleep(patience).await;
        };
        tokio::pin!(call, late, given_up);
        let mut slow = tokio::time::interval_at(tokio::time::Instant::now() + CALL_IS_SLOW, CALL_IS_SLOW);
        let answer = loop {
            tokio::select! {
                answer = &mut call => break answer,
                () = &mut given_up, if !is_draining => return Err(Duration::ZERO),
                () = &mut late, if is_draining => break Err(LAST_CALLS_PAUSE),
                _ = slow.tick() => {
                    // Whoever waits for an answer does not hang.
                    self.pulse.beat();
                    self.spool().await;
                }
            }
        };
        self.pulse.called(answer.is_ok());
        self.metrics.called(began.elapsed(), answer.is_ok());
        match &answer {
            Ok(_) => self.board.set_spooling(false),
            Err(_) => self.spool().await,
        }
        answer
    }

    /// What is finished goes to the spool, and so does what will be, until a call is answered.
    async fn spool(&self) {
        self.board.set_spooling(true);
        let board = self.board.clone();
        let _ = tokio::task::spawn_blocking(move || board.spill()).await;
    }

    /// Waits for whatever makes another call worth while.
    async fn wait(
        &mut self,
        pause: Duration,
        is_draining: bool,
        drain: &CancellationToken,
    ) -> Result<(), PrepareError> {
        // Whoever does not answer, or is busy, is not called sooner for that.
        let is_heard = self.uplink.failures() == 0;
        let prepared = tokio::select! {
            () = tokio::time::sleep(pause) => return Ok(()),
            () = self.board.running_dry(), if is_heard => return Ok(()),
            () = drain.cancelled(), if !is_draining => return Ok(()),
            prepared = self.preparing.prepared() => prepared?,
        };
        let Some(ready) = prepared else { return Ok(()) };
        tracing::info!(slots = self.identity.slots, "ready to play");
        show_layers(&ready.zygotes.described().layers);
        self.metrics.plays_with(&self.identity.name, ready.runtime.fingerprint());
        self.ready = Some(Arc::new(ready));
        Ok(())
    }

    fn apply(&mut self, response: v1::SynchronizeResponse) {
        if let Err(bad) = self.try_apply(response) {
            tracing::warn!("the coordinator's answer is unusable: {bad}");
        }
    }

    fn try_apply(&mut self, response: v1::SynchronizeResponse) -> Result<(), BadMessage> {
        let refusal = clean(&response.refusal.chars().take(REFUSAL_CHARS_MAX).collect::<String>());
        if refusal != self.refusal {
            if !refusal.is_empty() {
                tracing::warn!("the coordinator gives no work: {refusal}");
            }
            self.refusal = refusal;
        }
        let settled = answer::settled(&response.settled)?;
        if self.board.settle(&settled) {
            self.undelivered_since = None;
        }
        self.tracks.settled(&settled);
        let Some(tournament) = response.tournament else { return Ok(()) };
        let (game, limits, runtime, policy) = tournament.read()?;
        let preparation = Preparation {
            python_wasm: runtime.python_wasm,
            stack_bytes: limits.stack_bytes,
            memory_bytes: limits.memory_bytes,
        };
        match &self.ready {
            Some(ready) if ready.preparation == preparation => {
                let ready = ready.clone();
                let shared = Shared { game, limits, policy, runtime: runtime.fingerprint() };
                let jobs = answer::jobs(&response.wanted, &shared, &ready)?;
                self.tracks.wanted(&response.wanted);
                self.board.want(jobs);
            }
            _ => {
                if self.preparing.start(preparation) {
                    self.ready = None;
                    self.board.want(Vec::new());
                }
            }
        }
        Ok(())
    }
}

/// The layers of the sandbox, as the coordinator wants to hear them.
fn layers(ready: &Ready) -> Vec<v1::Layer> {
    let cut = |text: &str| text.chars().take(rpc::NAME_BYTES_MAX / 4).collect::<String>();
    let layers = &ready.zygotes.described().layers;
    layers
        .iter()
        .take(rpc::LAYERS_MAX)
        .map(|layer| v1::Layer { name: cut(&layer.name), enabled: layer.enabled, detail: cut(&layer.detail) })
        .collect()
}
