"""What the sandbox costs, how near bots come to their limits, and how sandboxes end."""

from board import Board
from panels import GREEN, ORANGE, RED, bars, heat, lines, now, per_second, quantiles, query, stat, steps

ABOUT = (
    "Each bot of each match lives in a sealed process of its own, forked from a warm zygote. Read it from the top: "
    "what does a start cost, how near do bots come to their limits, how do sandboxes end."
)


def limit(name):
    """A line at what the tournament allows."""
    return query(f'max(arena_tournament_limit{{@, limit="{name}"}})', "limit")


def board():
    made = Board("sandbox", ABOUT, ["arena_sandboxes_live", "arena_tournament_limit"])
    made.row("What does a start cost?")
    made.add(*starts())
    made.row("How near do bots come to their limits?")
    made.add(*limits())
    made.row("How do sandboxes end, and do the layers hold?")
    made.add(*ends())
    return made


def starts():
    yield stat(
        "Start of a sandbox, p50",
        "s",
        "histogram_quantile(0.5, sum by (le) (rate(arena_sandbox_start_duration_seconds_bucket{@}[$__rate_interval])))",
        "From the request to a forked and sealed process; half of the starts take less.",
        "One to three milliseconds are usual. Ten and more: the machine has too little memory or too many slots.",
        thresholds=steps(GREEN, (0.01, ORANGE)),
    )
    yield stat(
        "Sandboxes alive",
        "none",
        "sum(arena_sandboxes_live{@})",
        "Sealed processes at this moment, of all workers: two per match, and one for each bot that is being compiled.",
        "More than twice the busy slots for minutes: something does not die. Drain that worker and keep its log.",
    )
    yield stat(
        "Starts per second",
        "suffix:/s",
        "sum(rate(arena_sandbox_start_duration_seconds_count{@}[$__rate_interval]))",
        "Sandboxes that are started: two per match, and one or a few for each bot that a worker meets for the first time.",
        "If it is far more than twice the matches per second, starts are repeated: see *Zygote starts*.",
        decimals=1,
    )
    yield lines(
        "Start of a sandbox",
        "s",
        quantiles("arena_sandbox_start_duration_seconds"),
        "From the request to a forked and sealed process: half of them, and all but one of a hundred.",
        "p99 far above p50 is a machine whose cores are busy with other things. It decides no match.",
        height=8,
    )
    yield heat(
        "Start of a sandbox, spread",
        "s",
        "arena_sandbox_start_duration_seconds",
        "How long starts take. Darker means more of them.",
        "A cloud that moves up over hours: memory is short. `--zygote-matches` with a smaller number starts afresh more often.",
    )
    yield heat(
        "Loading a bot, spread",
        "s",
        "arena_load_duration_seconds",
        "From the bot's source to a bot that can be asked, imports included. The limit is 10 s of wall clock, then the match is void.",
        "A second cloud is bots that compute while they load, which they may up to their fuel.",
    )
    yield lines(
        "Zygote starts",
        "suffix:/s",
        [
            query("sum(rate(arena_zygote_starts_total{@}[$__rate_interval]))", "started"),
            query("sum(rate(arena_zygote_start_failures_total{@}[$__rate_interval]))", "failed to start"),
        ],
        "Zygotes started, and those that did not start. One is replaced every `--zygote-matches` matches (500), and whenever it dies.",
        "More often than matches per second divided by 500: zygotes die. The worker's log says by what; often memory.",
    )
    yield lines(
        "Start of a zygote",
        "s",
        quantiles("arena_zygote_start_duration_seconds"),
        "How long a zygote takes to start and warm the interpreter. Matches do not wait for it.",
        "Seconds: the disk of the worker's cache is slow, or the native code was compiled again.",
    )
    yield lines(
        "Bots in WebAssembly, compiled",
        "suffix:/s",
        [per_second("arena_component_compilations_total", "result")],
        "Bots that come as WebAssembly components, each compiled once per worker: *compiled*, *rejected* (it is no bot), or *failed*.",
        "*failed*: the machine lacks memory, or the compiler was killed; the match is void and tried elsewhere. *rejected* is the bot's own doing.",
        stack=True,
    )
    yield heat(
        "Compiling a bot in WebAssembly",
        "s",
        "arena_component_compilation_duration_seconds",
        "How long it takes. Matches without that bot go on meanwhile.",
        "Tens of seconds: large components. What would take too long is rejected by its size, the same everywhere.",
    )


