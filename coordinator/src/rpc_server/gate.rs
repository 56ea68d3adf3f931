//! What stands before every service: who does not show the join token is refused from the headers, and
//! what is too much, too long or too slow is refused before anything decodes it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use http::{Request, Response};
use http_body_util::Full;
use subtle::ConstantTimeEq;
use terms::Digest;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower_service::Service;

use super::budget::{Budget, Held};
use super::busy;
use super::incoming::Visitor;
use super::receive::{PATIENCE, receive};
use crate::metrics::Metrics;

/// The longest request of anything but `Synchronize`, in bytes.
const SHORT_BYTES_MAX: usize = 16 << 10;
const SYNCHRONIZE: &str = "/arena.v1.Cluster/Synchronize";
const HEALTH: &str = "/grpc.health.v1.Health/";
/// Its requests are streams, and it is for people who have the token.
const REFLECTION: &str = "/grpc.reflection.";

const NO_TOKEN: &str = "this coordinator asks for a join token, and none came: give the worker the one that the \
                        coordinator has, by --join-token-file FILE or ARENA_JOIN_TOKEN";
const WRONG_TOKEN: &str = "the join token is not the one that this coordinator has: compare both sides' \
                           --join-token-file or ARENA_JOIN_TOKEN";

/// The room that a call takes, for whoever holds it longest.
#[derive(Clone, Debug)]
pub(super) struct Room(Arc<Mutex<Option<Held>>>);

impl Room {
    fn new(held: Held) -> Room {
        Room(Arc::new(Mutex::new(Some(held))))
    }

    /// Takes it over.
    pub(super) fn take(&self) -> Option<Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// All services, behind the checks.
#[derive(Clone)]
pub(super) struct Gate {
    services: Routes,
    /// What the join token's digest must be, if one is asked for.
    token: Option<Digest>,
    budget: Arc<Budget>,
    metrics: Metrics,
}

impl Gate {
    pub(super) fn new(
        services: Routes,
        token: Option<Digest>,
        budget: Arc<Budget>,
        metrics: Metrics,
    ) -> Gate {
        Gate { services, token, budget, metrics }
    }

    /// Checks what can be told from the headers.
    fn admit(&self, request: &Request<Body>) -> Result<Visitor, Status> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let visitor = visitor.ok_or_else(|| Status::internal("a call without a connection"))?;
        if request.uri().path().starts_with(HEALTH) {
            return Ok(visitor);
        }
        self.check_token(request)?;
        visitor.door.welcome(&visitor.ticket);
        Ok(visitor)
    }

    fn check_token(&self, request: &Request<Body>) -> Result<(), Status> {
        let Some(wanted) = &self.token else { return Ok(()) };
        let header = request.headers().get(http::header::AUTHORIZATION);
        let header = header.ok_or_else(|| Status::unauthenticated(NO_TOKEN))?;
        let wrong = || Status::unauthenticated(WRONG_TOKEN);
        let shown = rpc::JoinToken::digest_of_header(header.as_bytes()).ok_or_else(wrong)?;
        if bool::from(shown.0.ct_eq(&wanted.0)) { Ok(()) } else { Err(wrong()) }
    }

    async fn pass(mut self, request: Request<Body>) -> Result<Response<Body>, Status> {
        let visitor = self.admit(&request)?;
        let path = request.uri().path();
        if path.starts_with(REFLECTION) {
            return Ok(answer(&mut self.services, request).await);
        }
        let is_synchronize = path == SYNCHRONIZE;
        let bytes_max = if is_synchronize { rpc::MESSAGE_BYTES_MAX } else { SHORT_BYTES_MAX };
        let (mut parts, body) = request.into_parts();
        let mut received = receive(body, (bytes_max, PATIENCE), visitor.ticket.origin, &self.budget).await?;
        if is_synchronize {
            let weight = rpc::weigh(received.message());
            let weight = weight.map_err(|bad| Status::invalid_argument(format!("bad request: {bad}")))?;
            if !received.held.grow_to(weight) {
                return Err(busy());
            }
        }
        let room = Room::new(received.held);
        parts.extensions.insert(room.clone());
        let request = Request::from_parts(parts, Body::new(Full::new(received.framed)));
        // Held at least until there is an answer; longer by whoever took it over.
        let answer = answer(&mut self.services, request).await;
        drop(room);
        Ok(answer)
    }
}

async fn answer(services: &mut Routes, request: Request<Body>) -> Response<Body> {
    match services.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

impl Service<Request<Body>> for Gate {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let gate = self.clone();
        let counted = Counted::of(&request, &gate.metrics);
        Box::pin(async move {
            // All of it: it is dropped with this call, whenever that is.
            let mut counted = counted;
            let passed = gate.pass(request).await;
            counted.code = passed.as_ref().map_or_else(Status::code, code);
            Ok(passed.unwrap_or_else(Status::into_http))
        })
    }
}

/// Counts a worker's call when it is answered, or when nobody waits for the answer any more.
struct Counted {
    metrics: Option<Metrics>,
    code: Code,
}

impl Counted {
    fn of(request: &Request<Body>, metrics: &Metrics) -> Counted {
        let is_counted = request.uri().path() == SYNCHRONIZE;
        Counted { metrics: is_counted.then(|| metrics.clone()), code: Code::Cancelled }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if let Some(metrics) = &self.metrics {
            metrics.called(self.code);
        }
    }
}

/// How an answer begins: one that goes well says so only at its end.
fn code(response: &Response<Body>) -> Code {
    Status::from_header_map(response.headers()).map_or(Code::Ok, |status| status.code())
}
