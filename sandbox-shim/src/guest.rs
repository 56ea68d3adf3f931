//! One interpreter: a store, an instance, and the calls of `proto/bot.wit`.
//!
//! Meters each call and turns whatever comes of it into an answer or an [`Ending`]. Never here:
//! descriptors, frames, sealing.

use terms::SourceFile;
use wasmtime::component::{Component, Instance};
use wasmtime::{Engine, Store};

use crate::ending::{Call, Code, Ending, Memory};
use crate::host::{self, CROSSING_BYTES_MAX, Host};
use crate::meter;
use crate::observation;

/// The bindings of `proto/bot.wit`.
mod bindings {
    wasmtime::component::bindgen!({ path: "../proto/bot.wit", world: "bot" });
}

/// What our own interpreter offers besides.
mod python {
    wasmtime::component::bindgen!({ path: "../proto/bot.wit", world: "python" });
}

use bindings::exports::arena::bot::guest as wit;
use python::exports::arena::bot::guest as told;

/// Fuel for starting and warming the interpreter, which is our own code.
const BOOT_FUEL: u64 = 1 << 40;

/// An interpreter that may hold a bot.
pub(crate) struct Guest {
    store: Store<Host>,
    bot: Bot,
    code: Code,
    load_fuel: u64,
    turn_fuel: u64,
    reply_bytes: u32,
    /// Fuel that the last call used.
    used_fuel: u64,
    /// What came of compiling the bot beforehand: the fuel that it took, and bytecode.
    prepared: Option<(u64, Vec<u8>)>,
    /// An observation as our own interpreter reads it fastest.
    translated: Vec<u8>,
}

/// The code of a guest.
enum Bot {
    /// It runs.
    Running(Box<Running>),
    /// A stranger's component, of which nothing has run yet.
    Dormant(Component),
}

/// What can be called.
struct Running {
    bot: bindings::Bot,
    /// Our own interpreter has shortcuts.
    python: Option<python::Python>,
}

impl Running {
    fn guest(&self) -> &wit::Guest {
        self.bot.arena_bot_guest()
    }

    fn shortcuts(&self) -> Option<&python::exports::arena::bot::shortcuts::Guest> {
        self.python.as_ref().map(python::Python::arena_bot_shortcuts)
    }
}

impl Guest {
    /// A guest that starts with the first load: starting a component runs code of it.
    pub(crate) fn dormant(engine: &Engine, component: &Component) -> Guest {
        Guest::of(store(engine), Bot::Dormant(component.clone()), Code::Component)
    }

    /// Starts the interpreter.
    ///
    /// # Errors
    /// The component is not a bot of `proto/bot.wit`, or the machine refuses what it needs.
    pub(crate) fn start(engine: &Engine, component: &Component) -> wasmtime::Result<Guest> {
        let mut store = store(engine);
        meter::set(&mut store, BOOT_FUEL)?;
        let instance = instantiate(&mut store, component)?;
        let bot = bindings::Bot::new(&mut store, &instance)?;
        // One that was built before there was a compiler in it loads all bots from their source.
        let python = python::Python::new(&mut store, &instance).ok();
        Ok(Guest::of(store, Bot::Running(Box::new(Running { bot, python })), Code::Interpreter))
    }

    fn of(store: Store<Host>, bot: Bot, code: Code) -> Guest {
        Guest {
            store,
            bot,
            code,
            load_fuel: 0,
            turn_fuel: 0,
            reply_bytes: 0,
            used_fuel: 0,
            prepared: None,
            translated: Vec::new(),
        }
    }

    /// Touches what every bot touches, so that forks of this process share it.
    ///
    /// # Errors
    /// The interpreter failed; there is no bot in it yet.
    pub(crate) fn warm(&mut self) -> Result<(), Ending> {
        match self.bot {
            Bot::Running(_) => {
                self.metered(Call::Warm, BOOT_FUEL, 0, |bot, store| bot.guest().call_warm(store))
            }
            Bot::Dormant(_) => Ok(()),
        }
    }

    /// Sets the limits of the bot that comes next, and starts its time.
    pub(crate) fn begin(&mut self, load: &pipe::Load) {
        self.load_fuel = load.load_fuel;
        self.turn_fuel = load.turn_fuel;
        self.reply_bytes = load.reply_bytes;
        self.store.data_mut().begin(load);
    }

    /// Takes what came of compiling the bot that is loaded next: bytecode, and the fuel that it took.
    pub(crate) fn prepare(&mut self, fuel: u64, code: &[u8]) {
        self.prepared = Some((fuel, code.to_vec()));
    }

    /// The bytecode of a bot in Python, within the limits of a load. Runs nothing of the bot.
    ///
    /// # Errors
    /// How it ended instead. Whatever that says: loading the bot from its source will say it better.
    pub(crate) fn compile(&mut self, files: Vec<SourceFile>) -> Result<Vec<u8>, Ending> {
        let source = files.into_iter().find(|file| file.path == terms::bundle::ENTRY);
        let source = source.ok_or_else(Ending::not_compiled)?.content;
        let budget = self.load_fuel;
        self.call_begins(budget)?;
        let Bot::Running(bot) = &self.bot else { return Err(Ending::not_compiled()) };
        let Some(shortcuts) = bot.shortcuts() else { return Err(Ending::not_compiled()) };
        let outcome = shortcuts.call_compile(&mut self.store, &source);
        let memory = self.call_ended(budget)?;
        let code =
            outcome.map_err(|error| Ending::of_error(&error, self.code, Call::Load, budget, memory))?;
        code.filter(|code| code.len() <= pipe::CODE_BYTES_MAX).ok_or_else(Ending::not_compiled)
    }

