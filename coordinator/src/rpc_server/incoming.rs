//! Connections as they come in: each with a ticket, and closed when the ticket says so.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

use super::door::{Door, Ticket};

/// Connections that were accepted and wait to be looked at.
const ACCEPTED_MAX: usize = 16;
/// How long nobody is let in when the system has no more files or memory for connections.
const PAUSE_WHEN_EXHAUSTED: Duration = Duration::from_millis(50);

/// Accepts connections until `stop`.
pub(super) fn incoming(
    listener: TcpListener,
    door: Arc<Door>,
    stop: CancellationToken,
) -> ReceiverStream<io::Result<Visit>> {
    let (visits, accepted) = mpsc::channel(ACCEPTED_MAX);
    tokio::spawn(async move {
        let mut was_exhausted = false;
        loop {
            let came = tokio::select! {
                () = stop.cancelled() => return,
                came = listener.accept() => came,
            };
            let (stream, peer) = match came {
                Ok(came) => came,
                // Who gave up while waiting is nobody's trouble.
                Err(error) if is_passing(&error) => continue,
                Err(error) => {
                    if !was_exhausted {
                        tracing::warn!(%error, "connections cannot be accepted for now");
                    }
                    was_exhausted = true;
                    tokio::time::sleep(PAUSE_WHEN_EXHAUSTED).await;
                    continue;
                }
            };
            // Slower without, but no reason to refuse anybody.
            let _ = stream.set_nodelay(true);
            let ticket = door.enter(peer.ip());
            let closed = Box::pin(ticket.close.clone().cancelled_owned());
            if visits
                .send(Ok(Visit { stream, address: peer.ip(), door: door.clone(), ticket, closed }))
                .await
                .is_err()
            {
                return;
            }
        }
    });
    ReceiverStream::new(accepted)
}

fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    matches!(error.kind(), K::ConnectionAborted | K::ConnectionReset | K::Interrupted | K::WouldBlock)
}

/// A connection.
pub(super) struct Visit {
    stream: TcpStream,
    address: IpAddr,
    door: Arc<Door>,
    ticket: Arc<Ticket>,
    closed: Pin<Box<WaitForCancellationFutureOwned>>,
}

/// What calls know of their connection.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    /// Where it comes from.
    pub(super) address: IpAddr,
    /// The door it came through.
    pub(super) door: Arc<Door>,
    /// What it has as long as it lasts.
    pub(super) ticket: Arc<Ticket>,
}

impl Connected for Visit {
    type ConnectInfo = Visitor;

    fn connect_info(&self) -> Visitor {
        Visitor { address: self.address, door: self.door.clone(), ticket: self.ticket.clone() }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.door.leave(&self.ticket);
    }
}

impl Visit {
    /// Wakes whoever reads when the connection has to be closed.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.closed.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Visit {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Visit {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
