//! Ctrl-C and SIGTERM as messages.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Wishes that are remembered; more say nothing new.
const WISHES_MAX: usize = 4;

/// Listens from now on. Each signal is one message.
///
/// # Errors
/// The signals cannot be listened to.
pub fn listen() -> io::Result<mpsc::Receiver<()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let (wishes, received) = mpsc::channel(WISHES_MAX);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(()) = interrupt.recv() => {}
                Some(()) = terminate.recv() => {}
                else => return,
            }
            // Full means that nobody has reacted to the others yet: one more changes nothing.
            let _ = wishes.try_send(());
        }
    });
    Ok(received)
}
