//! The log as JSON: what `docs/tracing.md` promises of it.

use arena_tests::Run;
use serde_json::Value;

use crate::tournament;

fn lines(run: &Run) -> Vec<Value> {
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
    run.stderr.lines().map(parse).collect()
}

fn text<'a>(line: &'a Value, key: &str) -> &'a str {
    line[key].as_str().unwrap_or_else(|| panic!("no {key} in {line}"))
}

#[test]
fn every_line_is_an_object_and_says_which_match_bot_worker_and_attempt_it_is_about() {
    let bots = tempfile::tempdir().unwrap();
    let tournament = tournament(&bots);
    let mut command = tournament.command();
    command.args(["--log-format", "json"]).env("ARENA_LOG", "warn,coordinator=debug,worker=debug");
    let run = tournament.finish(command.spawn().unwrap()).expect_code(0);
    let lines = lines(&run);
    for line in &lines {
        assert!(["ERROR", "WARN", "INFO", "DEBUG"].contains(&text(line, "level")), "{line}");
        assert!(text(line, "timestamp").ends_with('Z') && !text(line, "target").is_empty(), "{line}");
        assert!(!text(line, "message").is_empty(), "{line}");
        match text(line, "program") {
            "worker" => assert_eq!(line["worker"], "local-1"),
            program => assert_eq!(program, "coordinator"),
        }
    }
    let named = |program: &str, message: &str| {
        let own = lines.iter().filter(|line| line["program"] == program && line["message"] == message);
        own.collect::<Vec<_>>()
    };
    for (program, message) in [("worker", "played"), ("coordinator", "recorded")] {
        let own = named(program, message);
        assert_eq!(own.len(), run.matches().len());
        own.into_iter().for_each(|line| check_names(line, &run));
    }
    let names = |name: &str| name.to_owned();
    let digests = |name: &str| text(run.bot(name), "digest")[..12].to_owned();
    for (program, shown) in [("worker", &digests as &dyn Fn(&str) -> String), ("coordinator", &names)] {
        for (name, kind, count) in [("raises", "exception", 4), ("broken", "load_error", 6)] {
            let own = named(program, "failed").into_iter().filter(|line| line["bot"] == *shown(name));
            let own: Vec<&Value> = own.collect();
            assert_eq!(
                own.len(),
                count,
                "{name} in the log of the {program}: {:?}",
                named(program, "failed")
            );
            for line in own {
                check_names(line, &run);
                assert_eq!(line["kind"], kind);
            }
        }
    }
}

/// The line names a match of that run, an attempt and the worker.
fn check_names(line: &Value, run: &Run) {
    let id = text(line, "match");
    let is_it = |played: &&Value| text(played, "id").starts_with(id);
    let played = run.matches().iter().find(is_it).unwrap_or_else(|| panic!("no such match: {line}"));
    assert_eq!((id.len(), &line["attempt"], &line["worker"]), (12, &played["attempt"], &played["worker"]));
}
