//! The language of the engine's tests: what happens on the left, what it orders on the right.
//!
//! One event per line:
//! `at SECONDS` (with the ticks until then) · `tick` · `drain` · `gone W` · `stored M…` (durable) ·
//! `call W SLOTS [ready|idle|draining] [from HOME] [has M/TRY@TICKS]… [done M/TRY[=RESULT]]… [void M/TRY]…` ·
//! `compared` · `swept M…` (distrusted) · `doubt M/TRY[=RESULT] W [W=RESULT]` (who has the record, who differs)

use std::time::Duration;

use terms::{Attempt, BySeat, Digest, HostFault, Limits, Outcome, Scores, SeatUsage, Verdict};

use super::*;

/// Runs a script against `count` matches and compares the orders, one per line.
pub(super) fn check(count: u32, script: &str, expected: &str) {
    check_with(Sample::NONE, count, script, expected);
}

/// The same, with every result checked.
pub(super) fn check_audited(count: u32, script: &str, expected: &str) {
    check_with(Sample::new([7; 32], 1_000_000), count, script, expected);
}

fn check_with(sample: Sample, count: u32, script: &str, expected: &str) {
    let policy = Policy { sample, ..Policy::for_limits(&Limits::default()) };
    let mut engine = Engine::new(policy, count, |_| false);
    let mut now = Elapsed::default();
    let mut orders = Vec::new();
    let mut playing = std::collections::HashMap::new();
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[0] == "at" {
            let then = Elapsed(Duration::from_secs(words[1].parse().unwrap()));
            while now < then {
                now = Elapsed(now.0 + Duration::from_millis(500));
                orders.extend(engine.handle(now, Event::Tick).iter().map(show));
            }
            continue;
        }
        for command in engine.handle(now, event(&words, &playing)) {
            match &command {
                Command::Record { worker, finished } => playing.insert(finished.no, *worker),
                Command::Audited { worker, no, .. } => playing.insert(*no, *worker),
                _ => None,
            };
            orders.push(show(&command));
        }
    }
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(orders, expected, "\nscript:\n{script}\norders:\n{}", orders.join("\n"));
}

fn event(words: &[&str], playing: &std::collections::HashMap<MatchNo, WorkerKey>) -> Event {
    let worker = |at: usize| WorkerKey(words[at].parse().unwrap());
    match words[0] {
        "tick" => Event::Tick,
        "drain" => Event::Drain,
        "gone" => Event::Gone(worker(1)),
        "stored" => Event::Recorded(
            words[1..].iter().map(|no| MatchNo(no.parse().unwrap())).map(|no| (no, playing[&no])).collect(),
        ),
        "compared" => Event::Compared,
        "swept" => Event::Distrusted(words[1..].iter().map(|no| MatchNo(no.parse().unwrap())).collect()),
        "doubt" => Event::Audit(doubt(&words[1..])),
        "call" => Event::Called(called(worker(1), words[2].parse().unwrap(), &words[3..])),
        other => panic!("no such event: {other}"),
    }
}

fn doubt(words: &[&str]) -> Doubt {
    let kept = finished(words[0], false);
    let other = words.get(2).map(|word| {
        let (by, _) = word.split_once('=').unwrap();
        let (no, attempt) = (kept.no, kept.attempt);
        vote_of(by, Finished { no, attempt, ..finished(&word.replacen(by, "0/1", 1), false) })
    });
    Doubt { kept: vote_of(words[1], kept), other }
}

fn vote_of(by: &str, finished: Finished) -> Vote {
    let by = by.parse().unwrap();
    Vote { worker: WorkerKey(by), voter: Voter(by), finished }
}

/// `1x`: voter 1 says x.
pub(super) fn vote(text: &str) -> Vote {
    let (by, result) = text.split_at(1);
    vote_of(by, finished(&format!("0/1={result}"), false))
}

