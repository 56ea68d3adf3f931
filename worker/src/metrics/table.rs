//! The table. Base units; classic buckets, with a boundary at every limit that is there by default.

use telemetry::{BUILD_INFO, Label, Metric};
use terms::{FaultKind, HostFault};

use super::sandbox::Kill;

const fn label(name: &'static str, values: fn() -> Vec<&'static str>) -> Label {
    Label { name, values }
}

/// Every metric of a worker.
pub const TABLE: &[Metric] = &[
    BUILD_INFO,
    INFO,
    READY,
    SLOTS,
    WAITING,
    MATCHES,
    MATCH_DURATION,
    RETURNED,
    TICKS,
    TURN_DURATION,
    TURN_FUEL,
    LOAD_DURATION,
    LOAD_FUEL,
    BOT_FAULTS,
    HOST_FAULTS,
    SANDBOX_START,
    SANDBOXES_LIVE,
    SANDBOX_KILLS,
    SANDBOX_MEMORY,
    LAYERS,
    ZYGOTE_STARTS,
    ZYGOTE_FAILURES,
    ZYGOTE_DURATION,
    COMPILATIONS,
    COMPILATION_DURATION,
    CALL_DURATION,
    CALL_ERRORS,
    UNREPORTED,
    SPOOL_BYTES,
    BLOBS,
];

pub(super) const INFO: Metric = Metric::gauge(
    "arena_worker_info",
    &[Label::open("name"), Label::open("runtime")],
    "1, for the name in reports and the runtime's fingerprint in short; 0 for a runtime that it had before.",
);
pub(super) const READY: Metric = Metric::gauge(
    "arena_worker_ready",
    &[],
    "1 while it plays what the coordinator gives it; /readyz says why it does not.",
);
pub(super) const SLOTS: Metric = Metric::gauge(
    "arena_worker_slots",
    &[label("state", || vec!["busy", "idle"])],
    "Matches that it can play at once, by whether one is being played.",
);
pub(super) const WAITING: Metric = Metric::gauge(
    "arena_worker_waiting_matches",
    &[],
    "Matches that it has been given and that no slot has begun.",
);

pub(super) const MATCHES: Metric = Metric::counter(
    "arena_matches_total",
    &[label("outcome", || vec!["played", "forfeit", "void"])],
    "Matches that came to an end here: by the rules, by a bot's fault, by ours.",
);
pub(super) const MATCH_DURATION: Metric = Metric::histogram(
    "arena_match_duration_seconds",
    &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0],
    "Seconds that a match kept a slot busy, fetching and starting its bots included.",
);
pub(super) const RETURNED: Metric = Metric::counter(
    "arena_matches_returned_total",
    &[],
    "Matches handed back before they began, because a bot was not to be had just then or the worker was going.",
);
pub(super) const TICKS: Metric = Metric::counter("arena_ticks_total", &[], "Ticks of all matches.");
pub(super) const TURN_DURATION: Metric = Metric::histogram(
    "arena_turn_duration_seconds",
    &[
        0.00002, 0.00003, 0.00004, 0.00005, 0.000075, 0.0001, 0.00015, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
        0.01, 0.025, 0.1, 0.25, 0.5, 1.0, 2.0, 10.0, 60.0,
    ],
    "Seconds from asking a bot for its turn to its answer, as the referee waits: both bots of a match share a core. \
     Turns that were never answered are among them.",
);
pub(super) const TURN_FUEL: Metric = Metric::histogram(
    "arena_turn_fuel",
    &[1e5, 1.5e5, 2e5, 3e5, 5e5, 1e6, 2e6, 5e6, 1e7, 2e7, 3e7, 4e7, 5e7, 1e8, 5e8, 2e9],
    "Fuel (executed instructions) of a bot's turn.",
);
pub(super) const LOAD_DURATION: Metric = Metric::histogram(
    "arena_load_duration_seconds",
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0],
    "Seconds from sending a bot's source to a new child, which seals itself first, to its being loaded.",
);
pub(super) const LOAD_FUEL: Metric = Metric::histogram(
    "arena_load_fuel",
    &[1e6, 2e6, 5e6, 1e7, 2e7, 5e7, 1e8, 2e8, 5e8, 1e9, 1.5e9, 2e9, 4e9],
    "Fuel (executed instructions) of loading a bot.",
);
pub(super) const BOT_FAULTS: Metric = Metric::counter(
    "arena_bot_faults_total",
    &[label("kind", || FaultKind::ALL.iter().map(|kind| kind.name()).collect())],
    "Faults of bots, as results list them: strikes included, 16 of a bot in a match at most.",
);
pub(super) const HOST_FAULTS: Metric = Metric::counter(
    "arena_host_faults_total",
    &[label("kind", || HostFault::ALL.iter().map(|fault| fault.name()).collect())],
    "Why matches were void: never a bot's doing.",
);

