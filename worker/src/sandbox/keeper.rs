//! The thread that starts zygotes: one ahead when the current one is old, one at once when it has
//! died, with pauses when they die again and again.
//!
//! ```text
//! slots ── current_for_match ──► State ◄── needed ── keeper ── spawn
//!       ◄──────── changed ──────       ─── publish ─────┘
//! ```
//!
//! All zygotes are started by this one thread, so that a zygote can ask the kernel to be killed
//! when its parent thread ends: that is when nobody needs it any more, or when the worker dies.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use terms::HostFault;

use super::restarts::Restarts;
use super::zygote::Described;
use super::zygotes::not_started;
use super::{HostTrouble, Keeping, SpawnError, Zygote};

/// How often the first zygote is started before the worker gives up.
const FIRST_TRIES_MAX: u32 = 3;

/// The current zygote and the wish for another.
pub(super) struct Keeper {
    keeping: Keeping,
    state: Mutex<State>,
    /// Wakes the keeper: a zygote is old or dead, or it is all over.
    needed: Condvar,
    /// Wakes slots that wait for a zygote: there is one, or there will be none.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Zygote>>,
    /// Matches that the current one was asked for.
    matches: u32,
    /// Starts that failed so far, and why the last one did.
    failures: u64,
    why: String,
    is_closed: bool,
}

/// Why the keeper starts a zygote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    First,
    Dead,
    Old,
}

impl Keeper {
    /// A keeper that has not begun.
    pub(super) fn new(keeping: Keeping) -> Keeper {
        let (needed, changed) = (Condvar::new(), Condvar::new());
        Keeper { keeping, state: Mutex::default(), needed, changed }
    }

    /// See [`super::Zygotes::current`].
    pub(super) fn current(&self) -> Result<Arc<Zygote>, HostTrouble> {
        self.current_for(0)
    }

    /// The same, on behalf of a match: they are counted.
    pub(super) fn current_for_match(&self) -> Result<Arc<Zygote>, HostTrouble> {
        self.current_for(1)
    }

    fn current_for(&self, matches: u32) -> Result<Arc<Zygote>, HostTrouble> {
        let mut state = self.lock();
        let failures = state.failures;
        loop {
            if state.is_closed {
                return Err(not_started("the worker is stopping"));
            }
            if let Some(zygote) = state.living() {
                state.matches = state.matches.saturating_add(matches);
                if state.matches >= self.keeping.matches.get() {
                    self.needed.notify_all();
                }
                return Ok(zygote);
            }
            // Whoever comes while the keeper pauses waits for its next try, so that matches fail
            // only as often as zygotes do.
            if state.failures != failures {
                return Err(not_started(&state.why));
            }
            self.needed.notify_all();
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the keeper, and lets go of the current zygote.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        let current = state.current.take();
        drop(state);
        self.needed.notify_all();
        self.changed.notify_all();
        drop(current);
    }

    /// The thread's life. `started` hears of the first zygote; without it there is no second.
    pub(super) fn keep(&self, started: &SyncSender<Result<Described, SpawnError>>) {
        // Whatever ends this thread, nobody waits for it afterwards.
        let _closing = CloseOnEnd(self);
        let first = self.start_first().map(|zygote| zygote.described().clone());
        let is_over = first.is_err();
        // Nobody listening any more means that there is nobody to start zygotes for.
        if started.send(first).is_err() || is_over {
            return;
        }
        let mut restarts = Restarts::default();
        while let Some(need) = self.next_need(&mut restarts) {
            if self.pause(restarts) {
                return;
            }
            match self.start(need) {
                Ok(_) if need == Need::Old => restarts.succeeded(),
                Ok(_) => {}
                Err(error) => self.note_failure(&mut restarts, error),
            }
        }
    }

    /// The first start. A zygote that refuses has said why, and would say it again; one that was
    /// killed before it said anything gets other tries.
    fn start_first(&self) -> Result<Arc<Zygote>, SpawnError> {
        for _ in 1..FIRST_TRIES_MAX {
            match self.start(Need::First) {
                Err(SpawnError::NotReady(trouble)) if trouble.fault == HostFault::ShimDied => {
                    tracing::warn!("the zygote died while it started; starting another");
                }
                other => return other,
            }
        }
        self.start(Need::First)
    }

    /// Waits until another zygote is needed; nothing once it is all over.
    fn next_need(&self, restarts: &mut Restarts) -> Option<Need> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            if state.living().is_none() {
                let (dead, matches) = (state.current.take(), std::mem::take(&mut state.matches));
                drop(state);
                if let Some(dead) = dead {
                    tracing::warn!(
                        matches,
                        "{}; starting another",
                        dead.end().unwrap_or("the zygote is gone")
                    );
                    restarts.died_after(matches);
                }
                return Some(Need::Dead);
            }
            if state.matches >= self.keeping.matches.get() {
                return Some(Need::Old);
            }
            state = self.needed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits as long as the setbacks demand; whether it is all over meanwhile.
    fn pause(&self, restarts: Restarts) -> bool {
        let pause = restarts.pause();
        if !pause.is_zero() {
            tracing::warn!("zygotes fail again and again; the next one is started in {pause:?}");
        }
        let waited = self.needed.wait_timeout_while(self.lock(), pause, |state| !state.is_closed);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_closed
    }

    /// Starts a zygote and puts it in the place of the current one, which lives on for as long as
    /// its matches do.
    fn start(&self, need: Need) -> Result<Arc<Zygote>, SpawnError> {
        let group = self.keeping.group.as_ref().ok();
        let zygote = Arc::new(Zygote::spawn_in(&self.keeping.zygote, group.map(Arc::as_ref))?);
        tracing::debug!(pid = zygote.pid(), ?need, "a zygote has started");
        let mut state = self.lock();
        let previous = (!state.is_closed).then(|| state.current.replace(zygote.clone()));
        state.matches = 0;
        drop(state);
        self.changed.notify_all();
        drop(previous);
        Ok(zygote)
    }

    fn note_failure(&self, restarts: &mut Restarts, error: SpawnError) {
        restarts.failed();
        let why = format!("{:#}", anyhow::Error::new(error));
        tracing::error!("no zygote starts: {why}");
        let mut state = self.lock();
        state.failures += 1;
        state.why = why;
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn living(&self) -> Option<Arc<Zygote>> {
        self.current.as_ref().filter(|zygote| !zygote.is_dead()).cloned()
    }
}

struct CloseOnEnd<'a>(&'a Keeper);

impl Drop for CloseOnEnd<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}
