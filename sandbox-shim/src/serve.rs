//! The life of a bot: loaded once, then a turn for every observation, until one side ends it.
//!
//! Runs sealed. Two system calls per turn. Never here: sealing, forking, wasmtime.

use pipe::{Bytecode, Failure, FromShim, Load, ToShim, Usage};
use terms::{Bundle, SourceFile};

use crate::ending::Ending;
use crate::guest::Guest;
use crate::line::{Inbox, LineError, Outbox};

/// Largest bundle that a worker may announce, in bytes: the largest source and names for its files.
const BUNDLE_BYTES_MAX: u32 = 9 << 20;

/// The conversation broke down: the match is void.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The socket, or what came over it.
    #[error(transparent)]
    Line(#[from] LineError),
    /// A frame in the wrong place.
    #[error("the worker sent {0}")]
    Unexpected(&'static str),
    /// The bundle is none.
    #[error("the worker sent a bot that cannot be unpacked: {0}")]
    Bundle(#[from] terms::bundle::BadBundle),
    /// The host failed in the middle of a call.
    #[error("{0}")]
    Host(String),
}

/// What the next thing is.
enum Next {
    /// Another turn.
    Go,
    /// The end.
    Stop,
}

/// A bot, and what is to be done with it.
struct Order {
    purpose: Purpose,
    load: Load,
    files: Vec<SourceFile>,
}

/// What a child is for.
enum Purpose {
    /// To load the bot under that policy, and play.
    Play(String),
    /// To compile the bot, and end.
    Compile,
}

/// One conversation with the worker.
pub(crate) struct Service<'a> {
    guest: &'a mut Guest,
    inbox: Inbox,
    outbox: Outbox,
}

impl<'a> Service<'a> {
    /// A service of `guest`, with its buffers.
    pub(crate) fn new(guest: &'a mut Guest) -> Service<'a> {
        Service { guest, inbox: Inbox::new(), outbox: Outbox::new() }
    }

    /// Loads a bot and plays turns until the worker hangs up or the bot is finished.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub(crate) fn run(&mut self) -> Result<(), ServeError> {
        let Some(Order { purpose, load, files }) = self.receive_bot()? else { return Ok(()) };
        self.guest.begin(&load);
        let policy = match purpose {
            Purpose::Play(policy) => policy,
            Purpose::Compile => return self.compile(files),
        };
        let mut next = match self.guest.load(files, load.seed, &policy) {
            Ok(()) => {
                self.outbox.send(&FromShim::Loaded(self.guest.usage()))?;
                Next::Go
            }
            Err(ending) => {
                report(&mut self.outbox, self.guest.usage(), &ending)?;
                Next::Stop
            }
        };
        while let Next::Go = next {
            self.guest.log_sent();
            next = self.turn()?;
        }
        Ok(())
    }

    /// Compiles the bot, and nothing else.
    fn compile(&mut self, files: Vec<SourceFile>) -> Result<(), ServeError> {
        match self.guest.compile(files) {
            Ok(code) => Ok(self.outbox.send(&FromShim::Compiled(self.guest.usage(), &code))?),
            Err(ending) => report(&mut self.outbox, self.guest.usage(), &ending),
        }
    }

    /// Runs the interpreter without a bot: if this works sealed, a bot will.
    ///
    /// # Errors
    /// The interpreter failed.
    pub(crate) fn prove(&mut self) -> Result<(), ServeError> {
        self.guest.warm().map_err(|ending| match ending {
            Ending::Fault { message, .. } => ServeError::Host(message),
            Ending::Broken(why) => ServeError::Host(why),
        })
    }

    /// Says why there is no more to come.
    pub(crate) fn broken(&mut self, why: &dyn std::fmt::Display) {
        // If not even this can be said, the worker learns it from our end.
        let _ = self.outbox.send(&FromShim::Broken(&why.to_string()));
    }

    /// What to do with which bot, or nothing if the worker has no use for us.
    fn receive_bot(&mut self) -> Result<Option<Order>, ServeError> {
        let mut first = self.inbox.next()?;
        if let Some(ToShim::Prepare(Bytecode { fuel, code })) = first {
            self.guest.prepare(fuel, code);
            first = self.inbox.next()?;
        }
        let (purpose, load) = match first {
            None => return Ok(None),
            Some(ToShim::Load(load, policy)) => (Purpose::Play(policy.to_owned()), load),
            Some(ToShim::Compile(load)) => (Purpose::Compile, load),
            Some(_) => return Err(ServeError::Unexpected("something else before a bot")),
        };
        let files = self.receive_files(&load)?;
        Ok(files.map(|files| Order { purpose, load, files }))
    }

    fn receive_files(&mut self, load: &Load) -> Result<Option<Vec<SourceFile>>, ServeError> {
        if load.bundle_bytes > BUNDLE_BYTES_MAX {
            return Err(ServeError::Unexpected("a bot that is too large"));
        }
        let expected = load.bundle_bytes as usize;
        let mut bundle = Vec::with_capacity(expected);
        while bundle.len() < expected {
            match self.inbox.next()? {
                None => return Ok(None),
                Some(ToShim::Chunk(part)) if !part.is_empty() => bundle.extend_from_slice(part),
                Some(_) => return Err(ServeError::Unexpected("something else within a bot")),
            }
        }
        if bundle.len() > expected {
            return Err(ServeError::Unexpected("more of a bot than it said"));
        }
        Ok(Some(Bundle::decode(&bundle)?.into_files()))
    }

    /// One turn.
    fn turn(&mut self) -> Result<Next, ServeError> {
        let observation = match self.inbox.next()? {
            None => return Ok(Next::Stop),
            Some(ToShim::Turn(observation)) => observation,
            Some(_) => return Err(ServeError::Unexpected("something else than a turn")),
        };
        match self.guest.turn(observation) {
            Ok(reply) => {
                self.outbox.send(&FromShim::Reply(self.guest.usage(), reply.as_bytes()))?;
                Ok(Next::Go)
            }
            Err(ending) => {
                report(&mut self.outbox, self.guest.usage(), &ending)?;
                Ok(if ending.lives_on() { Next::Go } else { Next::Stop })
            }
        }
    }
}

/// Tells the worker how a call ended.
fn report(outbox: &mut Outbox, usage: Usage<'_>, ending: &Ending) -> Result<(), ServeError> {
    match ending {
        Ending::Fault { kind, message, traceback } => {
            let failure = Failure { kind: *kind, message, traceback };
            Ok(outbox.send(&FromShim::Fault(usage, failure))?)
        }
        Ending::Broken(why) => Err(ServeError::Host(why.clone())),
    }
}
