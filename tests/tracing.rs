//! What operators see of single matches: traces that go through both programs, to a collector that may
//! be away, and logs that a program can read.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers fail by panicking"
)]

#[path = "tracing/collector.rs"]
mod collector;
#[path = "tracing/forest.rs"]
mod forest;
#[path = "tracing/logs.rs"]
mod logs;
#[path = "audits/proxy.rs"]
mod proxy;
#[path = "tracing/strangers.rs"]
mod strangers;

use std::time::{Duration, Instant};

use arena_tests::{Bot, Run, Tournament, free_address, write_bots};
use collector::{Collector, Manner};
use forest::Forest;
use tempfile::TempDir;

/// Ticks of every match: more than have spans of their own.
const TICKS: u32 = 25;
/// The turns of each bot that have.
const TURNS: usize = 10;
/// How much longer a run may take because of a collector, the machine's own moods included.
const DELAY_MAX: Duration = Duration::from_secs(8);

const fn bot(file: &'static str, source: &'static [u8], fault: Option<&'static str>) -> Bot {
    Bot { file, source, fault, says: "" }
}

/// One that plays, one that computes for long, one that raises in its third turn, one that does not load.
const BOTS: [Bot; 4] = [
    bot("plays.py", b"def bot_main(data):\n    return ['FORWARD']\n", None),
    bot("slow.py", b"def bot_main(data):\n    sum(range(20_000))\n    return ['LEFT']\n", None),
    bot(
        "raises.py",
        b"def bot_main(data):\n    return 1 // 0 if data['time_step'] == 3 else []\n",
        Some("exception"),
    ),
    bot("broken.py", b"def bot_main(data:\n", Some("load_error")),
];

fn tournament(bots: &TempDir) -> Tournament {
    write_bots(bots.path(), &BOTS);
    Tournament::of(bots.path()).with(&["--ticks", &TICKS.to_string(), "--audit", "0%"])
}

fn timed(tournament: &Tournament, arguments: &[&str]) -> (Run, Duration) {
    let began = Instant::now();
    let run = tournament.run_with(arguments).expect_code(0);
    (run, began.elapsed())
}

#[test]
fn every_match_is_one_trace_from_the_lease_to_the_turns_and_the_record() {
    let (bots, collector) = (tempfile::tempdir().unwrap(), Collector::start(Manner::Takes));
    let arguments = ["--otlp", &collector.url(), "--trace-sample", "100%"];
    let run = tournament(&bots).run_with(&arguments).expect_code(0);
    let forest = Forest::of(collector.spans());
    assert_eq!(forest.roots().len(), run.matches().len(), "a lease for each match, and nothing besides");
    for played in run.matches() {
        let lease = forest.lease_of(played["id"].as_str().unwrap());
        assert_eq!(lease.service, "arena-coordinator");
        assert_eq!(lease.text("arena.worker"), played["worker"]);
        assert_eq!(lease.number("arena.attempt"), played["attempt"]);
        assert_eq!(lease.text("arena.outcome"), played["outcome"]);
        let names = [lease.text("arena.bot.zero"), lease.text("arena.bot.one")];
        assert_eq!(serde_json::json!(names), played["bots"]);
        let (record, of_worker) = (forest.only_child(lease, "record"), forest.only_child(lease, "match"));
        assert_eq!(record.service, "arena-coordinator");
        assert_eq!(of_worker.service, "arena-worker");
        assert_eq!(forest.children(lease).count(), 2);
        assert_eq!(of_worker.text("arena.match"), played["id"]);
        assert_eq!(of_worker.number("arena.ticks"), played["ticks"]);
        assert!(lease.span.start_time_unix_nano <= of_worker.span.start_time_unix_nano);
        forest.check_what_the_worker_did(of_worker, played);
    }
    assert!(!run.stderr.contains("incomplete"), "{}", run.stderr);
}

#[test]
fn a_share_of_the_matches_is_traced_and_both_programs_agree_which() {
    let (bots, collector) = (tempfile::tempdir().unwrap(), Collector::start(Manner::Takes));
    let arguments = ["--otlp", &collector.url(), "--trace-sample", "40%", "--rounds", "3"];
    let run = tournament(&bots).run_with(&arguments).expect_code(0);
    let forest = Forest::of(collector.spans());
    let traced = |share: &str| {
        let share: terms::Share = share.parse().unwrap();
        let takes = |id: &str| share.takes(u64::from_str_radix(&id[..16], 16).unwrap());
        let ids = run.matches().iter().map(|played| played["id"].as_str().unwrap());
        ids.filter(|id| takes(id)).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut expected = traced("40%");
    expected.sort_unstable();
    assert!(
        (1..run.matches().len()).contains(&expected.len()),
        "this test shows nothing: {}",
        expected.len()
    );
    assert_eq!(forest.matches_of("arena-coordinator"), expected);
    assert_eq!(forest.matches_of("arena-worker"), expected);
}

#[test]
fn nothing_depends_on_the_collector_and_nobody_waits_for_it() {
    let bots = tempfile::tempdir().unwrap();
    let tournament = tournament(&bots).with(&["--rounds", "5"]);
    let (plain, usual) = timed(&tournament, &[]);
    for manner in [None, Some(Manner::DiesAfterOne), Some(Manner::NeverAnswers), Some(Manner::Insults)] {
        let collector = manner.map(Collector::start);
        let url = collector.as_ref().map_or_else(|| format!("http://{}", free_address()), Collector::url);
        let (run, took) = timed(&tournament.twin(), &["--otlp", &url, "--trace-sample", "100%"]);
        assert_eq!(run.lasting(), plain.lasting(), "{manner:?}");
        assert!(took < usual + DELAY_MAX, "{manner:?}: {took:?} instead of {usual:?}");
        if manner == Some(Manner::DiesAfterOne) {
            assert!(collector.is_some_and(|collector| collector.is_dead()), "it did not die on the way");
        }
        for (words, least) in [("traces are incomplete", 0), ("spans of traces were dropped", 1)] {
            let said = run.stderr.matches(words).count();
            assert!((least..=2).contains(&said), "each program once, {manner:?}: {}", run.stderr);
        }
        assert!(!run.stderr.contains('\x1b') && !run.stderr.contains("!!!!"), "{manner:?}: {}", run.stderr);
    }
}

#[test]
fn a_collector_that_cannot_be_is_refused_before_anything_is_played() {
    let bots = tempfile::tempdir().unwrap();
    for (url, part) in [
        ("localhost:4317", "http://HOST:PORT"),
        ("http://me:hunter2@localhost:4317", "OTEL_EXPORTER_OTLP_HEADERS"),
        ("ftp://localhost:4317", "http://HOST:PORT"),
    ] {
        let run = tournament(&bots).run_with(&["--otlp", url]).expect_code(2);
        assert!(run.stderr.contains("--otlp") && run.stderr.contains(part), "{}", run.stderr);
        assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    }
    let run = tournament(&bots).run_with(&["--trace-sample", "101%"]).expect_code(2);
    assert!(run.stderr.contains("--trace-sample is \"101%\""), "{}", run.stderr);
}
