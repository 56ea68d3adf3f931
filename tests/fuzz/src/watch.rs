//! Bounds on one input: a panic is caught, memory and processor time are measured, and what never
//! ends is ended.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::allocator::peak_of;
use crate::{Failure, Target, corpus};

/// Most processor time for one input. Not wall time: the machine may be busy with something else.
const INPUT_SECONDS_MAX: Duration = Duration::from_secs(1);
/// Most memory for one input, in bytes, whatever it says of itself.
const INPUT_MEMORY_MAX: usize = 64 << 20;

/// Runs a target on one input and says what it made of it.
pub(crate) fn checked(target: &Target, input: &[u8]) -> Result<String, Failure> {
    let began = processor_time();
    let (outcome, bytes) = peak_of(|| catch_unwind(AssertUnwindSafe(|| (target.run)(input))));
    let took = processor_time().saturating_sub(began);
    match outcome {
        Err(panic) => Err(Failure::Panic(said(panic.as_ref()))),
        Ok(_) if bytes > INPUT_MEMORY_MAX => Err(Failure::Memory(bytes)),
        Ok(_) if took > INPUT_SECONDS_MAX => Err(Failure::Slow(took)),
        Ok(outcome) => Ok(outcome),
    }
}

/// Watches from another thread for an input that never ends: it is kept, and the process with it
/// ended, because a thread cannot be. Dropping the sender ends the watch.
pub(crate) fn for_endless(target: &'static str) -> std::io::Result<Sender<Vec<u8>>> {
    let (sender, inputs) = channel::<Vec<u8>>();
    let watch = move || {
        let mut last = Vec::new();
        let mut began = processor_time();
        loop {
            match inputs.recv_timeout(INPUT_SECONDS_MAX) {
                Ok(input) => (last, began) = (input, processor_time()),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    if processor_time().saturating_sub(began) > 2 * INPUT_SECONDS_MAX {
                        let kept = corpus::keep(target, "endless", &last);
                        tell(&format!("{target}: an input does not end; kept as {kept:?}"));
                        std::process::exit(1);
                    }
                }
            }
        }
    };
    std::thread::Builder::new().name("watch".into()).spawn(watch)?;
    Ok(sender)
}

/// Keeps the panics that are looked for off the screen.
pub(crate) fn hush() {
    std::panic::set_hook(Box::new(|_| {}));
}

#[expect(clippy::print_stderr, reason = "a tool for the terminal")]
fn tell(text: &str) {
    eprintln!("{text}");
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word").to_owned()
}

/// Processor time of the whole process; all of it but the watch is spent on inputs.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
