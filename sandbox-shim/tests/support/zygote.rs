//! A zygote as a worker sees it.

use std::io::{IoSlice, IoSliceMut, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Child as Process, Command, Stdio};

use pipe::{Ended, FromZygote, Layer, ToZygote};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};

use super::{Child, Native, native};

pub struct Zygote {
    control: OwnedFd,
    pub process: Process,
    pub layers: Vec<Layer>,
}

impl Zygote {
    /// A zygote that is ready.
    pub fn start() -> Zygote {
        Zygote::start_with(&[])
    }

    pub fn start_with(extra: &[&str]) -> Zygote {
        Zygote::start_native(native(), extra)
    }

    /// A zygote of another interpreter.
    pub fn start_native(native: &Native, extra: &[&str]) -> Zygote {
        let stack = terms::limits::DEFAULTS.stack_bytes.to_string();
        let path = native.path.to_str().unwrap();
        let mut arguments =
            vec!["--native", path, "--native-digest", &native.digest, "--stack-bytes", &stack];
        arguments.extend(extra);
        let (mut zygote, first) = Zygote::spawn(&arguments);
        match first {
            Some(FromZygote::Ready { layers, .. }) => zygote.layers = layers,
            other => panic!("not ready: {other:?}; it says: {}", zygote.stderr()),
        }
        zygote
    }

    /// A zygote of that program that is ready, or what it said instead.
    pub fn start_program(program: &Path, extra: &[&str]) -> Result<Zygote, Option<FromZygote>> {
        Zygote::start_program_of(program, native(), extra)
    }

    /// The same with another interpreter.
    pub fn start_program_of(
        program: &Path,
        native: &Native,
        extra: &[&str],
    ) -> Result<Zygote, Option<FromZygote>> {
        let mut command = Command::new(program);
        command.args(["zygote", "--native", native.path.to_str().unwrap()]);
        command.args(["--native-digest", &native.digest]);
        command.args(["--stack-bytes", &terms::limits::DEFAULTS.stack_bytes.to_string()]);
        command.args(extra).env_clear();
        match Zygote::spawn_command(command) {
            (mut zygote, Some(FromZygote::Ready { layers, .. })) => {
                zygote.layers = layers;
                Ok(zygote)
            }
            (_, other) => Err(other),
        }
    }

    /// Any zygote, and the first thing that it says.
    pub fn spawn(arguments: &[&str]) -> (Zygote, Option<FromZygote>) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sandbox-shim"));
        command.arg("zygote").args(arguments).env_clear();
        Zygote::spawn_command(command)
    }

    /// A zygote that is started by that command, and the first thing that it says.
    pub fn spawn_command(mut command: Command) -> (Zygote, Option<FromZygote>) {
        let (control, theirs) = pair();
        let process =
            command.stdin(Stdio::from(theirs)).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        // It holds the other end, which must be open in the zygote alone.
        drop(command);
        let mut zygote = Zygote { control, process, layers: Vec::new() };
        let first = zygote.receive().map(|(frame, _)| frame);
        (zygote, first)
    }

    pub fn fork(&mut self) -> Child {
        self.fork_on(None)
    }

    pub fn fork_on(&mut self, core: Option<u16>) -> Child {
        self.try_fork_on(core).unwrap_or_else(|said| panic!("not forked: {said:?}"))
    }

    /// A child, or what the zygote said instead: nothing if it is gone.
    pub fn try_fork_on(&mut self, core: Option<u16>) -> Result<Child, Option<FromZygote>> {
        let (ours, theirs) = pair();
        match self.try_ask(ToZygote::Fork { core }, Some(&theirs)) {
            Some((FromZygote::Forked { pid }, Some(pidfd))) => Ok(Child::new(ours, pid, pidfd)),
            other => Err(other.map(|(said, _)| said)),
        }
    }

    /// How a child ended that has ended, or is about to.
    pub fn reap(&mut self, child: &Child) -> Ended {
        self.try_reap(child).expect("the zygote hung up")
    }

    /// The same, or nothing if the zygote is gone.
    pub fn try_reap(&mut self, child: &Child) -> Option<Ended> {
        child.wait_for_end();
        match self.try_ask(ToZygote::Reap { pid: child.pid }, None)? {
            (FromZygote::Reaped(ended), None) => Some(ended),
            other => panic!("not reaped: {other:?}"),
        }
    }

    /// What is reported of a layer.
    pub fn layer(&self, name: &str) -> &Layer {
        self.layers.iter().find(|layer| layer.name == name).unwrap_or_else(|| panic!("no layer {name}"))
    }

    /// Whether the system gave every namespace. One that it did not give says why.
    pub fn has_namespaces(&self) -> bool {
        let mut kinds = self.layers.iter().filter(|layer| layer.name.ends_with("_namespace"));
        assert!(kinds.clone().all(|layer| !layer.detail.is_empty()), "{:?}", self.layers);
        kinds.all(|layer| layer.enabled)
    }

    pub fn ask(&mut self, request: ToZygote, descriptor: Option<&OwnedFd>) -> (FromZygote, Option<OwnedFd>) {
        self.try_ask(request, descriptor).expect("the zygote hung up")
    }

    /// The answer, or nothing if the zygote is gone.
    pub fn try_ask(
        &mut self,
        request: ToZygote,
        descriptor: Option<&OwnedFd>,
    ) -> Option<(FromZygote, Option<OwnedFd>)> {
        self.send(request, descriptor);
        self.receive()
    }

    pub fn send(&self, request: ToZygote, descriptor: Option<&OwnedFd>) {
        let mut frame = Vec::new();
        request.encode(&mut frame);
        self.send_bytes(&frame, descriptor);
    }

    pub fn send_bytes(&self, frame: &[u8], descriptor: Option<&OwnedFd>) {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let descriptors: Vec<_> = descriptor.iter().map(|descriptor| descriptor.as_fd()).collect();
        ancillary.push(SendAncillaryMessage::ScmRights(&descriptors));
        // A zygote that is gone is noticed when it is asked for its answer.
        let _ = sendmsg(&self.control, &[IoSlice::new(frame)], &mut ancillary, SendFlags::NOSIGNAL);
    }

    fn receive(&mut self) -> Option<(FromZygote, Option<OwnedFd>)> {
        let mut frame = vec![0; pipe::FRAME_BYTES_MAX];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut frame)];
        let received = recvmsg(&self.control, &mut parts, &mut ancillary, RecvFlags::CMSG_CLOEXEC);
        // A zygote that was killed with something unread resets the connection.
        let count = received.map_or(0, |message| message.bytes);
        let descriptor = ancillary.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        (count > 0).then(|| (FromZygote::decode(&frame[..count]).unwrap(), descriptor))
    }

    /// Hangs up, and returns the zygote's exit code.
    pub fn hang_up(self) -> Option<i32> {
        let Zygote { control, mut process, .. } = self;
        drop(control);
        process.wait().unwrap().code()
    }

    pub fn stderr(&mut self) -> String {
        let mut text = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

pub fn pair() -> (OwnedFd, OwnedFd) {
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap()
}
