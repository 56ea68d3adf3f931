"""Does the coordinator answer, is its store fast, do leases hold, what does the process need."""

from board import Board
from panels import GREEN, RED, heat, lines, per_second, quantiles, query, stat, steps

ABOUT = (
    "The coordinator hands out matches and records results. Read it from the top: does it answer its workers, "
    "is the store fast enough, do leases hold, what does the process need."
)


def board():
    made = Board("coordinator", ABOUT, ["arena_tournament_running"])
    made.row("Does it answer its workers?")
    made.add(*calls())
    made.row("Is the store fast enough?")
    made.add(*store())
    made.row("Do leases hold?")
    made.add(*leases())
    made.row("What does the process need?")
    made.add(*process())
    return made


def calls():
    yield stat(
        "Release",
        "none",
        "arena_build_info{@}",
        "The release that the coordinator is of.",
        "Two lines are two coordinators: of one database, both should be of the same release.",
        legend="{{version}}",
        text="name",
    )
    yield stat(
        "Can be scraped",
        "none",
        "min(up{@})",
        "Whether Prometheus reaches the coordinator.",
        "It also ends when the tournament is over: its exit code and its log say which it was. See the runbook of ArenaCoordinatorGone.",
        names=[(0, "no", RED), (1, "yes", GREEN)],
    )
    yield stat(
        "Runs since",
        "s",
        "time() - max(process_start_time_seconds{@})",
        "How long the coordinator has been running.",
        "A small number that you did not cause is a restart: its log, or whoever started it, says why. Nothing is lost by it.",
    )
    yield lines(
        "Synchronize, calls",
        "suffix:/s",
        [per_second("arena_synchronize_total", "code")],
        "Calls of workers per second, by what they were answered. Each worker calls about once a second.",
        "Anything but *ok*: `unauthenticated` is a wrong join token, `failed_precondition` another version or runtime, `resource_exhausted` more than is "
        "let in, `unavailable` a coordinator that ends. The log names the worker.",
        stack=True,
    )
    yield lines(
        "Synchronize, share of errors",
        "percentunit",
        [query('sum(rate(arena_synchronize_total{@, code!="ok"}[$__rate_interval])) / sum(rate(arena_synchronize_total{@}[$__rate_interval]))', "errors")],
        "The share of calls that were not answered with *ok*.",
        "Workers try again by themselves, and nothing is lost. If it lasts, the panel beside it says what it is.",
        max=1,
    )
    yield lines(
        "Synchronize, handling",
        "s",
        quantiles("arena_synchronize_duration_seconds"),
        "From the arrival of a call to its answer, which waits until the results in it are durable.",
        "It follows *Writing to the store*. If that is low, the coordinator's core is busy: see *Processor time*.",
    )
    yield lines(
        "Calls that wait",
        "short",
        [query("arena_synchronize_waiting{@}", "{{instance}}")],
        "Calls that are not answered yet, most of them because their results are not durable yet.",
        "A line that rises without end: the store does not answer. See the runbook of ArenaStoreSlow.",
    )
    yield heat(
        "Synchronize, handling, spread",
        "s",
        "arena_synchronize_duration_seconds",
        "How long calls take. Darker means more of them.",
        "Two clouds are calls with and without results. Only the lower one moving is the coordinator itself.",
    )