    /// Loads a bot, under a policy as `terms::Policy::lines` writes it. One that is a component is
    /// started first, within the same fuel; its own code is not among the files that it gets.
    ///
    /// # Errors
    /// How it ended instead.
    pub(crate) fn load(&mut self, mut files: Vec<SourceFile>, seed: u64, policy: &str) -> Result<(), Ending> {
        let (compiling, code) = self.prepared.take().unwrap_or_default();
        let spent = match &self.bot {
            Bot::Running(_) => compiling,
            Bot::Dormant(component) => {
                files.retain(|file| file.path != terms::bundle::COMPONENT);
                let component = component.clone();
                self.awaken(&component)?
            }
        };
        let files: Vec<wit::SourceFile> =
            files.into_iter().map(|SourceFile { path, content }| wit::SourceFile { path, content }).collect();
        // A bot's time begins when its compilation does, wherever that was.
        self.store.data_mut().clock.call_ended(compiling);
        let budget = self.load_fuel;
        self.metered(Call::Load, budget, spent, |bot, store| {
            if let (Some(shortcuts), false) = (bot.shortcuts(), code.is_empty()) {
                shortcuts.call_prepare(&mut *store, &code)?;
            }
            bot.guest().call_load(store, &files, seed, policy)
        })
    }

    /// Plays a turn and returns the reply, which fits the limit.
    ///
    /// # Errors
    /// How it ended instead.
    pub(crate) fn turn(&mut self, observation: &str) -> Result<String, Ending> {
        let budget = self.turn_fuel;
        let mut buffer = std::mem::take(&mut self.translated);
        let bytes =
            if self.has_shortcuts() { observation::marshalled(observation, &mut buffer) } else { None };
        let outcome = self.metered(Call::Turn, budget, 0, |bot, store| match (bot.shortcuts(), bytes) {
            (Some(shortcuts), Some(bytes)) => {
                Ok(shortcuts.call_turn(store, bytes)?.map_err(wit::Fault::from))
            }
            _ => bot.guest().call_turn(store, observation),
        });
        self.translated = buffer;
        let reply = outcome?;
        if reply.len() > self.reply_bytes as usize {
            return Err(Ending::reply_too_long(reply.len(), self.reply_bytes));
        }
        Ok(reply)
    }

    fn has_shortcuts(&self) -> bool {
        matches!(&self.bot, Bot::Running(bot) if bot.python.is_some())
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

    /// Starts a stranger's component, and returns what that cost.
    fn awaken(&mut self, component: &Component) -> Result<u64, Ending> {
        let budget = self.load_fuel;
        self.call_begins(budget)?;
        let started = instantiate(&mut self.store, component)
            .and_then(|instance| bindings::Bot::new(&mut self.store, &instance));
        let memory = self.call_ended(budget)?;
        let bot = started.map_err(|error| Ending::of_start(&error, budget, memory))?;
        self.bot = Bot::Running(Box::new(Running { bot, python: None }));
        Ok(self.used_fuel)
    }

    /// Makes one call with `budget` fuel, of which some is spent, and judges how it ended.
    fn metered<T>(
        &mut self,
        call: Call,
        budget: u64,
        spent: u64,
        make: impl FnOnce(&Running, &mut Store<Host>) -> wasmtime::Result<Result<T, wit::Fault>>,
    ) -> Result<T, Ending> {
        let left = budget.saturating_sub(spent);
        self.call_begins(left)?;
        let Bot::Running(bot) = &self.bot else { return Err(Ending::Broken("a turn before a load".into())) };
        let outcome = make(bot, &mut self.store);
        let memory = self.call_ended(left)?;
        self.used_fuel = self.used_fuel.saturating_add(spent);
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(fault)) => {
                Err(Ending::told(kind(fault.kind), &fault.message, &fault.traceback, call, memory))
            }
            Err(error) => Err(Ending::of_error(&error, self.code, call, budget, memory)),
        }
    }

    fn call_begins(&mut self, fuel: u64) -> Result<(), Ending> {
        meter::set(&mut self.store, fuel).map_err(|error| Ending::host(&error))?;
        let host = self.store.data_mut();
        host.clock.call_begins(fuel);
        host.memory.call_begins();
        Ok(())
    }

    fn call_ended(&mut self, fuel: u64) -> Result<Memory, Ending> {
        let left = meter::left(&self.store).map_err(|error| Ending::host(&error))?;
        self.used_fuel = fuel.saturating_sub(left);
        let host = self.store.data_mut();
        host.clock.call_ended(self.used_fuel);
        Ok(Memory { refused: host.memory.was_refused(), limit_bytes: host.memory.limit_bytes() })
    }
}

fn store(engine: &Engine) -> Store<Host> {
    let mut store = Store::new(engine, Host::default());
    store.limiter(|host| &mut host.memory);
    store.set_hostcall_fuel(CROSSING_BYTES_MAX);
    store
}

fn instantiate(store: &mut Store<Host>, component: &Component) -> wasmtime::Result<Instance> {
    host::linker(store.engine(), component)?.instantiate(store, component)
}

impl From<told::Fault> for wit::Fault {
    fn from(told: told::Fault) -> wit::Fault {
        let kind = match told.kind {
            told::FaultKind::LoadError => wit::FaultKind::LoadError,
            told::FaultKind::Policy => wit::FaultKind::Policy,
            told::FaultKind::Exception => wit::FaultKind::Exception,
            told::FaultKind::BadReply => wit::FaultKind::BadReply,
            told::FaultKind::OutOfMemory => wit::FaultKind::OutOfMemory,
            told::FaultKind::Exited => wit::FaultKind::Exited,
        };
        wit::Fault { kind, message: told.message, traceback: told.traceback }
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