pub(super) const SANDBOX_START: Metric = Metric::histogram(
    "arena_sandbox_start_duration_seconds",
    &[0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 10.0],
    "Seconds from asking a zygote for a child to having it, waiting behind others who ask included; it seals itself \
     before it reads anything.",
);
pub(super) const SANDBOXES_LIVE: Metric = Metric::gauge(
    "arena_sandboxes_live",
    &[],
    "Sealed processes that exist: two for each match that is played, one for each bot that is being compiled.",
);
pub(super) const SANDBOX_KILLS: Metric = Metric::counter(
    "arena_sandbox_kills_total",
    &[label("reason", || Kill::ALL.iter().map(|kill| kill.name()).collect())],
    "Sealed processes that ended: killed when their match was over, because they stalled or said nonsense; or killed \
     by the kernel for a forbidden system call (somebody tries to break out), or died otherwise.",
);
pub(super) const SANDBOX_MEMORY: Metric = Metric::histogram(
    "arena_sandbox_memory_peak_bytes",
    &[
        4194304.0,
        8388608.0,
        12582912.0,
        16777216.0,
        20971520.0,
        25165824.0,
        33554432.0,
        41943040.0,
        50331648.0,
        58720256.0,
        67108864.0,
        134217728.0,
        536870912.0,
        2147483648.0,
        4294967296.0,
    ],
    "Linear memory of a bot at its peak, in a match.",
);
pub(super) const LAYERS: Metric = Metric::gauge(
    "arena_sandbox_layer_enabled",
    &[Label::open("layer")],
    "1 if a layer of the sandbox is on, 0 if this machine does not give it; `sandbox-shim doctor` says why.",
);
pub(super) const ZYGOTE_STARTS: Metric = Metric::counter(
    "arena_zygote_starts_total",
    &[],
    "Zygotes that became ready: the first, one after every 500 matches, one for each component, and one for each that \
     died.",
);
pub(super) const ZYGOTE_FAILURES: Metric =
    Metric::counter("arena_zygote_start_failures_total", &[], "Zygotes that did not become ready.");
pub(super) const ZYGOTE_DURATION: Metric = Metric::histogram(
    "arena_zygote_start_duration_seconds",
    &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0],
    "Seconds until a zygote had mapped and warmed its interpreter.",
);
pub(super) const COMPILATIONS: Metric = Metric::counter(
    "arena_component_compilations_total",
    &[label("result", || vec!["compiled", "rejected", "failed"])],
    "Bots in WebAssembly that were compiled, are no bots, or could not be compiled here and now.",
);
pub(super) const COMPILATION_DURATION: Metric = Metric::histogram(
    "arena_component_compilation_duration_seconds",
    &[0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0],
    "Seconds that compiling a bot in WebAssembly took.",
);

pub(super) const CALL_DURATION: Metric = Metric::histogram(
    "arena_worker_synchronize_duration_seconds",
    &[
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
        180.0,
    ],
    "Seconds from calling the coordinator to its answer, or to giving it up.",
);
pub(super) const CALL_ERRORS: Metric = Metric::counter(
    "arena_worker_synchronize_errors_total",
    &[],
    "Calls that the coordinator did not answer, or refused.",
);
pub(super) const UNREPORTED: Metric = Metric::gauge(
    "arena_worker_unreported_results",
    &[],
    "Results that the coordinator has not recorded yet.",
);
pub(super) const SPOOL_BYTES: Metric =
    Metric::gauge("arena_worker_spool_bytes", &[], "Size of the results that wait on disk.");
pub(super) const BLOBS: Metric = Metric::counter(
    "arena_blob_fetches_total",
    &[label("result", || vec!["cached", "fetched", "failed"])],
    "Bots and interpreters that were needed: found here, sent by the coordinator, or not to be had.",
);

#[cfg(test)]
mod tests {
    use telemetry::Kind;
    use terms::limits::DEFAULTS;

    use super::*;

    #[test]
    fn the_table_keeps_the_rules() {
        assert_eq!(telemetry::faults_of(TABLE), [""; 0]);
    }

    #[test]
    fn every_default_limit_is_a_boundary() {
        let limits = [
            (TURN_FUEL, DEFAULTS.turn_fuel as f64),
            (LOAD_FUEL, DEFAULTS.load_fuel as f64),
            (SANDBOX_MEMORY, DEFAULTS.memory_bytes as f64),
            (TURN_DURATION, f64::from(DEFAULTS.turn_wall_ms) / 1e3),
            (LOAD_DURATION, f64::from(DEFAULTS.load_wall_ms) / 1e3),
        ];
        for (metric, limit) in limits {
            let Kind::Histogram(bounds) = metric.kind else { panic!("{} is no histogram", metric.name) };
            assert!(bounds.contains(&limit), "{} has no boundary at {limit}", metric.name);
            assert!(bounds.last() > Some(&limit), "{} does not tell what is over {limit}", metric.name);
        }
    }
}