def limits():
    yield heat(
        "Fuel of a turn",
        "short",
        "arena_turn_fuel",
        "How much fuel turns burn. By default the limit is 50 M: what needs more forfeits by `out_of_fuel`.",
        "A cloud right under the limit is bots that use all they may: matches last as long as they can. Lower `--turn-fuel` for faster ones.",
    )
    yield lines(
        "Fuel of a turn against the limit",
        "short",
        [*quantiles("arena_turn_fuel", shares=(0.5, 0.9, 0.99)), limit("turn_fuel")],
        "What half of the turns, nine of ten, and all but one of a hundred stay under, and what a turn may burn at most.",
        "p99 at the limit: many bots are about to forfeit. *Arena / Tournament* says which; more `--turn-fuel` is fair to all, as it changes the match for all.",
    )
    yield heat(
        "Fuel of loading",
        "short",
        "arena_load_fuel",
        "How much fuel bots burn while they load. By default the limit is 2 000 M: what needs more forfeits by `load_error` or `out_of_fuel`.",
        "A cloud at the limit is bots that never load; their authors want to know.",
    )
    yield heat(
        "Memory of a bot at its peak",
        "bytes",
        "arena_sandbox_memory_peak_bytes",
        "Linear memory that bots used at most; 17 MiB of it is the interpreter. By default the limit is 64 MiB.",
        "A cloud at the limit is bots that forfeit by `out_of_memory`, or catch it and go on. A machine needs slots × 2 × this in the worst case.",
    )
    yield lines(
        "Faults of bots by kind",
        "suffix:/s",
        [per_second("arena_bot_faults_total", "kind")],
        "What bots did wrong, as the workers saw it.",
        "It is the bots' doing. *Arena / Tournament* says which bots; docs/bots.md what each kind means.",
        stack=True,
    )
    yield lines(
        "Turn, p50 and p99",
        "s",
        [*quantiles("arena_turn_duration_seconds"), limit("turn_wall_seconds")],
        "How long the referee waits for an answer, and the wall-clock limit, beyond which the match is void.",
        "It follows *Fuel of a turn*. If it rises without that, machines are busy with other things.",
    )


def ends():
    yield stat(
        "Forbidden calls",
        "none",
        'sum(arena_sandbox_kills_total{@, reason="forbidden_call"})',
        "Sandboxes that the kernel killed because they made a system call that no sandbox makes. The second layer held.",
        "One is a bot that got out of WebAssembly, or a bug of ours: see the runbook of ArenaForbiddenCall.",
        thresholds=steps(GREEN, (1, RED)),
    )
    yield lines(
        "Sandboxes ended, by reason",
        "suffix:/s",
        [per_second("arena_sandbox_kills_total", "reason")],
        "How sealed processes end. *finished* is the ordinary way: their match is over.",
        "*stalled* in numbers: a machine is overloaded. *died*: mostly a machine without memory. *protocol* and *forbidden_call*: see the panel beside.",
        width=20,
        stack=True,
    )
    yield lines(
        "Host faults of sandboxes",
        "suffix:/s",
        [query('sum by (instance, kind) (rate(arena_host_faults_total{@, job="arena-worker", kind=~"shim_died|spawn_failed|stalled|protocol"}[$__rate_interval]))', "{{instance}} {{kind}}")],
        "Sandboxes that died, did not start, stood still, or said what no sandbox says.",
        "`shim_died` and `spawn_failed`: the machine lacks memory, processes or descriptors. `protocol` should never be. Keep the worker's log and "
        "the transcript, and see the runbook of ArenaWorkerIll.",
    )
    yield bars(
        "Layers in force",
        "percentunit",
        [now("avg by (layer) (arena_sandbox_layer_enabled{@})", "{{layer}}")],
        "For each layer, the share of workers that have it.",
        "Anything below 100 %: `sandbox-shim doctor` on the machine says what would turn it on. See the runbook of ArenaLayerOff.",
        height=8,
        thresholds=steps(ORANGE, (1, GREEN)),
    )
