//! Whoever keeps programs running can ask both of ours how they are, and is told why not.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::io::Write;
use std::net::{SocketAddr, TcpStream};

use arena_tests::{Program, Tournament, example_bots, free_address, get, wait_for, worker};
use nix::sys::signal::Signal;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// Waits until a probe is answered so.
fn wait_until(address: SocketAddr, path: &str, status: u16, says: &str) {
    wait_for(&format!("{path}: {status} {says}"), || {
        get(address, path).filter(|(is, body)| *is == status && body.contains(says))
    });
}

/// What gRPC says of a service: 1 serves, 2 does not.
fn check(address: SocketAddr, service: &str) -> i32 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{address}")).unwrap();
        let mut client = HealthClient::new(endpoint.connect().await.unwrap());
        let request = HealthCheckRequest { service: service.to_owned() };
        client.check(request).await.unwrap().into_inner().status
    })
}

fn tournament(listen: SocketAddr) -> Tournament {
    let listen = listen.to_string();
    let arguments = ["--rounds", "30", "--listen", &listen, "--local-workers", "0", "--http", "127.0.0.1:0"];
    Tournament::of(example_bots()).with(&arguments)
}

#[test]
fn a_worker_says_whether_it_works_and_whether_it_is_of_use_and_why_not() {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let worker = Program::start(worker(address, data.path()).args(["--http", "127.0.0.1:0"]));
    let probes = worker.http();
    wait_until(probes, "/healthz", 200, "ok");
    wait_until(probes, "/readyz", 503, "no coordinator has answered yet");
    assert_eq!((check(probes, ""), check(probes, "liveness")), (2, 1));

    let tournament = tournament(address);
    let coordinator = Program::start(&mut tournament.command());
    wait_until(probes, "/readyz", 200, "ok");
    wait_for("readiness over gRPC", || (check(probes, "readiness") == 1).then_some(()));

    coordinator.kill();
    wait_until(probes, "/readyz", 503, "the coordinator does not answer since");
    assert_eq!(get(probes, "/healthz").unwrap().0, 200, "a coordinator that is away is no illness");

    let coordinator = Program::start(&mut tournament.command());
    wait_until(probes, "/readyz", 200, "ok");
    // With nobody to hear it, a drain takes a moment.
    coordinator.send(Signal::SIGSTOP);
    worker.send(Signal::SIGTERM);
    wait_until(probes, "/readyz", 503, "draining");
    assert_eq!(get(probes, "/healthz").unwrap().0, 200);
    coordinator.send(Signal::SIGCONT);
    assert!(matches!(worker.end().0, Some(0 | 3)));
    coordinator.kill();
}

#[test]
fn a_worker_that_prepares_says_so() {
    let (address, data) = (free_address(), tempfile::tempdir().unwrap());
    let tournament = tournament(address);
    let coordinator = Program::start(&mut tournament.command());
    let cache = data.path().join("cache");
    let mut command = worker(address, data.path());
    let worker = Program::start(command.args(["--http", "127.0.0.1:0"]).env("ARENA_CACHE_DIR", cache));
    wait_until(worker.http(), "/readyz", 503, "preparing: compiling python.wasm");
    worker.kill();
    coordinator.kill();
}

#[test]
fn a_coordinator_says_whether_it_serves_workers() {
    let address = free_address();
    let tournament = tournament(address);
    let coordinator = Program::start(&mut tournament.command());
    let probes = coordinator.http();
    wait_until(probes, "/healthz", 200, "ok");
    wait_until(probes, "/readyz", 200, "ok");
    for service in ["", "readiness", "liveness"] {
        wait_for("health over gRPC", || (check(probes, service) == 1).then_some(()));
    }
    // Workers ask at their own door, as they always could.
    assert_eq!(check(address, "arena.v1.Cluster"), 1);
    assert_eq!(get(probes, "/nothing").unwrap().0, 404);
    coordinator.kill();
}

#[test]
fn whoever_sends_garbage_to_the_probes_harms_no_match() {
    let probes = free_address();
    let http = probes.to_string();
    let tournament = Tournament::of(example_bots()).with(&["--ticks", "200", "--http", &http]);
    let coordinator = Program::start(&mut tournament.command());
    wait_until(probes, "/healthz", 200, "ok");
    let long = vec![b'x'; 1 << 20];
    let mut silent = Vec::new();
    for _ in 0..50 {
        let garbage: [&[u8]; 4] =
            [b"\0\xff\0\xff", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff", &long, b"GET / HT"];
        for bytes in garbage {
            let Ok(mut stream) = TcpStream::connect(probes) else { continue };
            // They may have hung up on us already.
            let _ = stream.write_all(bytes);
            silent.push(stream);
        }
    }
    let (code, log) = coordinator.end();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn an_address_that_cannot_be_had_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let run = Tournament::of(example_bots()).with(&["--http", &address.to_string()]).run();
    assert_eq!(run.code, Some(1));
    let data = tempfile::tempdir().unwrap();
    let mut command = worker(free_address(), data.path());
    let (code, log) = Program::start(command.args(["--http", &address.to_string()])).end();
    assert_eq!(code, Some(1));
    for said in [run.stderr, log] {
        assert!(said.contains(&address.to_string()) && said.contains("--http"), "{said}");
    }
}
