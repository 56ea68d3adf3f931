//! One interpreter: a store, an instance, and the three calls of `proto/bot.wit`.
//!
//! Meters each call and turns whatever comes of it into an answer or an [`Ending`]. Never here:
//! descriptors, frames, sealing.

use terms::SourceFile;
use wasmtime::component::Component;
use wasmtime::{Engine, Store};

use crate::ending::{self, Call, Ending};
use crate::host::{self, Host};

/// The bindings of `proto/bot.wit`.
mod bindings {
    wasmtime::component::bindgen!({ path: "../proto/bot.wit", world: "bot" });
}

use bindings::exports::arena::bot::guest as wit;

/// Fuel for starting and warming the interpreter, which is our own code.
const BOOT_FUEL: u64 = 1 << 40;

/// Most bytes that may cross between guest and host in one call, whatever a guest claims. Far more
/// than the largest reply, so that the length of one that is too long can be told; what is longer
/// still ends the guest.
const CROSSING_BYTES_MAX: usize = 16 << 20;

/// An interpreter that may hold a bot.
pub(crate) struct Guest {
    store: Store<Host>,
    bot: bindings::Bot,
    load_fuel: u64,
    turn_fuel: u64,
    reply_bytes: u32,
    /// Fuel that the last call used.
    used_fuel: u64,
}

impl Guest {
    /// Starts the interpreter.
    ///
    /// # Errors
    /// The component is not a bot of `proto/bot.wit`, or the machine refuses what it needs.
    pub(crate) fn start(engine: &Engine, component: &Component) -> wasmtime::Result<Guest> {
        let mut store = Store::new(engine, Host::default());
        store.limiter(|host| &mut host.memory);
        store.set_hostcall_fuel(CROSSING_BYTES_MAX);
        store.set_fuel(BOOT_FUEL)?;
        let linker = host::linker(engine, component)?;
        let bot = bindings::Bot::instantiate(&mut store, component, &linker)?;
        Ok(Guest { store, bot, load_fuel: 0, turn_fuel: 0, reply_bytes: 0, used_fuel: 0 })
    }

    /// Touches what every bot touches, so that forks of this process share it.
    ///
    /// # Errors
    /// The interpreter failed; there is no bot in it yet.
    pub(crate) fn warm(&mut self) -> Result<(), Ending> {
        self.metered(Call::Warm, BOOT_FUEL, |guest, store| guest.call_warm(store))
    }

    /// Sets the limits of the bot that comes next, and starts its time.
    pub(crate) fn begin(&mut self, load: &pipe::Load) {
        self.load_fuel = load.load_fuel;
        self.turn_fuel = load.turn_fuel;
        self.reply_bytes = load.reply_bytes;
        self.store.data_mut().begin(load);
    }

    /// Loads a bot, under a policy as `terms::Policy::lines` writes it.
    ///
    /// # Errors
    /// How it ended instead.
    pub(crate) fn load(&mut self, files: Vec<SourceFile>, seed: u64, policy: &str) -> Result<(), Ending> {
        let files: Vec<wit::SourceFile> =
            files.into_iter().map(|SourceFile { path, content }| wit::SourceFile { path, content }).collect();
        let budget = self.load_fuel;
        self.metered(Call::Load, budget, |guest, store| guest.call_load(store, &files, seed, policy))
    }

    /// Plays a turn and returns the reply, which fits the limit.
    ///
    /// # Errors
    /// How it ended instead.
    pub(crate) fn turn(&mut self, observation: &str) -> Result<String, Ending> {
        let budget = self.turn_fuel;
        let reply = self.metered(Call::Turn, budget, |guest, store| guest.call_turn(store, observation))?;
        if reply.len() > self.reply_bytes as usize {
            return Err(Ending::reply_too_long(reply.len(), self.reply_bytes));
        }
        Ok(reply)
    }

    /// What the last call used, and what was printed since [`Guest::log_sent`].
    pub(crate) fn usage(&self) -> pipe::Usage<'_> {
        let host = self.store.data();
        pipe::Usage {
            fuel: self.used_fuel,
            memory_peak_bytes: host.memory.peak_bytes(),
            log: host.log.pending(),
            log_dropped_bytes: host.log.dropped(),
        }
    }

    /// The log that [`Guest::usage`] showed is on its way.
    pub(crate) fn log_sent(&mut self) {
        self.store.data_mut().log.sent();
    }

    /// Makes one call with `budget` fuel and judges how it ended.
    fn metered<T>(
        &mut self,
        call: Call,
        budget: u64,
        make: impl FnOnce(&wit::Guest, &mut Store<Host>) -> wasmtime::Result<Result<T, wit::Fault>>,
    ) -> Result<T, Ending> {
        self.store.set_fuel(budget).map_err(|error| Ending::host(&error))?;
        let host = self.store.data_mut();
        host.clock.call_begins(budget);
        host.memory.call_begins();
        let outcome = make(self.bot.arena_bot_guest(), &mut self.store);
        let left = self.store.get_fuel().map_err(|error| Ending::host(&error))?;
        self.used_fuel = budget.saturating_sub(left);
        let host = self.store.data_mut();
        host.clock.call_ended(self.used_fuel);
        let memory =
            ending::Memory { refused: host.memory.was_refused(), limit_bytes: host.memory.limit_bytes() };
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(fault)) => Err(Ending::told(kind(fault.kind), &fault.message, &fault.traceback, memory)),
            Err(error) => Err(Ending::of_error(&error, call, budget, memory)),
        }
    }
}

/// The guest's word in ours.
fn kind(kind: wit::FaultKind) -> terms::FaultKind {
    match kind {
        wit::FaultKind::LoadError => terms::FaultKind::LoadError,
        wit::FaultKind::Policy => terms::FaultKind::Policy,
        wit::FaultKind::Exception => terms::FaultKind::Exception,
        wit::FaultKind::BadReply => terms::FaultKind::BadReply,
        wit::FaultKind::OutOfMemory => terms::FaultKind::OutOfMemory,
        wit::FaultKind::Exited => terms::FaultKind::Exited,
    }
}
