//! The table. Base units; classic buckets, with a boundary at every limit that is there by default.

use telemetry::{BUILD_INFO, Label, Metric};
use terms::{FaultKind, HostFault};

use super::handles::CODES;
use super::state::Phase;
use crate::driver::Standing;

/// Seconds of a call: a worker waits for an answer for 10, we for 180.
const CALL_SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 180.0];
/// Seconds of a write: a server that does not answer is waited for for 30, one that is away for 60.
const WRITE_SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

const fn label(name: &'static str, values: fn() -> Vec<&'static str>) -> Label {
    Label { name, values }
}

fn fault_kinds() -> Vec<&'static str> {
    FaultKind::ALL.iter().map(|kind| kind.name()).collect()
}

fn host_faults() -> Vec<&'static str> {
    HostFault::ALL.iter().map(|fault| fault.name()).collect()
}

fn standings() -> Vec<&'static str> {
    Standing::ALL.iter().map(|standing| standing.name()).collect()
}

fn phases() -> Vec<&'static str> {
    Phase::ALL.iter().map(|phase| phase.name()).collect()
}

pub(super) const INFO: Metric = Metric::gauge(
    "arena_tournament_info",
    &[Label::open("tournament"), Label::open("game"), Label::open("runtime")],
    "What is played, and with which runtime; always 1.",
);
pub(super) const PHASE: Metric = Metric::gauge(
    "arena_coordinator_phase",
    &[label("phase", phases)],
    "1 for what this coordinator is about: starting, standing_by while another one has the store, playing, draining \
     after Ctrl-C, ending.",
);
pub(super) const RUNNING: Metric = Metric::gauge(
    "arena_tournament_running",
    &[],
    "1 while matches are handed out and recorded; 0 while starting, standing by, draining and ending.",
);
pub(super) const CONTESTANTS: Metric = Metric::gauge("arena_tournament_bots", &[], "Bots that take part.");
/// The limits that graphs are drawn against, in base units.
pub(super) const LIMIT_NAMES: [&str; 6] =
    ["turn_fuel", "load_fuel", "memory_bytes", "turn_wall_seconds", "load_wall_seconds", "ticks"];
pub(super) const LIMIT: Metric = Metric::gauge(
    "arena_tournament_limit",
    &[label("limit", || LIMIT_NAMES.to_vec())],
    "What a bot may use in this tournament, and how long a match may be.",
);
pub(super) const MATCHES: Metric = Metric::gauge(
    "arena_tournament_matches",
    &[label("state", || vec!["waiting", "leased", "recording", "settled", "given_up"])],
    "Matches by where they are: nobody has them, with a worker, on their way into the store, recorded, void for good.",
);
pub(super) const RESULTS: Metric = Metric::counter(
    "arena_results_total",
    &[label("verdict", || vec!["played", "forfeit", "void"])],
    "Matches that came to an end in this run: recorded as played or forfeit, or given up as void. One that is set \
     aside by an audit and played again counts again.",
);
pub(super) const FAULTS: Metric = Metric::counter(
    "arena_faults_total",
    &[label("kind", fault_kinds)],
    "Faults of bots in the results that were recorded in this run, strikes included.",
);
pub(super) const HOST_FAULTS: Metric = Metric::counter(
    "arena_host_faults_total",
    &[label("kind", host_faults)],
    "Attempts at matches that came to nothing, by what failed on our side; disputed counts matches on whose result \
     workers disagree.",
);
pub(super) const RETRIED: Metric = Metric::counter(
    "arena_matches_retried_total",
    &[label("reason", || vec!["void", "stalled", "unheard", "lost"])],
    "Matches that were given to another worker, by why: reported void, standing still, never acknowledged by their \
     worker (no answer reached it), or their worker was lost.",
);
pub(super) const LEASES_EXPIRED: Metric = Metric::counter(
    "arena_leases_expired_total",
    &[],
    "Leases that ended without a report: the match stood still, or its worker fell silent or died.",
);
pub(super) const WORKERS: Metric = Metric::gauge(
    "arena_workers",
    &[label("state", standings)],
    "Workers that called lately: ready, preparing, draining, refused because of another runtime, or quarantined \
     because of a wrong result.",
);
pub(super) const WORKERS_GONE: Metric = Metric::counter(
    "arena_workers_gone_total",
    &[label("how", || vec!["left", "lost"])],
    "Workers that are not there any more: they left after draining, or fell silent or died.",
);
pub(super) const SLOTS: Metric =
    Metric::gauge("arena_cluster_slots", &[], "Matches that all ready workers together can play at once.");
pub(super) const AUDITS: Metric = Metric::counter(
    "arena_audits_total",
    &[label("result", || vec!["equal", "upheld", "corrected", "undecided", "inconclusive"])],
    "Results that were checked by playing their matches again: equal; upheld against another result; corrected; \
     undecided because workers disagree; inconclusive because nobody could play the match again.",
);
pub(super) const DISTRUSTED: Metric = Metric::counter(
    "arena_results_distrusted_total",
    &[],
    "Recorded results that were set aside because only a quarantined worker vouched for them.",
);
pub(super) const ALARMS: Metric = Metric::counter(
    "arena_alarms_total",
    &[],
    "Reasons to doubt a worker or a result: quarantined, corrected, undecided. The log and the results say which.",
);
pub(super) const CACHE_HITS: Metric = Metric::counter(
    "arena_cache_hits_total",
    &[],
    "Matches of this tournament whose results were in the store before this run.",
);
pub(super) const CALLS: Metric = Metric::counter(
    "arena_synchronize_total",
    &[label("code", || CODES.to_vec())],
    "Calls of workers by the gRPC code they were answered with; cancelled if they hung up before.",
);
pub(super) const CALL_DURATION: Metric = Metric::histogram(
    "arena_synchronize_duration_seconds",
    CALL_SECONDS,
    "From a worker's complete call to its answer, which waits until every result in the call is durable.",
);
pub(super) const CALLS_WAITING: Metric =
    Metric::gauge("arena_synchronize_waiting", &[], "Calls that are not answered yet.");