fn called(worker: WorkerKey, slots: u32, words: &[&str]) -> Called {
    let mut called = Called {
        worker,
        voter: Voter(worker.0),
        home: Home(worker.0.into()),
        slots,
        stance: Stance::Ready,
        holding: Vec::new(),
        finished: Vec::new(),
    };
    let mut mode = "";
    for word in words {
        match *word {
            "ready" => called.stance = Stance::Ready,
            "idle" => called.stance = Stance::Idle,
            "draining" => called.stance = Stance::Draining,
            "from" | "has" | "done" | "void" => mode = word,
            home if mode == "from" => called.home = Home(home.parse().unwrap()),
            item if mode == "has" => called.holding.push(holding(item)),
            item => called.finished.push(finished(item, mode == "void")),
        }
    }
    called
}

fn holding(item: &str) -> Holding {
    let (at, ticks) = item.split_once('@').unwrap_or((item, "0"));
    let (no, attempt) = numbered(at);
    Holding { no, attempt, ticks: ticks.parse().unwrap() }
}

pub(super) fn finished(item: &str, void: bool) -> Finished {
    let (at, result) = item.split_once('=').unwrap_or((item, ""));
    let (no, attempt) = numbered(at);
    let mut outcome = outcome(void);
    outcome.ticks += result.bytes().map(u32::from).sum::<u32>();
    Finished { no, attempt, outcome: Box::new(outcome), record: Vec::new(), wall: Duration::from_secs(2) }
}

pub(super) fn outcome(void: bool) -> Outcome {
    Outcome {
        verdict: if void { Verdict::Void(HostFault::ShimDied) } else { Verdict::Played(Scores::DRAW) },
        faults: Vec::new(),
        ticks: 1,
        digest: Digest::of(b"played"),
        fuel_digest: Digest::of(b"fuel"),
        transcript: Digest::of(b"address"),
        usage: BySeat::<SeatUsage>::default(),
        host_message: String::new(),
    }
}

fn numbered(item: &str) -> (MatchNo, Attempt) {
    let (no, attempt) = item.split_once('/').unwrap();
    (MatchNo(no.parse().unwrap()), Attempt(attempt.parse().unwrap()))
}

fn show(command: &Command) -> String {
    match command {
        Command::Record { worker, finished } => format!("record m{} of w{}", finished.no.0, worker.0),
        Command::Answer { worker, wanted, .. } => {
            let wanted: Vec<String> =
                wanted.iter().map(|wanted| format!(" m{}/{}", wanted.no.0, wanted.attempt.0)).collect();
            format!("w{} plays{}", worker.0, wanted.concat())
        }
        Command::GiveUp { no, attempt, outcome, .. } => match outcome.verdict {
            Verdict::Void(fault) => format!("give up m{}/{}: {fault}", no.0, attempt.0),
            _ => panic!("gave up a match that was played"),
        },
        Command::Retried { no, worker, why } => format!("retry m{} of w{}: {why:?}", no.0, worker.0),
        Command::Forget(worker) => format!("forget w{}", worker.0),
        Command::Compare { worker, finished } => format!("compare m{} of w{}", finished.no.0, worker.0),
        Command::Audited { no, end, .. } => format!("m{} {}", no.0, show_end(end)),
        Command::Quarantine { voter, no, why } => {
            let why = match why {
                Misdeed::Contradiction => "contradicts itself".to_owned(),
                Misdeed::Alone { against } => format!("is alone against{}", list(against)),
            };
            format!("quarantine v{} for m{}: {why}", voter.0, no.0)
        }
        Command::Finish(ending) => format!("finish {ending:?}"),
    }
}

fn list(workers: &[WorkerKey]) -> String {
    workers.iter().map(|worker| format!(" w{}", worker.0)).collect()
}

fn show_end(end: &AuditEnd) -> String {
    let so = |by: &Option<WorkerKey>| by.map(|by| format!(", so says w{}", by.0)).unwrap_or_default();
    match end {
        AuditEnd::Upheld { by } => format!("is right{}", so(by)),
        AuditEnd::Corrected { right, by } => format!("is wrong, w{} is right{}", right.worker.0, so(by)),
        AuditEnd::Undecided { between, .. } => format!("is undecided between{}", list(between)),
        AuditEnd::Inconclusive => "is inconclusive".to_owned(),
    }
}
