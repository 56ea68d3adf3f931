"""Is every worker there, well and busy; how long do matches and turns take; what do workers run."""

from board import Board
from panels import GREEN, ORANGE, RED, bars, heat, lines, now, per_second, quantiles, query, stat, steps, table

ABOUT = (
    "Workers play the matches. Read it from the top: is every worker there and well, are the slots busy, "
    "how long do matches and turns take, do workers reach the coordinator, what do they run on."
)

# Who a line is about: discovery by the coordinator adds the worker's name; other discovery may not.
WHO = "{{worker}} {{instance}}"
EACH = ("instance, worker", WHO)


def board():
    made = Board("workers", ABOUT, ["arena_worker_ready", "arena_workers"])
    made.row("Is every worker there and well?")
    made.add(*health())
    made.row("Are the slots busy?")
    made.add(*work())
    made.row("How long do matches and turns take?")
    made.add(*latency())
    made.row("Do workers reach the coordinator?")
    made.add(*transport())
    made.row("What do workers run, and on what?")
    made.add(*machines())
    return made


def health():
    yield stat(
        "Ready workers",
        "none",
        'sum(arena_workers{@, state="ready"})',
        "Workers that get work, as the coordinator sees them.",
        "None: nothing is played, see the runbook of ArenaNoWorkers. Fewer than you started: *Workers by state* and the table say why.",
        thresholds=steps(RED, (1, GREEN)),
    )
    yield stat(
        "Slots of the cluster",
        "none",
        "sum(arena_cluster_slots{@})",
        "Matches that can be played at the same time: the slots of all ready workers.",
        "A slot is worth a core. If there are fewer slots than cores, see `worker --slots`.",
        thresholds=steps(RED, (1, GREEN)),
    )
    yield stat(
        "Workers without an answer",
        "none",
        "sum(1 - up{@})",
        "Targets of the chosen jobs that Prometheus cannot scrape at the moment, the coordinator included.",
        "See the runbook of ArenaWorkerDown. A worker that was stopped disappears from here as soon as the coordinator forgets it.",
        thresholds=steps(GREEN, (1, RED)),
    )
    yield lines(
        "Workers by state",
        "short",
        [query("sum by (state) (arena_workers{@})", "{{state}}")],
        "*ready* gets work, *preparing* compiles python.wasm, *draining* finishes and goes, *refused* runs something else, *quarantined* gave a wrong result.",
        "*Refused*: the worker's log says which version or runtime differs. *Quarantined*: see the runbook of ArenaAuditMismatch. "
        "*Preparing* for more than two minutes: the machine is too slow or short of memory.",
        stack=True,
    )
    yield table(
        "Workers",
        "none",
        ["instance", "worker"],
        [
            ("ready", "max by (instance, worker) (arena_worker_ready{@})"),
            ("slots", "sum by (instance) (arena_worker_slots{@})"),
            ("utilisation", "max by (instance) (instance:arena_worker_slots:utilisation{@})"),
            ("void, share", "max by (instance) (instance:arena_matches:void_ratio15m{@})"),
            ("unreported", "max by (instance) (arena_worker_unreported_results{@})"),
            ("layers off", "sum by (instance) (1 - arena_sandbox_layer_enabled{@})"),
        ],
        "Each worker by its address and its name. Those that get no work (ready is 0) come first.",
        "*ready* 0: ask the worker, `curl http://INSTANCE/readyz` says why. *void* above a few percent: see the runbook of ArenaWorkerIll. "
        "A layer that is off: see *Workers without a layer* below.",
        height=7,
        units={"utilisation": "percentunit", "void, share": "percentunit"},
    )
    yield lines(
        "Void attempts by worker",
        "suffix:/s",
        [per_second("arena_host_faults_total", *EACH, scope='{@, job="arena-worker"}')],
        "Matches that a worker could not finish, per second. *Arena / Sandbox* has them by kind.",
        "One worker alone is ill: its memory, its disk, its kernel. All at once: the network, or the coordinator. See the runbook of ArenaWorkerIll.",
    )
    yield lines(
        "Bots' faults by worker",
        "suffix:/s",
        [per_second("arena_bot_faults_total", *EACH)],
        "What bots did wrong, by the worker that saw it.",
        "The same bots fail the same way everywhere. A worker that sees far more than others, for its matches, errs: audits will tell, `--audit 10%` sooner.",
    )


