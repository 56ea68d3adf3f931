//! What strangers do to a port, and what whoever has stolen a token does.

use std::fs;
use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use http_body_util::StreamBody;
use rpc::v1;
use rpc::v1::cluster_client::ClusterClient;
use terms::Digest;
use tokio::runtime::Runtime;
use tokio_stream::StreamExt;
use tonic::body::Body;
use tonic::transport::{Channel, Identity, Server, ServerTlsConfig};
use tonic::{Code, Request, Status};
use tower_service::Service;

/// Connections that are held open by each of the besiegers that hold any.
const HELD: usize = 400;
const PART_BYTES: usize = 16 << 10;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// Many who knock in every wrong way, until it is lifted.
pub(crate) struct Siege {
    is_over: Arc<AtomicBool>,
    knocks: Arc<AtomicUsize>,
    besiegers: Vec<JoinHandle<()>>,
}

impl Siege {
    pub(crate) fn lay(port: u16) -> Siege {
        let (is_over, knocks) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        // Neither HTTP nor TLS; the beginning of TLS; HTTP/2 with headers that do not end; nothing at all.
        let openings: [(&[u8], bool); 4] = [
            (b"GET / HTTP/1.0\r\n\r\n\xff\xfe", false),
            (b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", true),
            (PREFACE, false),
            (b"", true),
        ];
        let besiege = |(opening, holds): (&'static [u8], bool)| {
            let (is_over, knocks) = (is_over.clone(), knocks.clone());
            let mut held = std::collections::VecDeque::new();
            let besiege = move || {
                while !is_over.load(Ordering::Relaxed) {
                    let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) else { return };
                    knocks.fetch_add(1, Ordering::Relaxed);
                    knock(&stream, opening);
                    if holds {
                        held.push_back(stream);
                        held.drain(..held.len().saturating_sub(HELD));
                    }
                    // So that whoever plays gets some of the processor.
                    std::thread::sleep(Duration::from_millis(2));
                }
            };
            std::thread::Builder::new().spawn(besiege).unwrap()
        };
        let besiegers = openings.map(besiege).into();
        Siege { is_over, knocks, besiegers }
    }

    pub(crate) fn lift(self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.besiegers.into_iter().for_each(|besieger| besieger.join().unwrap());
        let knocks = self.knocks.load(Ordering::Relaxed);
        println!("{knocks} connections of strangers");
        assert!(knocks > 500, "{knocks}");
    }
}

/// Whatever comes of it.
fn knock(mut stream: &TcpStream, opening: &[u8]) {
    let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
    let _ = stream.set_write_timeout(Some(Duration::from_millis(200)));
    let _ = stream.write_all(opening);
    if opening == PREFACE {
        // HEADERS without their end, and then more and more of them.
        let mut frame = vec![0, 0x40, 0, 1, 0, 0, 0, 0, 1];
        for _ in 0..100 {
            // A header that is new, with a name of 16 and a value of 100 letters, again and again.
            frame.resize(9, 0);
            while frame.len() < 9 + 0x4000 - 128 {
                frame.extend_from_slice(&[0, 16]);
                frame.extend_from_slice(&[b'a'; 16]);
                frame.push(100);
                frame.extend_from_slice(&[b'b'; 100]);
            }
            frame.resize(9 + 0x4000, 0x82);
            if stream.write_all(&frame).is_err() {
                return;
            }
            frame[3] = 9;
        }
    }
    let _ = stream.read(&mut [0; 64]);
}

/// The most memory that a process has had, in bytes.
pub(crate) fn peak_memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

/// What became of many requests.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pub(crate) answered: usize,
    pub(crate) busy: usize,
    pub(crate) refused: usize,
}

/// The largest request that there may be, which would be kept until it is answered.
fn large_request(number: usize) -> v1::SynchronizeRequest {
    let digest = |text: &str| Digest::of(format!("{text}{number}").as_bytes());
    let usage = Some(v1::Usage::default());
    let report = v1::Report {
        match_id: digest("match").0.to_vec(),
        attempt: 1,
        verdict: Some(v1::report::Verdict::Played(v1::Played { zero: 2, one: 0 })),
        digest: vec![1; 32],
        fuel_digest: vec![1; 32],
        transcript: vec![1; 32],
        usage_zero: usage.clone(),
        usage_one: usage,
        record: vec![7; 10 << 20],
        ..Default::default()
    };
    v1::SynchronizeRequest {
        protocol: rpc::PROTOCOL_VERSION,
        instance: digest("instance").to_string()[..32].to_owned(),
        name: "thief".to_owned(),
        slots: 1,
        state: v1::WorkerState::Preparing.into(),
        finished: vec![report; 3],
        ..Default::default()
    }
}

