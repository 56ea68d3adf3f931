//! The slots: one thread per match that is played, pinned to a core that it shares with its bots.
//!
//! A ping-pong between two processes costs a fraction on one core of what it costs across two, so
//! matches run side by side instead of the two bots of one match.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use terms::digest::DIGEST_BYTES;
use terms::{BySeat, Digest, HostFault, Outcome, Report, Seat, SeatUsage, Verdict};
use tokio::runtime::Handle;

use crate::cluster::{Blobs, Board, Job, Ready};
use crate::referee::{Contest, conduct};
use crate::sandbox::HostTrouble;

/// What framing adds to a bot's source, per file, in bytes: a path and two lengths.
const BUNDLE_OVERHEAD_PER_FILE: usize = 264;

/// Cores that this process may use.
pub fn usable_cores() -> Vec<u16> {
    let set = sched_getaffinity(Pid::from_raw(0)).unwrap_or_default();
    let is_in = |core: &u16| set.is_set(usize::from(*core)).unwrap_or(false);
    (0..CpuSet::count() as u16).filter(is_in).collect()
}

/// Starts `count` slots over `cores`. They end when the board is closed.
///
/// # Errors
/// The system gives no more threads.
pub fn start(
    count: usize,
    cores: &[u16],
    board: &Arc<Board<Ready>>,
    blobs: &Arc<Blobs>,
    runtime: &Handle,
) -> std::io::Result<Vec<JoinHandle<()>>> {
    let cores = cores.iter().copied().map(Some).chain(cores.is_empty().then_some(None));
    let slot = |(index, core): (usize, Option<u16>)| {
        let (board, blobs, runtime) = (board.clone(), blobs.clone(), runtime.clone());
        let serve = move || {
            pin(core);
            while let Some(job) = board.take() {
                board.finish(report(&job, core, &blobs, &runtime));
            }
        };
        std::thread::Builder::new().name(format!("slot-{index}")).spawn(serve)
    };
    (0..count).zip(cores.cycle()).map(slot).collect()
}

/// Keeps this thread on that core. Only speed depends on it.
fn pin(core: Option<u16>) {
    let Some(core) = core else { return };
    let mut set = CpuSet::new();
    let pinned = set.set(core.into()).and_then(|()| sched_setaffinity(Pid::from_raw(0), &set));
    if let Err(error) = pinned {
        tracing::warn!(core, "a slot cannot be pinned to its core: {error}");
    }
}

fn report(job: &Job<Ready>, core: Option<u16>, blobs: &Blobs, runtime: &Handle) -> Report {
    let began = Instant::now();
    let outcome = play(job, core, blobs, runtime).unwrap_or_else(void);
    let wall_micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    if let Verdict::Void(fault) = outcome.verdict {
        let (id, attempt) = (job.id.0.short(), job.attempt.0);
        tracing::warn!(r#match = %id, attempt, "void, {fault}: {}", outcome.host_message.escape_debug());
    }
    Report { id: job.id, attempt: job.attempt, outcome, wall_micros }
}

fn play(
    job: &Job<Ready>,
    core: Option<u16>,
    blobs: &Blobs,
    runtime: &Handle,
) -> Result<Outcome, HostTrouble> {
    let limits = &job.spec.limits;
    let bytes_max =
        limits.source_bytes as usize + (1 + limits.source_files as usize) * BUNDLE_OVERHEAD_PER_FILE;
    let fetch = |seat: Seat| {
        runtime
            .block_on(blobs.bytes(job.spec.bots[seat], bytes_max))
            .map_err(|error| HostTrouble::new(HostFault::SpawnFailed, error.to_string()))
    };
    let bundles = [fetch(Seat::Zero)?, fetch(Seat::One)?];
    let [zero, one] = &bundles;
    let zygotes = &job.ready.zygotes;
    let mut players = BySeat([zygotes.fork(core)?, zygotes.fork(core)?]);
    Ok(conduct(Contest {
        spec: &job.spec,
        bundles: BySeat([zero, one]),
        players: &mut players,
        ticks: &job.ticks,
    }))
}

/// The outcome of a match that never began.
fn void(trouble: HostTrouble) -> Outcome {
    Outcome {
        verdict: Verdict::Void(trouble.fault),
        faults: Vec::new(),
        ticks: 0,
        digest: Digest([0; DIGEST_BYTES]),
        usage: BySeat::from_fn(|_| SeatUsage::default()),
        host_message: trouble.message,
    }
}