def work():
    yield lines(
        "Utilisation",
        "percentunit",
        [query("instance:arena_worker_slots:utilisation{@}", WHO)],
        "The share of a worker's slots that play.",
        "Low while matches wait: the worker runs dry between calls, see *Synchronize, as workers see it*. Low at the end of a tournament is natural.",
        max=1,
    )
    yield lines(
        "Slots",
        "short",
        [query("sum by (state) (arena_worker_slots{@})", "{{state}}")],
        "Slots of all workers, busy and idle.",
        "Steps down are workers that went. Idle slots while matches wait are explained on *Arena / Coordinator*.",
        stack=True,
    )
    yield lines(
        "Matches per second",
        "suffix:/s",
        [per_second("arena_matches_total", *EACH)],
        "Matches that each worker finished, whatever their outcome.",
        "A worker that is slower than its like: other load on that machine, or fewer cores than slots.",
        stack=True,
    )
    yield lines(
        "Matches by outcome",
        "suffix:/s",
        [per_second("arena_matches_total", "outcome")],
        "*played*, *forfeit* by a bot, or *void* by our side, as the workers saw it.",
        "*Void* that lasts is the thing to look into: see *Void attempts by worker*.",
        stack=True,
    )
    yield lines(
        "Matches that wait in workers",
        "short",
        [query("arena_worker_waiting_matches{@}", WHO)],
        "Matches that a worker has been given and no slot has begun: a second or two of work, less towards the end.",
        "Zero while slots are idle and matches wait: the worker runs dry, see *Synchronize, as workers see it*.",
    )
    yield lines(
        "Matches handed back",
        "suffix:/s",
        [per_second("arena_matches_returned_total", *EACH)],
        "Matches that a worker gave back before it began them: it was going, or a bot could not be had.",
        "If it lasts, a worker cannot fetch a bot: see *Blobs that workers asked for*, and its log.",
    )
    yield lines(
        "Ticks per second",
        "suffix:/s",
        [per_second("arena_ticks_total", *EACH)],
        "Steps of all matches: what the cluster really does, whatever the length of matches.",
        "If it falls while slots are busy, turns have become slower: bots that compute more, or machines that do something else.",
        stack=True,
    )
    yield lines(
        "Blobs that workers asked for",
        "suffix:/s",
        [per_second("arena_blob_fetches_total", "result")],
        "Bots and python.wasm: found in the worker's own folder, fetched from the coordinator, or failed.",
        "*Failed* that lasts: the worker's log names the digest. *Fetched* that does not fall to zero: its folder is emptied, or on a full disk.",
        stack=True,
    )


def latency():
    yield heat(
        "Length of a match",
        "s",
        "arena_match_duration_seconds",
        "How long matches take, from start to verdict. Darker means more of them.",
        "A second cloud far above the first is slow bots or one slow machine: choose one *instance* after the other. Wall-clock time decides no match.",
    )
    yield heat(
        "Length of a turn",
        "s",
        "arena_turn_duration_seconds",
        "How long a bot takes to answer, as the referee waits.",
        "Turns near 2 s make matches void (`stalled`): a machine is overloaded, as 50 M of fuel take about 5 ms on an idle one.",
    )
    yield lines(
        "Turn, p50 and p99 by worker",
        "s",
        quantiles("arena_turn_duration_seconds", *EACH),
        "What half of the turns, and all but one of a hundred, stay under. The dashed line is the wall-clock limit by default.",
        "A worker above all others has a slower machine or too many slots: fewer `--slots`, or `--cores`.",
        limit=2,
    )
    yield lines(
        "Match, p50 and p99 by worker",
        "s",
        quantiles("arena_match_duration_seconds", *EACH),
        "What half of the matches, and all but one of a hundred, stay under.",
        "If all workers rise together, bots have become slower; if one does, look at its machine.",
    )


