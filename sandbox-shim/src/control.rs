//! The zygote's conversation with its worker, over descriptor 0.

use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};

use pipe::{FromZygote, ToZygote};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};

use crate::harden::descriptors;

/// Larger than any request.
const REQUEST_BYTES_MAX: usize = 64;
/// Descriptors that can come with a request. One is used; a second one is closed.
const DESCRIPTORS_MAX: usize = 2;

/// The conversation is over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ControlError {
    /// The socket failed.
    #[error("the control socket failed: {0}")]
    Socket(#[from] Errno),
    /// The worker does not speak our protocol.
    #[error("the worker sent a request that is none")]
    Malformed,
    /// No child can be made any more.
    #[error("the first process of the children's namespace has died")]
    NamespaceDied,
}

/// The zygote's end of the conversation.
#[derive(Default)]
pub(crate) struct Control(Vec<u8>);

impl Control {
    /// Waits for the next request and the descriptor that came with it, or nothing once the worker
    /// has hung up.
    ///
    /// # Errors
    /// See [`ControlError`].
    pub(crate) fn next(&mut self) -> Result<Option<(ToZygote, Option<OwnedFd>)>, ControlError> {
        let mut request = [0; REQUEST_BYTES_MAX];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS_MAX))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let received = recvmsg(
            descriptors::socket(),
            &mut [IoSliceMut::new(&mut request)],
            &mut ancillary,
            RecvFlags::CMSG_CLOEXEC,
        );
        let count = match received {
            Ok(message) => message.bytes,
            Err(Errno::CONNRESET) => 0,
            Err(error) => return Err(error.into()),
        };
        let descriptor = first_descriptor(&mut ancillary);
        match request.get(..count) {
            Some([]) => Ok(None),
            Some(frame) => {
                let request = ToZygote::decode(frame).map_err(|_| ControlError::Malformed)?;
                Ok(Some((request, descriptor)))
            }
            None => Err(ControlError::Malformed),
        }
    }

    /// Sends an answer, and a descriptor along with it.
    ///
    /// # Errors
    /// The socket failed. A worker that has hung up is noticed by [`Control::next`].
    pub(crate) fn send(
        &mut self,
        answer: &FromZygote,
        descriptor: Option<&OwnedFd>,
    ) -> Result<(), ControlError> {
        answer.encode(&mut self.0);
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let descriptors: Vec<_> = descriptor.iter().map(|descriptor| descriptor.as_fd()).collect();
        if !descriptors.is_empty() {
            // There is room for exactly the one that there is.
            ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
        }
        let message = [IoSlice::new(&self.0)];
        match sendmsg(descriptors::socket(), &message, &mut ancillary, SendFlags::NOSIGNAL) {
            Ok(_) | Err(Errno::PIPE | Errno::CONNRESET) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The first descriptor that came; others are closed.
fn first_descriptor(ancillary: &mut RecvAncillaryBuffer<'_>) -> Option<OwnedFd> {
    let mut all = ancillary.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
        _ => None,
    });
    all.next().and_then(|mut descriptors| descriptors.next())
}
