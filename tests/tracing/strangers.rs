//! A coordinator that says nonsense about traces, to a real worker: nothing but the trace may suffer.

use std::net::TcpStream;

use arena_tests::{Program, Tournament, free_address, wait_for, worker};
use rpc::v1;

use crate::collector::{Collector, Manner};
use crate::proxy::stand_between;
use crate::{Forest, tournament};

fn nonsense(number: u8) -> String {
    let all = [
        "x".repeat(1 << 16),
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01".to_owned(),
        "00-zbf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nx: y".to_owned(),
        "\u{1b}[2J\u{202e}".to_owned(),
        "-".repeat(55),
        "é".repeat(27) + "-",
    ];
    all[usize::from(number) % all.len()].clone()
}

fn twist(answer: &mut v1::SynchronizeResponse) {
    for assignment in &mut answer.wanted {
        assignment.traceparent = nonsense(assignment.match_id[0]);
    }
}

#[test]
fn a_traceparent_that_is_none_harms_nobody() {
    let (bots, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let plain = tournament(&bots).run().expect_code(0);
    let collector = Collector::start(Manner::Takes);
    let listen = free_address();
    let twisted: Tournament =
        tournament(&bots).with(&["--local-workers", "0", "--listen", &listen.to_string()]);
    let coordinator = twisted.start();
    wait_for("the coordinator", || TcpStream::connect(listen).ok());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let between = runtime.block_on(stand_between(listen, |_, _| {}, twist));
    let arguments = ["--otlp", &collector.url(), "--trace-sample", "100%", "--name", "victim"];
    let victim = Program::start(worker(between, data.path()).args(arguments));
    let run = twisted.finish(coordinator).expect_code(0);
    assert_eq!(run.lasting(), plain.lasting());
    victim.send(nix::sys::signal::Signal::SIGTERM);
    let (code, log) = victim.end();
    assert_eq!(code, Some(0), "{log}");
    // It traces what it plays as if nobody had said anything.
    let forest = Forest::of(collector.spans());
    assert_eq!(forest.matches_of("arena-worker").len(), run.matches().len());
    assert!(forest.roots().iter().all(|root| root.span.name == "match"));
}
