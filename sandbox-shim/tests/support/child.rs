//! A sealed child as a worker sees it.

use std::os::fd::OwnedFd;

use pipe::{FRAME_BYTES_MAX, FromShim, Load, ToShim};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvFlags, SendFlags};
use terms::{Bundle, FaultKind};

/// Longer than anything here takes. A child that says nothing for that long hangs.
const PATIENCE: Timespec = Timespec { tv_sec: 60, tv_nsec: 0 };

pub struct Child {
    socket: OwnedFd,
    pub pid: u32,
    pub pidfd: OwnedFd,
    frame: Vec<u8>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub fuel: u64,
    pub memory_peak_bytes: u64,
    pub log: String,
    pub log_dropped_bytes: u64,
}

/// What a child said, or that it is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Loaded(Usage),
    Compiled(Usage, Vec<u8>),
    Reply(Usage, String),
    Fault(Usage, FaultKind, String, String),
    Broken(String),
    Gone,
}

impl Child {
    pub fn new(socket: OwnedFd, pid: u32, pidfd: OwnedFd) -> Child {
        Child { socket, pid, pidfd, frame: vec![0; FRAME_BYTES_MAX + 1] }
    }

    /// Loads a lone source file within the default limits.
    pub fn load(&mut self, source: &str) -> Answer {
        self.load_with(super::load(7), &Bundle::of_source(source.as_bytes().to_vec()))
    }

    pub fn load_with(&mut self, load: Load, bundle: &Bundle) -> Answer {
        let bytes = bundle.encode();
        self.send(&ToShim::Load(Load { bundle_bytes: bytes.len() as u32, ..load }, ""));
        bytes.chunks(pipe::CHUNK_BYTES_MAX).for_each(|part| self.send(&ToShim::Chunk(part)));
        self.receive()
    }

    /// Compiles a lone source file within the limits of a load.
    pub fn compile(&mut self, source: &str) -> Answer {
        let bytes = Bundle::of_source(source.as_bytes().to_vec()).encode();
        self.send(&ToShim::Compile(Load { bundle_bytes: bytes.len() as u32, ..super::load(0) }));
        bytes.chunks(pipe::CHUNK_BYTES_MAX).for_each(|part| self.send(&ToShim::Chunk(part)));
        self.receive()
    }

    pub fn turn(&mut self, tick: u32) -> Answer {
        self.turn_with(&super::observation(tick))
    }

    pub fn turn_with(&mut self, observation: &str) -> Answer {
        self.send(&ToShim::Turn(observation));
        self.receive()
    }

    pub fn send(&self, frame: &ToShim<'_>) {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        self.send_bytes(&bytes);
    }

    /// A child that is gone already is noticed when it is asked for its answer.
    pub fn send_bytes(&self, bytes: &[u8]) {
        let _ = rustix::net::send(&self.socket, bytes, SendFlags::NOSIGNAL);
    }

    /// The next message, whatever it is; nothing once the child is gone.
    pub fn receive_bytes(&self) -> Vec<u8> {
        wait(&self.socket, "a message");
        let mut bytes = vec![0; FRAME_BYTES_MAX + 1];
        let received = rustix::net::recv(&self.socket, bytes.as_mut_slice(), RecvFlags::empty());
        bytes.truncate(received.map_or(0, |(_, count)| count));
        bytes
    }

    pub fn receive(&mut self) -> Answer {
        wait(&self.socket, "an answer");
        let Ok((_, count)) = rustix::net::recv(&self.socket, self.frame.as_mut_slice(), RecvFlags::empty())
        else {
            return Answer::Gone;
        };
        match &self.frame[..count] {
            [] => Answer::Gone,
            frame => owned(FromShim::decode(frame).unwrap()),
        }
    }

    /// No more turns will come.
    pub fn hang_up(&self) {
        let _ = rustix::net::shutdown(&self.socket, rustix::net::Shutdown::Both);
    }

    pub fn wait_for_end(&self) {
        wait(&self.pidfd, "its end");
    }
}

/// Waits until there is something to read.
pub fn wait(descriptor: &OwnedFd, what: &str) {
    let mut polled = [PollFd::new(descriptor, PollFlags::IN)];
    assert_eq!(poll(&mut polled, Some(&PATIENCE)), Ok(1), "waited in vain for {what}");
}

fn owned(frame: FromShim<'_>) -> Answer {
    let keep = |usage: pipe::Usage<'_>| Usage {
        fuel: usage.fuel,
        memory_peak_bytes: usage.memory_peak_bytes,
        log: String::from_utf8_lossy(usage.log).into_owned(),
        log_dropped_bytes: usage.log_dropped_bytes,
    };
    match frame {
        FromShim::Loaded(usage) => Answer::Loaded(keep(usage)),
        FromShim::Compiled(usage, code) => Answer::Compiled(keep(usage), code.to_vec()),
        FromShim::Reply(usage, reply) => {
            Answer::Reply(keep(usage), String::from_utf8_lossy(reply).into_owned())
        }
        FromShim::Fault(usage, failure) => {
            Answer::Fault(keep(usage), failure.kind, failure.message.to_owned(), failure.traceback.to_owned())
        }
        FromShim::Broken(why) => Answer::Broken(why.to_owned()),
    }
}
