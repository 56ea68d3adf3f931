//! One end of a SEQPACKET socket: whole frames, bounded in size and in time.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recv, recvmsg, send, sendmsg, socketpair,
    sockopt,
};
use terms::HostFault;

/// Something that is not a bot's doing, and for which a match is void.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}: {message}")]
pub struct HostTrouble {
    /// What kind.
    pub fault: HostFault,
    /// What happened, for operators.
    pub message: String,
}

impl HostTrouble {
    /// Names a trouble.
    pub fn new(fault: HostFault, message: impl Into<String>) -> HostTrouble {
        HostTrouble { fault, message: message.into() }
    }
}

/// A socket that carries frames.
pub(crate) struct Channel {
    socket: OwnedFd,
}

impl Channel {
    /// A connected pair: ours, and the one to hand over.
    pub(crate) fn pair() -> io::Result<(Channel, OwnedFd)> {
        let (ours, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Channel { socket: ours }, theirs))
    }

    /// Bounds every later send and receive.
    pub(crate) fn set_timeout(&self, timeout: Duration) -> io::Result<()> {
        sockopt::set_socket_timeout(&self.socket, sockopt::Timeout::Recv, Some(timeout))?;
        sockopt::set_socket_timeout(&self.socket, sockopt::Timeout::Send, Some(timeout))?;
        Ok(())
    }

    /// Sends one frame.
    pub(crate) fn send(&self, frame: &[u8]) -> Result<(), HostTrouble> {
        retry(|| send(&self.socket, frame, SendFlags::NOSIGNAL)).map(drop).map_err(trouble)
    }

    /// Sends one frame and a descriptor along with it.
    pub(crate) fn send_with(&self, frame: &[u8], descriptor: BorrowedFd<'_>) -> Result<(), HostTrouble> {
        let descriptors = [descriptor];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
        let parts = [io::IoSlice::new(frame)];
        retry(|| sendmsg(&self.socket, &parts, &mut ancillary, SendFlags::NOSIGNAL))
            .map(drop)
            .map_err(trouble)
    }

    /// Receives one frame into `buffer` and returns its length. An end of file is a dead peer.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> Result<usize, HostTrouble> {
        let capacity = buffer.len();
        let (_, length) = retry(|| recv(&self.socket, &mut *buffer, RecvFlags::TRUNC)).map_err(trouble)?;
        whole(length, capacity)
    }

    /// Receives one frame and, if there is one, the descriptor that came along.
    pub(crate) fn receive_with(&self, buffer: &mut [u8]) -> Result<(usize, Option<OwnedFd>), HostTrouble> {
        let capacity = buffer.len();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::TRUNC | RecvFlags::CMSG_CLOEXEC;
        let mut parts = [io::IoSliceMut::new(buffer)];
        let received = retry(|| recvmsg(&self.socket, &mut parts, &mut ancillary, flags)).map_err(trouble)?;
        let descriptor = ancillary.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        Ok((whole(received.bytes, capacity)?, descriptor))
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            other => return other,
        }
    }
}

fn trouble(errno: Errno) -> HostTrouble {
    match errno {
        Errno::AGAIN => HostTrouble::new(HostFault::Stalled, "no answer within the wall-clock limit"),
        Errno::PIPE | Errno::CONNRESET => HostTrouble::new(HostFault::ShimDied, "the process is gone"),
        other => HostTrouble::new(HostFault::Protocol, format!("socket: {other}")),
    }
}

fn whole(length: usize, capacity: usize) -> Result<usize, HostTrouble> {
    match length {
        0 => Err(HostTrouble::new(HostFault::ShimDied, "the process is gone")),
        _ if length > capacity => {
            Err(HostTrouble::new(HostFault::Protocol, format!("a frame of {length} bytes")))
        }
        _ => Ok(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (Channel, Channel) {
        let (ours, theirs) = Channel::pair().unwrap();
        (ours, Channel { socket: theirs })
    }

    #[test]
    fn a_silent_peer_is_stalled_and_a_closed_one_is_dead() {
        let (ours, theirs) = pair();
        ours.set_timeout(Duration::from_millis(10)).unwrap();
        let mut buffer = [0; 16];
        assert_eq!(ours.receive(&mut buffer).unwrap_err().fault, HostFault::Stalled);
        drop(theirs);
        assert_eq!(ours.receive(&mut buffer).unwrap_err().fault, HostFault::ShimDied);
        assert_eq!(ours.send(b"hello").unwrap_err().fault, HostFault::ShimDied);
    }

    #[test]
    fn a_peer_that_does_not_read_stalls_the_sender_instead_of_blocking_it() {
        let (ours, _theirs) = pair();
        ours.set_timeout(Duration::from_millis(10)).unwrap();
        let frame = vec![0; pipe::FRAME_BYTES_MAX];
        let refused = (0..100).find_map(|_| ours.send(&frame).err()).expect("the buffer is finite");
        assert_eq!(refused.fault, HostFault::Stalled);
    }

    #[test]
    fn a_frame_larger_than_the_buffer_is_refused_and_not_cut() {
        let (ours, theirs) = pair();
        theirs.send(&[7; 17]).unwrap();
        let refused = ours.receive(&mut [0; 16]).unwrap_err();
        assert_eq!(refused, HostTrouble::new(HostFault::Protocol, "a frame of 17 bytes"));
    }

    #[test]
    fn the_largest_frame_is_one_message() {
        let (ours, theirs) = pair();
        theirs.send(&vec![7; pipe::FRAME_BYTES_MAX]).unwrap();
        let mut buffer = vec![0; pipe::FRAME_BYTES_MAX];
        assert_eq!(ours.receive(&mut buffer), Ok(pipe::FRAME_BYTES_MAX));
    }

    #[test]
    fn a_descriptor_travels_with_a_frame() {
        let (ours, theirs) = pair();
        let (mut reader, writer) = io::pipe().unwrap();
        theirs.send_with(b"take", writer.as_fd()).unwrap();
        drop(writer);
        let mut buffer = [0; 16];
        let (length, descriptor) = ours.receive_with(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"take");
        rustix::io::write(descriptor.unwrap(), b"x").unwrap();
        let mut byte = [0; 1];
        io::Read::read_exact(&mut reader, &mut byte).unwrap();
        assert_eq!(&byte, b"x");
    }
}
