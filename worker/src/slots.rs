//! The slots: one thread per match that is played, pinned to a core that it shares with its bots.
//!
//! A ping-pong between two processes costs a fraction on one core of what it costs across two, so
//! matches run side by side instead of the two bots of one match.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Instant;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use terms::fault::MESSAGE_BYTES_MAX;
use terms::printable::clean;
use terms::{BySeat, Digest, HostFault, Outcome, Report, Seat, SeatUsage, Verdict};
use tokio::runtime::Handle;

use crate::cluster::{Blobs, Board, Job, Ready};
use crate::metrics::{Matches, Timed};
use crate::referee::{Conducted, Contest, conduct};
use crate::sandbox::{Components, HostTrouble};
use crate::seats::Seats;
use crate::traces::{Tracks, Watch};

/// What framing adds to a bot's source, per file, in bytes: a path and two lengths.
const BUNDLE_OVERHEAD_PER_FILE: usize = 264;

/// Cores that this process may use.
pub fn usable_cores() -> Vec<u16> {
    let set = sched_getaffinity(Pid::from_raw(0)).unwrap_or_default();
    let is_in = |core: &u16| set.is_set(usize::from(*core)).unwrap_or(false);
    (0..CpuSet::count() as u16).filter(is_in).collect()
}

/// What matches are played with, besides what each brings along.
pub struct Equipment {
    /// Where bots come from.
    pub blobs: Arc<Blobs>,
    /// What hosts bots that are components.
    pub components: Arc<Components>,
    /// What fetching runs on.
    pub runtime: Handle,
    /// What is recorded of matches.
    pub metrics: Matches,
    /// What watches some of them.
    pub tracks: Arc<Tracks>,
}

/// Starts `count` slots over `cores`. They end when the board is closed.
///
/// # Errors
/// The system gives no more threads.
pub fn start(
    count: usize,
    cores: &[u16],
    board: &Arc<Board<Ready>>,
    equipment: &Arc<Equipment>,
) -> std::io::Result<Vec<JoinHandle<()>>> {
    let cores = cores.iter().copied().map(Some).chain(cores.is_empty().then_some(None));
    let slot = |(index, core): (usize, Option<u16>)| {
        let (board, equipment) = (board.clone(), equipment.clone());
        let serve = move || {
            pin(core);
            while let Some(job) = board.take() {
                match report(&job, core, &equipment, || board.is_closed()) {
                    Some(report) => board.finish(report),
                    None => {
                        equipment.metrics.returned();
                        equipment.tracks.give_back(job.key());
                        board.give_back(&job);
                    }
                }
            }
        };
        std::thread::Builder::new().name(format!("slot-{index}")).spawn(serve)
    };
    (0..count).zip(cores.cycle()).map(slot).collect()
}

/// Keeps this thread on that core. Only speed depends on it.
pub(crate) fn pin(core: Option<u16>) {
    let Some(core) = core else { return };
    let mut set = CpuSet::new();
    let pinned = set.set(core.into()).and_then(|()| sched_setaffinity(Pid::from_raw(0), &set));
    if let Err(error) = pinned {
        tracing::warn!(core, "a slot cannot be pinned to its core: {error}");
    }
}

/// Plays a match. Nothing if it could not be begun for a reason that is none of its own.
fn report(
    job: &Job<Ready>,
    core: Option<u16>,
    equipment: &Equipment,
    is_going: impl Fn() -> bool,
) -> Option<Report> {
    let began = Instant::now();
    let mut watch = equipment.tracks.begin(job.key());
    let played = surviving(|| play(job, core, equipment, watch.as_mut()));
    let Conducted { outcome, record } = match played {
        Ok(conducted) => conducted,
        Err(Unplayed::Later) => return None,
        // Who goes waits for no compiler; others will.
        Err(Unplayed::Trouble(_)) if is_going() => return None,
        Err(Unplayed::Trouble(trouble)) => void(trouble),
    };
    let took = began.elapsed();
    equipment.metrics.ended(&outcome, took);
    let wall_micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    say(job, &outcome);
    let report = Report { id: job.id, attempt: job.attempt, outcome, record, wall_micros };
    if let Some(watch) = watch {
        equipment.tracks.finish(watch, &report);
    }
    Some(report)
}