def store():
    yield lines(
        "Writing to the store",
        "s",
        quantiles("arena_store_write_duration_seconds"),
        "How long it takes until results are durable, many at once: half of the writes, and all but one of a hundred.",
        "Above a second: the disk under `--data-dir` is slow, or PostgreSQL far away or busy. See the runbook of ArenaStoreSlow.",
    )
    yield lines(
        "Keeping transcripts",
        "s",
        quantiles("arena_transcript_write_duration_seconds"),
        "How long it takes to keep the transcripts of a batch of results, which comes before the results are written.",
        "Above a second: a bucket that is far away, or a slow disk. `--transcripts` names another place, or `none`.",
    )
    yield lines(
        "Results written",
        "suffix:/s",
        [query("sum by (instance) (rate(arena_store_rows_total{@}[$__rate_interval]))", "{{instance}}")],
        "Results that became durable, per second.",
        "Far below *Results by verdict*: the store lags behind, see *Matches by state* for what is being recorded.",
    )
    yield lines(
        "Bytes out and to disk",
        "Bps",
        [
            query("sum(rate(arena_transcript_bytes_total{@}[$__rate_interval]))", "transcripts"),
            query("sum(rate(arena_blob_bytes_total{@}[$__rate_interval]))", "blobs to workers"),
        ],
        "Transcripts that are kept, and bots and python.wasm that workers fetch.",
        "Blobs that do not fall to zero: a worker does not keep what it fetched. Transcripts fill the disk: `--transcripts` names another place, or `none`.",
    )
    yield stat(
        "Results per write",
        "none",
        "sum(rate(arena_store_rows_total{@}[$__rate_interval])) / sum(rate(arena_store_write_duration_seconds_count{@}[$__rate_interval]))",
        "How many results become durable at once.",
        "One and a slow store: each worker waits for the disk by itself. More under load is good: it is how many results need few writes.",
        decimals=1,
    )


def leases():
    yield lines(
        "Leases that expired",
        "suffix:/s",
        [query("sum by (instance) (rate(arena_leases_expired_total{@}[$__rate_interval]))", "{{instance}}")],
        "Leases whose match did not move for too long; it was given to somebody else.",
        "A few when workers are killed. If it lasts: see the runbook of ArenaLeasesExpire.",
    )
    yield lines(
        "Matches on lease",
        "short",
        [query('sum by (state) (arena_tournament_matches{@, state=~"leased|recording"})', "{{state}}")],
        "Matches that workers hold, and results that are on their way to the store.",
        "*Leased* is one or two seconds of work for each slot. *Recording* that grows: the store is too slow.",
        stack=True,
    )
    yield lines(
        "Workers and slots",
        "short",
        [
            query('sum(arena_workers{@, state="ready"})', "ready workers"),
            query("sum(arena_cluster_slots{@})", "slots"),
        ],
        "Who can be given work.",
        "Steps down that you did not cause: see the runbook of ArenaWorkersLost.",
    )
    yield lines(
        "Workers that went",
        "suffix:/s",
        [per_second("arena_workers_gone_total", "how")],
        "Workers that *left* after draining, and those that were *lost*: dead, or cut off.",
        "*lost* again and again: see the runbook of ArenaWorkersLost.",
        stack=True,
    )
    yield lines(
        "Matches given out again, by reason",
        "suffix:/s",
        [per_second("arena_matches_retried_total", "reason")],
        "What came back without a result.",
        "*lost*: workers die. *stalled*: they stand still. *unheard*: answers do not reach them. *void*: their side fails. Each is explained in the runbooks.",
        stack=True,
    )


def process():
    yield lines(
        "Processor time",
        "none",
        [query("rate(process_cpu_seconds_total{@}[$__rate_interval])", "{{instance}}")],
        "Cores that the coordinator uses.",
        "At one core and more, it is the bottleneck: longer matches, or fewer transcripts (`--transcripts none`), cost it less per second.",
    )
    yield lines(
        "Memory",
        "bytes",
        [query("process_resident_memory_bytes{@}", "{{instance}} resident"), query("process_virtual_memory_bytes{@}", "{{instance}} virtual")],
        "Memory that the coordinator holds. It grows with the number of matches, not with the number of workers.",
        "A line that climbs for hours in one tournament is a leak: report it. The same command after a restart goes on where it was.",
    )
    yield lines(
        "Descriptors",
        "short",
        [query("process_open_fds{@}", "{{instance}} open"), query("process_max_fds{@}", "{{instance}} allowed")],
        "Open descriptors: one for each worker and a few more.",
        "Near the limit, workers are turned away: raise `LimitNOFILE` or `ulimit -n`.",
    )
    yield lines(
        "Threads",
        "short",
        [query("process_threads{@}", "{{instance}}")],
        "Threads of the coordinator.",
        "A handful per core and those of the store. Hundreds: the store does not answer, and calls wait for it.",
    )