def transport():
    yield lines(
        "Synchronize, as workers see it",
        "s",
        quantiles("arena_worker_synchronize_duration_seconds", *EACH, shares=(0.99,)),
        "How long the call takes with which a worker reports and gets work, network included, all but one of a hundred.",
        "Compare with *Synchronize, handling* on *Arena / Coordinator*: if that is low, the time is lost in the network.",
    )
    yield lines(
        "Synchronize, failed calls",
        "suffix:/s",
        [per_second("arena_worker_synchronize_errors_total", *EACH)],
        "Calls that failed, by worker.",
        "All workers: the coordinator is away or restarts; nothing is lost, they keep what they have. One worker: its network, its token, its certificate; its log says which.",
    )
    yield lines(
        "Addresses of workers",
        "short",
        [query("sum by (state) (arena_worker_targets{@})", "{{state}}")],
        "Workers that answer over HTTP: *listed* for Prometheus, or *left_out*. A worker without `--http` is in neither.",
        "*left_out*: the address is not believed, or one host has too many. A coordinator with `--trust-advertised` believes what `--http-advertise` says.",
        stack=True,
    )
    yield lines(
        "Results not reported yet",
        "short",
        [query("arena_worker_unreported_results{@}", WHO)],
        "Results that a worker has finished and the coordinator has not recorded yet.",
        "A line that rises: the coordinator does not answer that worker, or its store is slow. Nothing is lost while the worker's disk has room.",
    )
    yield lines(
        "Spool",
        "bytes",
        [query("arena_worker_spool_bytes{@}", WHO)],
        "What workers keep on disk of results that nobody took yet. It survives `kill -9`.",
        "It falls as soon as the coordinator answers. If a machine has to go before, copy `DATA_DIR/spool`: a worker started with it reports it.",
    )


def machines():
    yield bars(
        "Workers by version",
        "none",
        [now('count by (version) (arena_build_info{@, job="arena-worker"})', "{{version}}")],
        "How many workers are of which release.",
        "More than one during an upgrade is fine. Later, update what was left behind: a worker of another protocol is refused.",
        width=6,
    )
    yield bars(
        "Workers by runtime",
        "none",
        [now("count by (runtime) (arena_worker_info{@} == 1)", "{{runtime}}")],
        "How many workers have which runtime fingerprint. All workers of a tournament must have the same.",
        "A second one gets no work: its shim is of another build. Install the same release everywhere.",
        width=6,
    )
    yield bars(
        "Workers without a layer",
        "none",
        [now("sum by (layer) (1 - arena_sandbox_layer_enabled{@})", "{{layer}}")],
        "For each layer of the sandbox, how many workers do without. All zero is best; namespaces and control groups are optional.",
        "`sandbox-shim doctor` on that machine names what would turn it on. `worker --require-namespaces` plays nothing without. See the runbook of ArenaLayerOff.",
        thresholds=steps(GREEN, (1, ORANGE)),
    )
    yield lines(
        "Processor time",
        "none",
        [query("rate(process_cpu_seconds_total{@}[$__rate_interval])", WHO)],
        "Cores that the chosen processes use. Bots run in processes of their own and are not in it.",
        "A worker itself needs little; much more than its like is a bug worth a report with its log.",
        width=8,
    )
    yield lines(
        "Memory of the processes",
        "bytes",
        [query("process_resident_memory_bytes{@}", WHO)],
        "Memory that the chosen processes hold, without the bots'.",
        "It stands still after the first minutes. A line that climbs for hours is a leak: report it; restarting the worker costs nothing.",
        width=8,
    )
    yield lines(
        "Open descriptors",
        "percentunit",
        [query("process_open_fds{@} / process_max_fds{@}", WHO)],
        "Open descriptors as a share of those allowed. Each live bot takes a few.",
        "Near one, no bot can be started (`spawn_failed`): raise `LimitNOFILE` or `ulimit -n`.",
        width=8,
        max=1,
    )
