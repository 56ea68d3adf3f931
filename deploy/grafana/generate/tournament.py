"""Is the tournament progressing, when will it end, who leads, which bots fail, can it be trusted."""

from board import Board
from panels import GREEN, ORANGE, RED, bars, gauge, lines, now, per_second, query, stat, steps, table

ABOUT = (
    "Read it from the top: is it progressing and when will it end, who leads, which bots fail and why, "
    "can the results be trusted. Counts are those of the coordinator's present run."
)
# Changes of rank are of interest among the first ones; more lines than these nobody can read.
FIRST = "and on (job, instance, bot) arena_bot_rank{@} <= 10"


def of_limit(value, limit):
    """The highest shares of a limit."""
    return f'topk(12, {value} / on () group_left () max(arena_tournament_limit{{@, limit="{limit}"}}))'


def board():
    made = Board("tournament", ABOUT, ["arena_tournament_running", "arena_bot_rank"])
    made.row("Is it progressing, and when will it end?")
    made.add(*progress())
    made.row("Who leads?")
    made.add(*standings())
    made.row("Which bots fail, and why?")
    made.add(*failures())
    made.row("Can the results be trusted?")
    made.add(*trust())
    return made


def progress():
    yield stat(
        "Tournament",
        "none",
        "arena_tournament_info{@}",
        "The game, and the first digits of the tournament's id. There is one line per coordinator.",
        "Two tournaments mean that two coordinators are shown: choose one under *instance*. None means that the coordinator "
        "is not scraped: was it started with `--http`, and is its address in prometheus.yml?",
        legend="{{game}} {{tournament}}",
        text="name",
    )
    yield stat(
        "State",
        "none",
        "arena_coordinator_phase{@} == 1",
        "What the coordinator is about: starting, standing by while another one has the store, playing, draining after Ctrl-C, ending.",
        "If it is *starting* for longer than a minute, its log says what it waits for: bots that are still fetched, or a database that is away.",
        legend="{{phase}}",
        text="name",
    )
    yield gauge(
        "Progress",
        "percentunit",
        'sum by (job, instance) (arena_tournament_matches{@, state=~"settled|given_up"}) / sum by (job, instance) (arena_tournament_matches{@})',
        "The share of all matches that are over: recorded now or by an earlier run, or given up.",
        "If it stands still, look at *Time since the last result* and at *Matches by state*.",
    )
    yield stat(
        "Time to go",
        "s",
        "instance:arena_tournament_eta:seconds{@}",
        "Open matches, divided by the results per second of the last five minutes. Trust it once it has played for five minutes.",
        "If it is longer than you have, start more workers: it falls as soon as they play. If it is empty, nothing was recorded for five minutes.",
    )
    yield stat(
        "Results per second",
        "suffix:/s",
        "instance:arena_results:rate5m{@}",
        "Results that are recorded and durable, as the mean of five minutes.",
        "If it is lower than it was, see on *Arena / Workers* whether workers or slots are missing, and whether matches take longer.",
        decimals=1,
    )
    yield stat(
        "Time since the last result",
        "s",
        "time() - (arena_last_result_timestamp_seconds{@} > 0)",
        "How long ago a result was recorded for the last time. A match of slow bots may take ten seconds and more.",
        "If it is longer than five minutes, nothing progresses: see the runbook of ArenaNoResults.",
        thresholds=steps(GREEN, (60, ORANGE), (300, RED)),
    )
    yield lines(
        "Matches by state",
        "short",
        [query("sum by (state) (arena_tournament_matches{@})", "{{state}}")],
        "Where the matches are: *waiting* for a worker, *leased* to one, *recording*, *settled* or *given_up* (void after the last attempt).",
        "*Leased* at zero while matches wait: no worker is ready. *Recording* that grows: the store is too slow. *Given_up* above zero: "
        "the tournament will end with exit code 3, and the JSON names the matches and the reasons.",
        stack=True,
    )
    yield lines(
        "Results by verdict",
        "suffix:/s",
        [per_second("arena_results_total", "verdict")],
        "Results recorded per second: *played* to the end, *forfeit* (a bot broke a rule or a limit), *void* (our side failed for good).",
        "A jump of *forfeit* is a bot that fails: the next row but one says which. *Void* is never a bot's doing: see *Void attempts by reason*.",
        stack=True,
    )
    yield lines(
        "Alerts that fire",
        "short",
        [query('sum by (alertname, severity) (ALERTS{@, alertstate="firing"})', "{{alertname}} ({{severity}})")],
        "How often each alert fires. Empty is what you want.",
        "Each alert has a section in docs/runbooks.md: what it means, how to look, what to do.",
        width=24,
        height=5,
        noValue="none",
    )


