//! The two threads that keep promises: one compiles, one thing at a time; the other starts zygotes.
//!
//! All processes are started by threads that live as long as the worker, because each asks the kernel
//! to be killed when the thread that started it ends. And starting what is compiled already never
//! waits behind a compilation.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use terms::{Digest, HostFault};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::compiler::{Compiled, compile};
use super::pool::Outcome;
use super::promise::Promise;
use super::store::{Native, Store};
use super::{ComponentsConfig, Hosted};
use crate::metrics::Compilations;
use crate::sandbox::{HostTrouble, Zygote, ZygoteConfig};

/// A promise, and what it takes to keep it. Dropped before that, it is broken.
pub(super) struct Order {
    /// The key of the native code.
    pub(super) key: Digest,
    /// Stack of the WebAssembly code, in bytes.
    pub(super) stack_bytes: u32,
    /// Who waits for it.
    pub(super) promise: Arc<Promise<Outcome>>,
}

impl Drop for Order {
    fn drop(&mut self) {
        // Only the first outcome counts, so this is for what was given up.
        self.promise.keep(Err(super::stopping()));
    }
}

/// The ways to the two threads.
pub(super) struct Making {
    to_compile: Inbox<(Order, Vec<u8>)>,
    to_start: Inbox<(Order, Native)>,
    closing: CancellationToken,
}

/// The way to a thread, until it is closed.
type Inbox<T> = Arc<Mutex<Option<Sender<T>>>>;

impl Making {
    /// Starts the threads.
    ///
    /// # Errors
    /// The system gives none.
    pub(super) fn start(config: ComponentsConfig, store: Arc<Store>, runtime: &Handle) -> io::Result<Making> {
        let ((compile, compiling), (start, starting)) = (channel(), channel());
        let to_start = Arc::new(Mutex::new(Some(start)));
        let closing = CancellationToken::new();
        let maker = Maker {
            config,
            store,
            runtime: runtime.clone(),
            to_start: to_start.clone(),
            closing: closing.clone(),
            metrics: Compilations::new(),
        };
        let maker = Arc::new(maker);
        let compiler = maker.clone();
        thread("component-compiler", move || compiler.compile_all(&compiling))?;
        thread("component-zygotes", move || maker.start_all(&starting))?;
        Ok(Making { to_compile: Arc::new(Mutex::new(Some(compile))), to_start, closing })
    }

    /// Has a component compiled, and then hosted.
    pub(super) fn compile(&self, order: Order, component: Vec<u8>) {
        send(&self.to_compile, (order, component));
    }

    /// Has a zygote started.
    pub(super) fn start_zygote(&self, order: Order, native: Native) {
        send(&self.to_start, (order, native));
    }

    /// Kills the compiler and ends the threads.
    pub(super) fn close(&self) {
        self.closing.cancel();
        drop(self.to_compile.lock().unwrap_or_else(PoisonError::into_inner).take());
        drop(self.to_start.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// What the threads work with.
struct Maker {
    config: ComponentsConfig,
    store: Arc<Store>,
    runtime: Handle,
    to_start: Inbox<(Order, Native)>,
    closing: CancellationToken,
    metrics: Compilations,
}

impl Maker {
    fn compile_all(&self, orders: &Receiver<(Order, Vec<u8>)>) {
        for (order, component) in orders {
            let began = Instant::now();
            let compiled = self.compile(&order, &component);
            self.metrics.ended(began.elapsed(), compiled.as_ref().ok().map(Result::is_ok));
            match compiled {
                Ok(Ok(native)) => send(&self.to_start, (order, native)),
                Ok(Err(reason)) => order.promise.keep(Ok(Hosted::Rejected(reason.into()))),
                Err(trouble) => order.promise.keep(Err(trouble)),
            }
        }
    }

    /// The native code, or why the component is rejected.
    fn compile(&self, order: &Order, component: &[u8]) -> Result<Result<Native, String>, HostTrouble> {
        tracing::debug!(bytes = component.len(), "compiling a bot's component");
        let compiled = self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.closing.cancelled() => Err(super::stopping()),
                compiled = compile(&self.config.precompile, component, order.stack_bytes) => compiled,
            }
        })?;
        match compiled {
            Compiled::Rejected(reason) => Ok(Err(reason)),
            Compiled::Native(code) => self.store.keep(order.key, &code).map(Ok).map_err(|error| {
                HostTrouble::new(HostFault::SpawnFailed, format!("native code cannot be kept: {error}"))
            }),
        }
    }

    fn start_all(&self, orders: &Receiver<(Order, Native)>) {
        for (order, native) in orders {
            let started = self.start_zygote(&order, native);
            order.promise.keep(started.map(|zygote| Hosted::Zygote(Arc::new(zygote))));
        }
    }

    fn start_zygote(&self, order: &Order, native: Native) -> Result<Zygote, HostTrouble> {
        let config = ZygoteConfig {
            shim: self.config.shim.clone(),
            native: native.path,
            native_digest: native.digest,
            stack_bytes: order.stack_bytes,
            answer_max: ZygoteConfig::ANSWER_MAX,
            require_namespaces: self.config.require_namespaces,
            untrusted: true,
        };
        Zygote::spawn_in(&config, self.config.group.as_deref()).map_err(|error| {
            let why = format!("no zygote of a component starts: {:#}", anyhow::Error::new(error));
            HostTrouble::new(HostFault::SpawnFailed, why)
        })
    }
}

/// Hands something to a thread. Once that is closed, dropping it is the answer.
fn send<T>(inbox: &Inbox<T>, order: T) {
    let inbox = inbox.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = inbox.as_ref().map(|sender| sender.send(order));
}

fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(body).map(drop)
}
