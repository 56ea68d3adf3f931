//! Probes are answered in whatever way they are asked, and whatever else strangers send.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::routing::get;
use probes::{Probes, Vital};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

#[derive(Default)]
struct Patient {
    is_ill: AtomicBool,
}

impl Vital for Patient {
    fn health(&self) -> Result<(), String> {
        Ok(())
    }

    fn readiness(&self) -> Result<(), String> {
        if self.is_ill.load(Ordering::Relaxed) { Err("it has a cold".into()) } else { Ok(()) }
    }
}

async fn start(patient: Arc<Patient>) -> Probes {
    let more = Router::new().route("/more", get(|| async { "more" }));
    Probes::start(SocketAddr::from(([127, 0, 0, 1], 0)), patient, more).await.unwrap()
}

/// Everything that comes back before the other side hangs up; nothing if it is not there at all.
async fn ask(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.write_all(request).await;
    let _ = stream.shutdown().await;
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn get_path(address: SocketAddr, path: &str) -> String {
    ask(address, format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await
}

async fn check(address: SocketAddr, service: &str) -> Result<i32, tonic::Code> {
    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let request = HealthCheckRequest { service: service.to_owned() };
    HealthClient::new(channel)
        .check(request)
        .await
        .map(|answer| answer.into_inner().status)
        .map_err(|status| status.code())
}

#[tokio::test]
async fn one_port_answers_http_and_grpc() {
    let patient = Arc::new(Patient::default());
    let probes = start(patient.clone()).await;
    let address = probes.address();
    for path in ["/healthz", "/readyz", "/more"] {
        let answer = get_path(address, path).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    assert!(get_path(address, "/elsewhere").await.starts_with("HTTP/1.1 404"));
    for service in ["", "readiness", "liveness"] {
        assert_eq!(check(address, service).await, Ok(1), "{service}");
    }
    assert_eq!(check(address, "nobody").await, Err(tonic::Code::NotFound));

    patient.is_ill.store(true, Ordering::Relaxed);
    let answer = get_path(address, "/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.ends_with("it has a cold\n"), "{answer}");
    assert!(get_path(address, "/healthz").await.starts_with("HTTP/1.1 200"));
    let is_told = async {
        while check(address, "").await != Ok(2) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), is_told).await.unwrap();
    assert_eq!(check(address, "liveness").await, Ok(1));
}

#[tokio::test]
async fn garbage_harms_nobody() {
    let probes = start(Arc::default()).await;
    let address = probes.address();
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(4 << 20));
    let headers = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(100_000));
    let body = format!("POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999999999\r\n\r\n{long}");
    let garbage: [&[u8]; 8] = [
        b"",
        b"\0\0\0\0\0\0\0\0",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"GET /healthz HTTP/9.9\r\n\r\n",
        long.as_bytes(),
        headers.as_bytes(),
        body.as_bytes(),
    ];
    for request in garbage {
        let answer = ask(address, request).await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert!(get_path(address, "/healthz").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn who_holds_connections_open_gets_only_so_many_and_no_new_ones() {
    let probes = start(Arc::default()).await;
    let address = probes.address();
    let mut silent = Vec::new();
    // Those that get no place are hung up on.
    let is_full = async {
        loop {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let hung_up = stream.write_all(b"GET").await.is_err()
                || matches!(
                    tokio::time::timeout(std::time::Duration::from_millis(50), stream.read(&mut [0])).await,
                    Ok(Ok(0) | Err(_))
                );
            silent.push(stream);
            if hung_up {
                return;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), is_full).await.unwrap();
    assert!((20..=40).contains(&silent.len()), "{}", silent.len());
    drop(silent);
    let is_answered = async {
        while !get_path(address, "/healthz").await.starts_with("HTTP/1.1 200") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), is_answered).await.unwrap();
}