def standings():
    yield stat(
        "Bots",
        "none",
        "arena_tournament_bots{@}",
        "Bots that take part in this tournament.",
        "Fewer than you expected: the coordinator's log names every file that it left out, and why.",
        width=8,
    )
    yield stat(
        "Bots not shown",
        "none",
        "arena_bots_left_out{@}",
        "Bots beyond the first two hundred, of whom there are no figures here.",
        "It is no fault: the JSON and CSV of the coordinator have all of them.",
        width=8,
    )
    yield stat(
        "Figures of bots",
        "none",
        "arena_bots_counted{@}",
        "Whether every recorded result is in the figures below. After a start, earlier results are read first.",
        "If they are being counted for minutes, the store is slow: see *Arena / Coordinator*.",
        width=8,
        names=[(0, "being counted", ORANGE), (1, "complete", GREEN)],
    )
    yield table(
        "Standings",
        "short",
        ["bot"],
        [
            ("rank", "max by (bot) (arena_bot_rank{@})"),
            ("points", "max by (bot) (arena_bot_points{@})"),
            ("wins", 'max by (bot) (arena_bot_matches{@, outcome="win"})'),
            ("draws", 'max by (bot) (arena_bot_matches{@, outcome="draw"})'),
            ("losses", 'max by (bot) (arena_bot_matches{@, outcome="loss"})'),
            ("forfeits", "max by (bot) (arena_bot_forfeits{@})"),
            ("fuel per turn, p99", 'max by (bot) (arena_bot_fuel_per_turn{@, quantile="0.99"})'),
            ("memory, peak", "max by (bot) (arena_bot_memory_peak_bytes{@})"),
        ],
        "The standings so far, of the first two hundred bots. Until the end, bots have played different numbers of matches, so ranks move.",
        "A bot with as many forfeits as matches does not work at all: its author wants to know. What is final comes from the coordinator, not from here.",
        height=11,
        units={"memory, peak": "bytes"},
    )
    yield lines(
        "Points of the first ten",
        "short",
        [query(f"arena_bot_points{{@}} {FIRST}", "{{bot}}")],
        "How the points of those who lead now came about. A win is one point, a draw half of one.",
        "A line that stands still while others rise is a bot whose matches wait, often behind slow ones: nothing is lost, they come.",
    )
    yield lines(
        "Ranks of the first ten",
        "short",
        [query(f"arena_bot_rank{{@}} {FIRST}", "{{bot}}")],
        "How the ranks of those who lead now moved; 1 is the best. They come to rest towards the end.",
        "Ranks that still jump near the end are close bots: more `--rounds` tell them apart. Look at the interval of the rating in the standings.",
        min=1,
        decimals=0,
    )
