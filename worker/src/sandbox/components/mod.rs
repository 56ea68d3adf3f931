//! Strangers' components: compiled in a sealed process of their own, kept on disk, and hosted by a
//! zygote each.
//!
//! ```text
//! slots ── hosted ──► pool ── new ──► store ── there ──────────────────► zygotes ── promise kept
//!       ◄─ promise ──                   └── not there ──► compiler ─┘ (one thread)
//!                                                    (one thread: one compilation at a time)
//! ```
//!
//! Many matches that wait for one component wait for one promise. Whoever keeps promises waits for
//! nobody who waits for one, so there is no circle to wait in.
//!
//! A component that the compiler rejects is rejected by every worker, with the same words: that is
//! the bot's fault. Whatever else goes wrong here is ours, and voids the match. Never here: wasmtime,
//! a look into a component, judgement.

mod compiler;
mod key;
mod making;
mod pool;
mod promise;
mod store;

use std::io;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use terms::HostFault;
use tokio::runtime::Handle;

use super::{Group, HostTrouble, Zygote};
use key::Keys;
use making::{Making, Order};
use pool::Pool;
use store::Store;

/// Zygotes of components that live on although no match uses them.
const IDLE_ZYGOTES_MAX: usize = 8;

/// What components are made and hosted with.
#[derive(Clone, Debug)]
pub struct ComponentsConfig {
    /// The sandbox-shim executable.
    pub shim: PathBuf,
    /// The precompile executable.
    pub precompile: PathBuf,
    /// Where native code is kept.
    pub folder: PathBuf,
    /// Whether the sandbox must have namespaces.
    pub require_namespaces: bool,
    /// Matches played at once.
    pub slots: usize,
    /// Matches after which a zygote is replaced.
    pub zygote_matches: NonZeroU32,
    /// The cgroup for sandboxes, if there is one.
    pub group: Option<Arc<Group>>,
}

/// What became of a component.
#[derive(Clone)]
pub enum Hosted {
    /// Children that host it are forked from this zygote.
    Zygote(Arc<Zygote>),
    /// It is no bot, on no machine; why, as a sentence about "it".
    Rejected(Arc<str>),
}

/// A component, and the stack that it is to run with, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its bytes.
    pub component: &'a [u8],
    /// `limits.stack_bytes`.
    pub stack_bytes: u32,
}

/// All components of this worker.
pub struct Components {
    keys: Keys,
    store: Arc<Store>,
    pool: Mutex<Pool>,
    making: Making,
}

impl Components {
    /// Opens the folder and starts the threads; nothing is compiled yet.
    ///
    /// # Errors
    /// The folder cannot be used, or the system gives no threads.
    pub fn start(config: ComponentsConfig, runtime: &Handle) -> io::Result<Components> {
        let store = Arc::new(Store::open(config.folder.clone(), store::BYTES_MAX)?);
        let keys = Keys::of(config.precompile.clone());
        let pool = Mutex::new(Pool::new(zygotes_max(config.slots), config.zygote_matches));
        let making = Making::start(config, store.clone(), runtime)?;
        Ok(Components { keys, store, pool, making })
    }

    /// Where children that host a component come from, or why it is rejected. Compiles and starts
    /// what there is not yet, and calls `still_waiting` every second meanwhile.
    ///
    /// # Errors
    /// It cannot be compiled or started here and now, or the worker is stopping.
    pub fn hosted(&self, wanted: Wanted<'_>, still_waiting: impl FnMut()) -> Result<Hosted, HostTrouble> {
        let key = self.keys.of_component(&wanted)?;
        let (promise, is_new) = self.pool().promise(key);
        if is_new {
            self.make(&wanted, Order { key, stack_bytes: wanted.stack_bytes, promise: promise.clone() });
        }
        promise.wait(still_waiting)
    }

    /// Gives up whatever is under way: nobody waits any longer.
    pub fn close(&self) {
        self.making.close();
        self.pool().break_promises(&stopping());
    }

    fn make(&self, wanted: &Wanted<'_>, order: Order) {
        // Dropped when the lock is free: ending a process takes a moment.
        let surplus = self.pool().take_surplus();
        drop(surplus);
        match self.store.find(order.key) {
            Some(native) => self.making.start_zygote(order, native),
            None => self.making.compile(order, wanted.component.to_vec()),
        }
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Components {
    fn drop(&mut self) {
        self.close();
    }
}

/// Most zygotes of components: two for every match, so that those in use always fit.
pub(super) fn zygotes_max(slots: usize) -> usize {
    slots.saturating_mul(2).saturating_add(IDLE_ZYGOTES_MAX)
}

fn stopping() -> HostTrouble {
    HostTrouble::new(HostFault::SpawnFailed, "the worker is stopping")
}