/// Tells people what came out.
fn say(job: &Job<Ready>, outcome: &Outcome) {
    let (id, attempt) = (job.id.0.short(), job.attempt.0);
    tracing::debug!(r#match = %id, attempt, ticks = outcome.ticks, "played");
    for seat in Seat::BOTH {
        let Some(fault) = outcome.faults.iter().find(|fault| fault.seat == seat) else { continue };
        let (bot, kind, seat) = (job.spec.bots[seat].short(), fault.kind.name(), seat.index());
        tracing::debug!(r#match = %id, attempt, %bot, seat, kind, tick = fault.tick, "failed");
    }
    if let Verdict::Void(fault) = outcome.verdict {
        tracing::warn!(r#match = %id, attempt, "void, {fault}: {}", clean(&outcome.host_message));
    }
}

/// Why a match was not played.
#[derive(Debug, PartialEq, Eq)]
enum Unplayed {
    /// A bot is not to be had while the coordinator is away.
    Later,
    /// The match is void.
    Trouble(HostTrouble),
}

impl From<HostTrouble> for Unplayed {
    fn from(trouble: HostTrouble) -> Unplayed {
        Unplayed::Trouble(trouble)
    }
}

/// Runs a match so that a mistake of ours costs this match, and not the slot: a worker that lost
/// its slots one by one would still look alive.
fn surviving<T>(play: impl FnOnce() -> Result<T, Unplayed>) -> Result<T, Unplayed> {
    // What the panic left half done is dropped with the match; what is shared is behind locks whose
    // data is whole after every statement.
    catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(|panic| {
        let said =
            panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str));
        let message = format!("the worker panicked: {}", said.unwrap_or("without a word"));
        Err(HostTrouble::new(HostFault::WorkerLost, message).into())
    })
}

fn play(
    job: &Job<Ready>,
    core: Option<u16>,
    equipment: &Equipment,
    mut watch: Option<&mut Watch>,
) -> Result<Conducted, Unplayed> {
    let Equipment { blobs, components, runtime, metrics, .. } = equipment;
    let limits = &job.spec.limits;
    let bytes_max =
        limits.source_bytes as usize + (1 + limits.source_files as usize) * BUNDLE_OVERHEAD_PER_FILE;
    let fetch = |seat: Seat| match runtime.block_on(blobs.bytes(job.spec.bots[seat], bytes_max)) {
        Err(error) if error.may_pass() => Err(Unplayed::Later),
        fetched => fetched
            .map_err(|error| Unplayed::Trouble(HostTrouble::new(HostFault::SpawnFailed, error.to_string()))),
    };
    let bundles = [fetch(Seat::Zero)?, fetch(Seat::One)?];
    let bundles = BySeat(bundles.each_ref().map(|bundle| &**bundle));
    watch.iter_mut().for_each(|watch| watch.fetched());
    let zygotes = &job.ready.zygotes;
    let seats = Seats { zygotes, components, spec: &job.spec, core };
    // Compiling may take longer than a match may stand still.
    let still_waiting = || {
        job.ticks.fetch_add(1, Ordering::Relaxed);
    };
    let seated = seats.take(bundles, still_waiting)?;
    watch.iter_mut().for_each(|watch| watch.seated(&seated));
    let mut players = seated.map(|player| Timed::new(player, metrics.turns()));
    let (spec, runtime, ticks) = (&job.spec, &job.ready.runtime, &job.ticks);
    let conducted = match watch {
        None => conduct(Contest { spec, runtime, bundles, players: &mut players, ticks }),
        Some(watch) => {
            watch.time(&mut players, |players| conduct(Contest { spec, runtime, bundles, players, ticks }))
        }
    };
    // Both first, so that the second dies while the first is collected.
    players.iter().for_each(|(_, timed)| timed.player().kill());
    Ok(conducted)
}

/// The outcome of a match that never began.
pub(crate) fn void(trouble: HostTrouble) -> Conducted {
    let text = clean(&trouble.message);
    let cut = text.floor_char_boundary(MESSAGE_BYTES_MAX);
    let outcome = Outcome {
        verdict: Verdict::Void(trouble.fault),
        faults: Vec::new(),
        ticks: 0,
        digest: Digest::NONE,
        fuel_digest: Digest::NONE,
        transcript: Digest::NONE,
        usage: BySeat::from_fn(|_| SeatUsage::default()),
        host_message: text.get(..cut).unwrap_or_default().to_owned(),
    };
    Conducted { outcome, record: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_costs_the_match_and_not_the_slot() {
        let trouble = surviving::<()>(|| panic!("at {}", 7)).unwrap_err();
        let expected = HostTrouble::new(HostFault::WorkerLost, "the worker panicked: at 7");
        assert_eq!(trouble, Unplayed::Trouble(expected));
        assert_eq!(surviving(|| Ok(7)), Ok(7));
    }

    #[test]
    fn the_reason_of_a_void_is_harmless_and_fits_into_a_report() {
        let trouble = HostTrouble::new(HostFault::ShimDied, format!("\x1b[2J{}", "é".repeat(100_000)));
        let message = void(trouble).outcome.host_message;
        assert!(message.starts_with('é') && message.len() <= MESSAGE_BYTES_MAX);
    }
}