def failures():
    yield lines(
        "Faults by kind",
        "suffix:/s",
        [per_second("arena_faults_total", "kind")],
        "What bots did wrong, in the results that were recorded. An *exception* or *bad_reply* costs a turn until the strikes are used up, everything else the match.",
        "It is the bots' doing and the same on every machine. If one kind hits nearly all bots, suspect the limits: `out_of_fuel` means too little fuel, "
        "`load_error` a Python that lacks what they import. docs/bots.md says what each means.",
        stack=True,
    )
    yield bars(
        "Bots with most faults",
        "short",
        [now("topk(12, sum by (bot, kind) (arena_bot_faults{@}))", "{{bot}}: {{kind}}")],
        "Who fails, and how, over the whole tournament.",
        "`coordinator transcript MATCH` shows the bot's own traceback and its log; hand it to the author.",
    )
    yield bars(
        "Bots with most forfeits",
        "short",
        [now("topk(12, max by (bot) (arena_bot_forfeits{@}))", "{{bot}}")],
        "Matches that a bot lost by breaking a rule or a limit.",
        "A bot that forfeits everything gives everybody else free points. That is fair to all, but its author should hear of it.",
        width=8,
    )
    yield bars(
        "Fuel per turn, p99, of the limit",
        "percentunit",
        [now(of_limit('max by (bot) (arena_bot_fuel_per_turn{@, quantile="0.99"})', "turn_fuel"), "{{bot}}")],
        "Whose turns cost most, as a share of what a turn may cost (`--turn-fuel`).",
        "A bot in the red is about to forfeit by `out_of_fuel`, and its matches take longest. It delays nobody else's.",
        width=8,
        thresholds=steps("blue", (0.5, ORANGE), (0.9, RED)),
    )
    yield bars(
        "Memory at its peak, of the limit",
        "percentunit",
        [now(of_limit("max by (bot) (arena_bot_memory_peak_bytes{@})", "memory_bytes"), "{{bot}}")],
        "Linear memory that a bot used at most, as a share of what it may use (`--memory-bytes`). The interpreter alone takes about 17 MiB.",
        "A bot in the red is about to forfeit by `out_of_memory`. `--memory-bytes` gives all bots more, and every slot costs more of the machine.",
        width=8,
        thresholds=steps("blue", (0.6, ORANGE), (0.9, RED)),
    )


def trust():
    yield lines(
        "Void attempts by reason",
        "suffix:/s",
        [per_second("arena_host_faults_total", "kind")],
        "Attempts at a match that our side could not finish. They are played again, elsewhere where possible, and decide nothing.",
        "Some when a worker dies are ordinary. Many of `stalled`: a machine is overloaded. `shim_died`, `spawn_failed`: a worker is ill, "
        "see which on *Arena / Workers*. `disputed`: workers disagree, see the runbook of ArenaAuditMismatch.",
        stack=True,
    )
    yield lines(
        "Matches given out again",
        "suffix:/s",
        [per_second("arena_matches_retried_total", "reason")],
        "Matches that go to another worker: the attempt was *void*, it *stalled*, its worker never heard of it, or was *lost*.",
        "*Lost* that goes on: workers die or the network between them and the coordinator fails. *Unheard*: its answers come too late. "
        "See the runbook of ArenaWorkersLost.",
        stack=True,
    )
    yield lines(
        "Audits",
        "suffix:/s",
        [per_second("arena_audits_total", "result")],
        "Recorded matches that were played again to check them (`--audit`, 1 % by default), by what came of it.",
        "Anything but agreement means that a worker errs or lies: see the runbook of ArenaAuditMismatch.",
        stack=True,
    )
    yield stat(
        "Alarms",
        "none",
        "arena_alarms_total{@}",
        "Reasons to doubt a worker or a result, since the coordinator started: a worker in quarantine, a result that was corrected or stays undecided.",
        "One is one too many: see the runbook of ArenaAuditMismatch. What was recorded is never overwritten.",
        thresholds=steps(GREEN, (1, RED)),
    )
    yield stat(
        "Set aside",
        "none",
        "arena_results_distrusted_total{@}",
        "Recorded results that only a worker in quarantine vouched for. Others play their matches again.",
        "See the runbook of ArenaAuditMismatch. Many of them: the worker had been wrong for long; play again with a higher `--audit`.",
        thresholds=steps(GREEN, (1, ORANGE)),
    )
    yield stat(
        "Given up",
        "none",
        'arena_tournament_matches{@, state="given_up"}',
        "Matches that stayed void after their last attempt. They are in no standings.",
        "The same command, run again when the cause is gone, plays them. See the runbook of ArenaMatchesVoid.",
        thresholds=steps(GREEN, (1, RED)),
    )
    yield stat(
        "From the cache",
        "none",
        "arena_cache_hits_total{@}",
        "Matches whose result was known from an earlier tournament, so that nobody played them.",
        "Zero where you expected hits: a bot, the seed, a limit or the runtime is another one, and so is the match. That is as it should be.",
    )
