//! A stranger who got in: sends whatever can be sent, and notes what it is told.

use std::sync::Arc;
use std::time::Duration;

use arena_tests::Luck;
use rpc::v1;
use terms::{Attempt, Report, Runtime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::Status;

use super::crowd::Scene;
use super::link::Link;
use super::play::{Played, play};

/// The longest pause between two things that one babbler does.
const PAUSE_MS: u64 = 2_000;
/// How long an answer to garbage is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// What a client says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Of so many things that a babbler does, one is large.
const LARGE_IN: u64 = 500;
/// A busy coordinator may say so to anybody.
const ALWAYS_FINE: [&str; 4] = ["ResourceExhausted", "Unavailable", "DeadlineExceeded", "Cancelled"];

type Act = (&'static str, &'static [&'static str]);

const SPOILED: Act = ("spoiled fields", &["InvalidArgument"]);
const OTHER_PROTOCOL: Act = ("other protocol", &["refused"]);
const OTHER_RUNTIME: Act = ("other runtime", &["refused"]);
const UNKNOWN_MATCHES: Act = ("unknown matches", &["ok"]);
const FORGED_ATTEMPTS: Act = ("forged attempts", &["ok"]);
const UNKNOWN_BLOB: Act = ("unknown blob", &["NotFound"]);
const NO_DIGEST: Act = ("no digest", &["InvalidArgument", "OutOfRange"]);
const TOO_MANY: Act = ("too many matches held", &["InvalidArgument"]);
const MANY: Act = ("as many unknown matches as allowed", &["ok"]);
const TOO_LARGE: Act = ("too large a message", &["OutOfRange", "InvalidArgument", "Internal", "Unknown"]);
const HUNG_UP: Act = ("hung up", &["ok", "InvalidArgument", "nothing"]);
const GARBAGE: Act = ("garbage instead of HTTP/2", &["closed", "open"]);
const SILENCE: Act = ("silence", &["closed", "open"]);

/// A babbler.
pub(crate) struct Babbler {
    scene: Arc<Scene>,
    number: u32,
    luck: Luck,
    link: Option<Link>,
}

impl Babbler {
    pub(crate) fn new(scene: Arc<Scene>, number: u32) -> Babbler {
        let luck = Luck::of(scene.options.luck ^ (u64::from(number) << 20));
        Babbler { scene, number, luck, link: None }
    }

    /// Babbles until its task is stopped.
    pub(crate) async fn babble(mut self) {
        loop {
            let ((what, expected), answer) = self.act().await;
            let is_fine = expected.contains(&answer.as_str()) || ALWAYS_FINE.contains(&answer.as_str());
            self.scene.census.babbled(what, answer, is_fine);
            tokio::time::sleep(Duration::from_millis(self.luck.below(PAUSE_MS))).await;
        }
    }

    async fn act(&mut self) -> (Act, String) {
        if self.luck.below(LARGE_IN) == 0 {
            return self.large().await;
        }
        match self.luck.below(10) {
            0 => (GARBAGE, self.raw(b"").await),
            1 => (GARBAGE, self.raw(PREFACE).await),
            2 => (SILENCE, self.silence().await),
            3 => (OTHER_PROTOCOL, self.other_protocol().await),
            4 => (OTHER_RUNTIME, self.other_runtime().await),
            5 => (UNKNOWN_MATCHES, self.unknown_matches().await),
            6 => (FORGED_ATTEMPTS, self.forged_attempts().await),
            7 => (UNKNOWN_BLOB, self.fetch(vec![7; 32]).await),
            8 if self.luck.below(2) == 0 => (NO_DIGEST, self.fetch(vec![7; 5_000]).await),
            8 => (HUNG_UP, self.hang_up().await),
            _ => (SPOILED, self.spoiled().await),
        }
    }

    async fn large(&mut self) -> (Act, String) {
        let unknown = |count: usize| vec![v1::Holding { match_id: vec![9; 32], attempt: 1, ticks: 1 }; count];
        match self.luck.below(3) {
            0 => {
                let request =
                    v1::SynchronizeRequest { holding: unknown(rpc::HOLDING_MAX + 1), ..self.request() };
                (TOO_MANY, self.send(request).await)
            }
            1 => {
                let request = v1::SynchronizeRequest { holding: unknown(rpc::HOLDING_MAX), ..self.request() };
                (MANY, self.send(request).await)
            }
            _ => {
                let record = vec![0; rpc::MESSAGE_BYTES_MAX + 1];
                let finished = vec![v1::Report { record, ..v1::Report::default() }];
                (TOO_LARGE, self.send(v1::SynchronizeRequest { finished, ..self.request() }).await)
            }
        }
    }

    /// A request that says nothing wrong, and asks for nothing.
    fn request(&self) -> v1::SynchronizeRequest {
        v1::SynchronizeRequest {
            protocol: rpc::PROTOCOL_VERSION,
            instance: format!("{:032x}", u128::from(self.number) + (1 << 100)),
            name: format!("babbling-{}", self.number),
            slots: 1,
            state: v1::WorkerState::Preparing.into(),
            ..v1::SynchronizeRequest::default()
        }
    }

    async fn other_protocol(&mut self) -> String {
        let protocol = self.luck.choose(&[0, 1, 999, u32::MAX]);
        self.send(v1::SynchronizeRequest { protocol, ..self.request() }).await
    }

    async fn other_runtime(&mut self) -> String {
        let runtime = Runtime { wasmtime: "1.2.3".to_owned(), ..self.scene.runtime.clone() };
        let state = v1::WorkerState::Ready.into();
        self.send(v1::SynchronizeRequest { runtime: Some((&runtime).into()), state, ..self.request() }).await
    }

    async fn unknown_matches(&mut self) -> String {
        let Some(report) = self.report() else { return "ok".to_owned() };
        let unknown = |_| v1::Report { match_id: self.random_bytes(32), ..report.clone() };
        let finished = (0..100).map(unknown).collect();
        self.send(v1::SynchronizeRequest { finished, ..self.request() }).await
    }

    /// What it says of the match is right: whoever lies in a match that nobody has is believed until
    /// an audit finds it out, and that is another story.
    async fn forged_attempts(&mut self) -> String {
        let Some(report) = self.report() else { return "ok".to_owned() };
        let forged = [1, 2, 3, 1_000, 2_000_000_000].map(|attempt| v1::Report { attempt, ..report.clone() });
        let held = v1::Holding { match_id: report.match_id, attempt: report.attempt + 1, ticks: u32::MAX };
        let request =
            v1::SynchronizeRequest { finished: forged.into(), holding: vec![held], ..self.request() };
        self.send(request).await
    }

    async fn spoiled(&mut self) -> String {
        let mut request = self.request();
        let Some(mut report) = self.report() else { return "InvalidArgument".to_owned() };
        let long = "\u{202e}x".repeat(5_000);
        match self.luck.below(13) {
            0 => request.name = long,
            1 => request.note = long,
            2 => request.instance = long,
            3 => request.instance = "no hexadecimal digits, but 32 ch".to_owned(),
            4 => request.slots = u32::MAX,
            5 => request.state = 77,
            6 => request.layers = vec![v1::Layer::default(); 1_000],
            7 => request.holding = vec![v1::Holding { match_id: vec![1; 31], attempt: 1, ticks: 0 }],
            8 => request.holding = vec![v1::Holding { match_id: vec![1; 32], attempt: 0, ticks: 0 }],
            9 => report.verdict = None,
            10 => report.digest = self.random_bytes(1_000),
            11 => report.attempt = u32::MAX,
            _ => report.faults = vec![v1::Fault { seat: 9, ..v1::Fault::default() }; 5_000],
        }
        request.finished = vec![report];
        self.send(request).await
    }

    async fn hang_up(&mut self) -> String {
        let request = self.request();
        let patience = Duration::from_micros(self.luck.below(5_000));
        tokio::time::timeout(patience, self.send(request)).await.unwrap_or_else(|_| "nothing".to_owned())
    }

    async fn fetch(&mut self, digest: Vec<u8>) -> String {
        let Some(link) = self.link().await else { return "Unavailable".to_owned() };
        match link.fetch(digest).await {
            Ok(_) => "ok".to_owned(),
            Err(status) => self.shown(&status),
        }
    }

    async fn send(&mut self, request: v1::SynchronizeRequest) -> String {
        let Some(link) = self.link().await else { return "Unavailable".to_owned() };
        match link.synchronize(request).await {
            Ok(response) if response.refusal.is_empty() => "ok".to_owned(),
            Ok(_) => "refused".to_owned(),
            Err(status) => self.shown(&status),
        }
    }

    fn shown(&mut self, status: &Status) -> String {
        // A connection on which something went wrong that is not in a message is used no more.
        let code = format!("{:?}", status.code());
        if ["Internal", "Unknown", "Unavailable"].contains(&code.as_str()) {
            self.link = None;
        }
        code
    }

    async fn link(&mut self) -> Option<&mut Link> {
        if self.link.is_none() {
            self.link = self.scene.line.connect(self.number).await.ok();
        }
        self.link.as_mut()
    }

    /// Bytes that are no HTTP/2.
    async fn raw(&mut self, start: &[u8]) -> String {
        let Ok(mut socket) = self.scene.line.connect_raw(self.number).await else {
            return "closed".to_owned();
        };
        let length = 1 + self.luck.below(20_000) as usize;
        let garbage = [start, &self.random_bytes(length)].concat();
        // Who is hung up on has its answer.
        let _ = socket.write_all(&garbage).await;
        let mut answer = [0; 1_024];
        let read = async { while socket.read(&mut answer).await.is_ok_and(|bytes| bytes > 0) {} };
        let closed = tokio::time::timeout(PATIENCE, read).await;
        if closed.is_ok() { "closed" } else { "open" }.to_owned()
    }

    /// A connection on which nothing is said.
    async fn silence(&mut self) -> String {
        let Ok(mut socket) = self.scene.line.connect_raw(self.number).await else {
            return "closed".to_owned();
        };
        let mut answer = [0; 1_024];
        let read = async { while socket.read(&mut answer).await.is_ok_and(|bytes| bytes > 0) {} };
        let closed = tokio::time::timeout(PATIENCE, read).await;
        if closed.is_ok() { "closed" } else { "open" }.to_owned()
    }

    /// The right report of a match that somebody else has.
    fn report(&mut self) -> Option<v1::Report> {
        let job = self.scene.overheard(self.luck.below(u64::MAX) as usize)?;
        let Played { outcome, record } = play(&job.spec, &self.scene.runtime);
        let attempt = Attempt(job.attempt.0);
        Some((&Report { id: job.id, attempt, outcome, record, wall_micros: 1_000 }).into())
    }

    fn random_bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.luck.below(256) as u8).collect()
    }
}
