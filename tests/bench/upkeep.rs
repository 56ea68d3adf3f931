//! What there is once per worker or per match: a worker's start, and the coordinator's share.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use arena_tests::{Program, bin, example_bots, worker as worker_command};

use super::contender::OURS;
use super::interleave::{Series, millis};
use super::options::Options;
use super::row::{Better, Question, Row};
use super::target::Target;

const READY: Question = Question {
    id: "worker_ready",
    title: "worker started, to ready, from a warm cache",
    unit: "ms",
    better: Better::Lower,
    target: Some(Target::AtMost { most: 300.0, aim: 100.0 }),
};
const COORDINATOR: Question = Question {
    id: "coordinator_cpu",
    title: "coordinator's CPU per match",
    unit: "µs",
    better: Better::Lower,
    target: Some(Target::AtMost { most: 200.0, aim: 50.0 }),
};

/// How a worker says that it plays, and a coordinator where it listens.
const IS_READY: &str = "ready to play";
const LISTENING: &str = "listening on ";

pub(crate) fn worker(options: &Options) -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = Command::new(bin("coordinator"));
    command
        .args(["--local-workers", "0", "--listen", "127.0.0.1:0", "--rounds", "10000", "--audit", "0%"])
        .arg("--bots")
        .arg(example_bots())
        .arg("--data-dir")
        .arg(folder.path().join("coordinator"))
        .current_dir(folder.path());
    let coordinator = Program::start(&mut command);
    let line = coordinator.says(LISTENING);
    let address = line.split_once(LISTENING).and_then(|(_, rest)| rest.split([';', ' ']).next());
    let address: SocketAddr = address.and_then(|text| text.parse().ok()).expect("an address");
    let start = || {
        let began = Instant::now();
        let mut command = worker_command(address, &folder.path().join("worker"));
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the worker starts");
        let took = until_ready(&mut child, began);
        // Its zygotes see that it is gone.
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
        took
    };
    // Compiles, where no test has done so before.
    start();
    let samples = (0..options.rounds(0.75)).map(|_| vec![start()]).collect();
    vec![Row::of(&READY, &[Series { name: OURS, rounds: samples }])]
}

fn until_ready(child: &mut Child, began: Instant) -> f64 {
    let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut said = Vec::new();
    for line in stderr.lines().map_while(Result::ok) {
        if line.contains(IS_READY) {
            return millis(began.elapsed());
        }
        said.push(line);
    }
    panic!("the worker did not get ready: {said:?}")
}

pub(crate) fn coordinator(options: &Options, cpu: &impl Fn(u32) -> f64) -> Vec<Row> {
    let matches = options.count(20_000, 400) as u32;
    let samples = (0..options.rounds(0.15)).map(|_| vec![cpu(matches)]).collect();
    vec![Row::of(&COORDINATOR, &[Series { name: OURS, rounds: samples }])]
}
