//! The shim's line, and an ear on it: a bot that asks for an attack takes the process over.

use pipe::{FromShim, ToShim};

use crate::attack;
use crate::harden;

#[path = "../../src/line.rs"]
pub(crate) mod real;

pub(crate) use real::{LineError, check};

/// Receives frames, and gives way to an attack.
pub(crate) struct Inbox {
    line: real::Inbox,
    /// Whether this child is to compile, and so runs nothing of a bot.
    compiles: bool,
}

impl Inbox {
    /// An inbox for any frame.
    pub(crate) fn new() -> Inbox {
        Inbox { line: real::Inbox::new(), compiles: false }
    }

    /// Waits for the next frame. Does not return if it asks for an attack.
    ///
    /// # Errors
    /// The socket failed, or what came is no frame.
    pub(crate) fn next(&mut self) -> Result<Option<ToShim<'_>>, LineError> {
        let frame = self.line.next()?;
        self.compiles |= matches!(frame, Some(ToShim::Compile(_)));
        let is_due = |name: &String| name.starts_with("compiler_") == self.compiles;
        if let Some(name) = frame.as_ref().and_then(asked).filter(is_due) {
            let outcome = attack::make(&name);
            // The worker is told, if there is still somebody to tell it.
            let _ = Outbox::new().send(&FromShim::Broken(&outcome));
            harden::process::exit_now(7);
        }
        Ok(frame)
    }
}

/// The attack that a bot asks for in its source: `#!attack NAME`. With `compiler_` before the name it
/// is made by the child that compiles, otherwise by one that plays.
fn asked(frame: &ToShim<'_>) -> Option<String> {
    let ToShim::Chunk(bytes) = frame else { return None };
    let text = String::from_utf8_lossy(bytes);
    let line = text.split("#!attack ").nth(1)?;
    line.lines().next().map(str::to_owned)
}

/// Sends frames.
#[derive(Default)]
pub(crate) struct Outbox(real::Outbox);

impl Outbox {
    /// An outbox whose buffer holds any frame.
    pub(crate) fn new() -> Outbox {
        Outbox(real::Outbox::new())
    }

    /// Sends a frame.
    ///
    /// # Errors
    /// The socket failed.
    pub(crate) fn send(&mut self, frame: &FromShim<'_>) -> Result<(), LineError> {
        self.0.send(frame)
    }
}