async fn connect(port: u16) -> Channel {
    Channel::from_shared(format!("http://127.0.0.1:{port}")).unwrap().connect().await.unwrap()
}

fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

/// From that many connections at once, four requests each.
pub(crate) fn send_large_requests(port: u16, token: &'static str, connections: usize) -> Outcomes {
    Runtime::new().unwrap().block_on(async {
        let mut bytes = Vec::from([0; 5]);
        prost::Message::encode(&large_request(0), &mut bytes).unwrap();
        let length = u32::try_from(bytes.len() - 5).unwrap();
        bytes[1..5].copy_from_slice(&length.to_be_bytes());
        let bytes = Bytes::from(bytes);
        let mut thieves = tokio::task::JoinSet::new();
        for _ in 0..connections {
            let bytes = bytes.clone();
            thieves.spawn(async move {
                let mut outcomes = Outcomes::default();
                for _ in 0..4 {
                    // In parts of one copy: it is the coordinator's memory that is tried, not this program's.
                    let bytes = bytes.clone();
                    let starts = (0..bytes.len()).step_by(PART_BYTES);
                    let part = move |at: usize| bytes.slice(at..bytes.len().min(at + PART_BYTES));
                    let frames =
                        tokio_stream::iter(starts.map(move |at| Ok::<_, Status>(Frame::data(part(at)))));
                    let body = Body::new(StreamBody::new(frames));
                    match raw_call(port, Some(token), body).await {
                        Ok(()) => outcomes.answered += 1,
                        Err(status) if status.code() == Code::ResourceExhausted => outcomes.busy += 1,
                        Err(_) => outcomes.refused += 1,
                    }
                }
                outcomes
            });
        }
        let mut sum = Outcomes::default();
        while let Some(outcomes) = thieves.join_next().await {
            let Outcomes { answered, busy, refused } = outcomes.unwrap();
            sum.answered += answered;
            sum.busy += busy;
            sum.refused += refused;
        }
        sum
    })
}

/// Two bytes that become a result of some hundred, millions of times.
pub(crate) fn send_what_grows(port: u16, token: &str) -> String {
    Runtime::new().unwrap().block_on(async {
        let finished = vec![v1::Report::default(); 4 << 20];
        let request = v1::SynchronizeRequest { finished, ..Default::default() };
        let client = ClusterClient::new(connect(port).await);
        let mut client = client.max_encoding_message_size(rpc::MESSAGE_BYTES_MAX);
        client.synchronize(with_token(request, token)).await.unwrap_err().to_string()
    })
}

/// The beginning of a message, and never the rest.
pub(crate) fn send_slowly(port: u16, token: Option<&str>) -> String {
    Runtime::new().unwrap().block_on(async {
        let begin = tokio_stream::once(Ok::<_, Status>(Frame::data(Bytes::from_static(&[0, 0, 0]))));
        let body = Body::new(StreamBody::new(begin.chain(tokio_stream::pending())));
        raw_call(port, token, body).await.unwrap_err().message().to_owned()
    })
}

/// A call whose body is ours.
async fn raw_call(port: u16, token: Option<&str>, body: Body) -> Result<(), Status> {
    let mut channel = connect(port).await;
    poll_fn(|cx| channel.poll_ready(cx)).await.map_err(|error| Status::from_error(error.into()))?;
    let mut request = http::Request::post("/arena.v1.Cluster/Synchronize")
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = channel.call(request.body(body).unwrap()).await;
    let answer = answer.map_err(|error| Status::from_error(error.into()))?;
    Status::from_header_map(answer.headers()).map_or(Ok(()), Err)
}

/// A server that is not the coordinator, with a certificate of its own.
pub(crate) struct Impostor {
    pub(crate) port: u16,
    _runtime: Runtime,
}

impl Impostor {
    pub(crate) fn start(certificate: &str, key: &str) -> Impostor {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
        let _guard = runtime.enter();
        let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
        let mut server = Server::builder().tls_config(tls).unwrap();
        runtime.spawn(server.add_routes(tonic::service::Routes::default()).serve_with_incoming(incoming));
        Impostor { port, _runtime: runtime }
    }
}
