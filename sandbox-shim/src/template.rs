//! What children are copies of: an interpreter that runs already, or the parts to start one.

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::ending::Ending;
use crate::guest::Guest;

/// How children come by their interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// By being a copy of a process that has one: fast, and the rule.
    Forked,
    /// By starting their own: to check that copies are as good.
    Fresh,
    /// By starting their own once they are sealed and have a bot's limits: it is the bot.
    Sealed,
}

/// The interpreter could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// It cannot be instantiated.
    #[error("the interpreter does not start: {0}")]
    Instantiate(String),
    /// It failed before there was a bot.
    #[error("the interpreter failed while warming up: {0}")]
    Warm(String),
}

/// What children are copies of.
pub(crate) struct Template {
    engine: Engine,
    component: Component,
    guest: Guest,
    start: Start,
}

impl Template {
    /// Starts and warms an interpreter, unless the code is a stranger's.
    ///
    /// # Errors
    /// See [`StartError`].
    pub(crate) fn new(engine: Engine, component: Component, start: Start) -> Result<Template, StartError> {
        let guest = match start {
            Start::Forked | Start::Fresh => warm_guest(&engine, &component)?,
            Start::Sealed => {
                // The stack of wasmtime's signal handler, which a sealed child could not set any more.
                Engine::tls_eager_initialize();
                Guest::dormant(&engine, &component)
            }
        };
        Ok(Template { engine, component, guest, start })
    }

    /// A child's own interpreter.
    ///
    /// # Errors
    /// See [`StartError`].
    pub(crate) fn guest(&mut self) -> Result<&mut Guest, StartError> {
        if self.start == Start::Fresh {
            self.guest = warm_guest(&self.engine, &self.component)?;
        }
        Ok(&mut self.guest)
    }
}

fn warm_guest(engine: &Engine, component: &Component) -> Result<Guest, StartError> {
    let mut guest = Guest::start(engine, component)
        .map_err(|error| StartError::Instantiate(error.root_cause().to_string()))?;
    guest.warm().map_err(|ending| match ending {
        Ending::Fault { message, traceback, .. } => StartError::Warm(format!("{message} {traceback}")),
        Ending::Broken(why) => StartError::Warm(why),
    })?;
    Ok(guest)
}
