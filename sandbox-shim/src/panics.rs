//! A panic in a sealed child is our bug, and must not look like a forbidden system call.

use pipe::FromShim;

use crate::harden::process;
use crate::line::Outbox;

/// From here on a panic tells the worker and ends the process at once. Nothing is unwound.
pub(crate) fn report_to_worker() {
    std::panic::set_hook(Box::new(|panic| {
        let place =
            panic.location().map_or(String::new(), |place| format!(" at {}:{}", place.file(), place.line()));
        let what = panic.payload_as_str().unwrap_or("without a message");
        let _ = Outbox::default().send(&FromShim::Broken(&format!("the shim panicked{place}: {what}")));
        process::exit_now(crate::exit::PANICKED);
    }));
}
