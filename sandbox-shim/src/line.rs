//! Frames over descriptor 0: one message, one system call.

use std::io;

use pipe::{FRAME_BYTES_MAX, FromShim, ToShim};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};

use crate::harden::descriptors;

/// What the worker sent is no frame.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
    /// The socket failed.
    #[error("the socket to the worker failed: {0}")]
    Socket(#[from] Errno),
    /// The worker does not speak our protocol.
    #[error("the worker sent something that is no frame")]
    Malformed,
}

/// Receives frames into one buffer that is used again and again.
pub(crate) struct Inbox(Vec<u8>);

impl Inbox {
    /// An inbox for any frame. One byte more than a frame can have, so that a longer one shows.
    pub(crate) fn new() -> Inbox {
        Inbox(vec![0; FRAME_BYTES_MAX + 1])
    }

    /// Waits for the next frame, or nothing once the worker has hung up.
    ///
    /// # Errors
    /// See [`LineError`].
    pub(crate) fn next(&mut self) -> Result<Option<ToShim<'_>>, LineError> {
        let count = match rustix::net::recv(descriptors::socket(), self.0.as_mut_slice(), RecvFlags::empty())
        {
            Ok((_, count)) => count,
            Err(Errno::CONNRESET) => 0,
            Err(error) => return Err(error.into()),
        };
        match self.0.get(..count) {
            Some([]) => Ok(None),
            Some(frame) if count <= FRAME_BYTES_MAX => {
                ToShim::decode(frame).map(Some).map_err(|_| LineError::Malformed)
            }
            _ => Err(LineError::Malformed),
        }
    }
}

/// Sends frames from one buffer that is used again and again.
#[derive(Default)]
pub(crate) struct Outbox(Vec<u8>);

impl Outbox {
    /// An outbox whose buffer holds any frame without growing.
    pub(crate) fn new() -> Outbox {
        Outbox(Vec::with_capacity(FRAME_BYTES_MAX))
    }

    /// Sends a frame. A worker that has hung up is noticed by the inbox.
    ///
    /// # Errors
    /// The socket failed.
    pub(crate) fn send(&mut self, frame: &FromShim<'_>) -> Result<(), LineError> {
        frame.encode(&mut self.0);
        match rustix::net::send(descriptors::socket(), &self.0, SendFlags::NOSIGNAL) {
            Ok(_) | Err(Errno::PIPE | Errno::CONNRESET) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether descriptor 0 is a socket that keeps the boundaries of messages.
///
/// # Errors
/// It is something else.
pub(crate) fn check() -> io::Result<()> {
    let kind = rustix::net::sockopt::socket_type(descriptors::socket())?;
    if kind == rustix::net::SocketType::SEQPACKET {
        return Ok(());
    }
    Err(io::Error::other("it is a socket of another type than SEQPACKET"))
}