pub(super) const WRITE_DURATION: Metric = Metric::histogram(
    "arena_store_write_duration_seconds",
    WRITE_SECONDS,
    "One transaction of the store, durable at its end.",
);
pub(super) const ROWS: Metric =
    Metric::counter("arena_store_rows_total", &[], "Results that were written into the store.");
pub(super) const KEEP_DURATION: Metric = Metric::histogram(
    "arena_transcript_write_duration_seconds",
    WRITE_SECONDS,
    "Keeping the transcripts of one batch of results, before the results are written.",
);
pub(super) const TRANSCRIPT_BYTES: Metric =
    Metric::counter("arena_transcript_bytes_total", &[], "Bytes of transcripts that were kept, compressed.");
pub(super) const LAST_RESULT: Metric = Metric::gauge(
    "arena_last_result_timestamp_seconds",
    &[],
    "When a result was last recorded in this run, in seconds since 1970; 0 before the first.",
);
pub(super) const BLOB_BYTES: Metric = Metric::counter(
    "arena_blob_bytes_total",
    &[],
    "Bytes of bots and python.wasm that were sent to workers.",
);
pub(super) const TARGETS: Metric = Metric::gauge(
    "arena_worker_targets",
    &[label("state", || vec!["listed", "left_out"])],
    "Workers that answer HTTP: listed by /sd/workers, or left out because their address is not believed or there are \
     too many of one host.",
);

/// Every metric of a coordinator.
pub const TABLE: &[Metric] = &[
    BUILD_INFO,
    INFO,
    PHASE,
    RUNNING,
    CONTESTANTS,
    LIMIT,
    MATCHES,
    RESULTS,
    FAULTS,
    HOST_FAULTS,
    RETRIED,
    LEASES_EXPIRED,
    WORKERS,
    WORKERS_GONE,
    SLOTS,
    AUDITS,
    DISTRUSTED,
    ALARMS,
    CACHE_HITS,
    CALLS,
    CALL_DURATION,
    CALLS_WAITING,
    WRITE_DURATION,
    ROWS,
    KEEP_DURATION,
    TRANSCRIPT_BYTES,
    LAST_RESULT,
    BLOB_BYTES,
    TARGETS,
];

const BOT: Label = Label::open("bot");

pub(crate) const BOT_POINTS: Metric =
    Metric::gauge("arena_bot_points", &[BOT], "Points: 1 for a win, half of one for a draw.");
pub(crate) const BOT_RANK: Metric = Metric::gauge(
    "arena_bot_rank",
    &[BOT],
    "Place in the standings so far; bots that are level on points and among each other share it.",
);
pub(crate) const BOT_MATCHES: Metric = Metric::gauge(
    "arena_bot_matches",
    &[BOT, label("outcome", || vec!["win", "draw", "loss", "void"])],
    "Matches by how they ended for the bot; void ones are those of this run, and not scored.",
);
pub(crate) const BOT_FORFEITS: Metric =
    Metric::gauge("arena_bot_forfeits", &[BOT], "Matches in which the bot lost the right to play on.");
pub(crate) const BOT_FAULTS: Metric = Metric::gauge(
    "arena_bot_faults",
    &[BOT, label("kind", fault_kinds)],
    "Faults of the bot, strikes included.",
);
pub(crate) const BOT_FUEL: Metric = Metric::gauge(
    "arena_bot_fuel_per_turn",
    &[BOT, label("quantile", || vec!["0.5", "0.99"])],
    "Fuel that the bot used per turn, over all its turns.",
);
pub(crate) const BOT_MEMORY: Metric = Metric::gauge(
    "arena_bot_memory_peak_bytes",
    &[BOT],
    "The largest linear memory that the bot had in any match.",
);
pub(crate) const BOTS_LEFT_OUT: Metric = Metric::gauge(
    "arena_bots_left_out",
    &[],
    "Bots that are not on this page: only the first ones by rank are.",
);
pub(crate) const BOTS_COUNTED: Metric = Metric::gauge(
    "arena_bots_counted",
    &[],
    "1 if every recorded result is counted on this page; 0 while results are read from the store, after a start or \
     an audit's correction.",
);

/// Every metric of `/metrics/bots`. All of them are gauges: a result that is set aside is not counted any more.
pub const BOTS: &[Metric] = &[
    BOT_POINTS,
    BOT_RANK,
    BOT_MATCHES,
    BOT_FORFEITS,
    BOT_FAULTS,
    BOT_FUEL,
    BOT_MEMORY,
    BOTS_LEFT_OUT,
    BOTS_COUNTED,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_keep_the_rules() {
        assert_eq!(telemetry::faults_of(TABLE), [""; 0]);
        // A page of its own, written as a summary.
        let bots: Vec<Metric> = BOTS.iter().filter(|metric| metric.name != BOT_FUEL.name).copied().collect();
        assert_eq!(telemetry::faults_of(&bots), [""; 0]);
    }

    #[test]
    fn every_code_has_its_name_at_its_place() {
        for (at, name) in CODES.iter().enumerate() {
            let code = tonic::Code::from_i32(at as i32);
            let letters = |text: &str| text.replace('_', "").to_lowercase();
            assert_eq!(letters(&format!("{code:?}")), letters(name));
        }
    }
}
