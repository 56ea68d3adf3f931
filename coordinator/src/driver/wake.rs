//! Everything that can wake the driver, in one `select!`.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::DriverError;
use super::writer::{Done, Writer};
use crate::call::Call;
use crate::http::Condition;
use crate::local;
use crate::store::Store;

/// How often the engine looks for workers that fell silent.
const TICK: Duration = Duration::from_millis(500);

/// What happened.
pub(super) enum Wake {
    /// A worker called.
    Call(Box<Call>),
    /// A batch of results was written, or could not be.
    Written(Result<Vec<Done>, DriverError>),
    /// The user wants to stop.
    Interrupted,
    /// A child process ended.
    LocalExited(local::Exited),
    /// The server ended by itself.
    ServerStopped,
    /// Time passed.
    Tick,
}

/// Where wakes come from.
#[derive(Debug)]
pub struct Inputs {
    /// Workers' calls.
    pub calls: mpsc::Receiver<Call>,
    /// Ctrl-C and SIGTERM, one message each.
    pub interrupts: mpsc::Receiver<()>,
    /// Local workers that ended.
    pub exits: mpsc::Receiver<local::Exited>,
    /// Cancelled if the server ends, which it should not while we listen.
    pub server_stopped: CancellationToken,
    /// Hears of every turn.
    condition: Arc<Condition>,
    tick: Interval,
}

impl Inputs {
    /// Listens to all of them.
    pub fn new(
        calls: mpsc::Receiver<Call>,
        interrupts: mpsc::Receiver<()>,
        exits: mpsc::Receiver<local::Exited>,
        server_stopped: CancellationToken,
        condition: Arc<Condition>,
    ) -> Inputs {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Inputs { calls, interrupts, exits, server_stopped, condition, tick }
    }

    /// Waits for the next wake. Safe to cancel: nothing that was taken is lost.
    pub(super) async fn next<S: Store>(&mut self, writer: &mut Writer<S>) -> Wake {
        self.condition.turned();
        // In this order, so that neither a flood of calls nor a slow disk keeps the user waiting.
        tokio::select! {
            biased;
            Some(()) = self.interrupts.recv() => Wake::Interrupted,
            Some(exited) = self.exits.recv() => Wake::LocalExited(exited),
            done = writer.written() => Wake::Written(done),
            _ = self.tick.tick() => Wake::Tick,
            Some(call) = self.calls.recv() => Wake::Call(Box::new(call)),
            () = self.server_stopped.cancelled() => Wake::ServerStopped,
        }
    }
}
