//! One bot's process, from its birth to its end. The security argument is the order of [`live`]:
//! boot, seal, serve. Only a sealed shim can serve, so no byte of a bot is read before.

use std::cell::OnceCell;
use std::os::fd::OwnedFd;

use pipe::FromShim;
use rustix::process::Pid;

use crate::guest::Guest;
use crate::harden::{SealError, descriptors, landlock, pid_namespace, process, seccomp, syscalls};
use crate::layers;
use crate::line::Outbox;
use crate::serve::Service;
use crate::template::Start;

/// What a seal is made of, prepared once before the first fork.
pub(crate) struct Seal {
    /// What the kernel's Landlock can deny, if it has one.
    landlock: Option<landlock::Abi>,
    /// The system calls that are left to a child.
    pub(crate) child_filter: seccomp::Filter,
    /// The system calls that are left to the zygote.
    pub(crate) zygote_filter: seccomp::Filter,
    /// The system calls that are left to a process that only has to be there.
    idle_filter: seccomp::Filter,
    /// The first process of the children's process id namespace, once there is one.
    first: OnceCell<Pid>,
}

impl Seal {
    /// For children that come by their interpreter in that way.
    ///
    /// # Errors
    /// There is no filter for this architecture.
    pub(crate) fn prepare(start: Start) -> Result<Seal, SealError> {
        use syscalls::{FRESH, RESERVING, SEALED, ZYGOTE};
        let (zygote, child): (&[&[_]], &[&[_]]) = match start {
            Start::Forked => (&[ZYGOTE, SEALED], &[SEALED]),
            Start::Fresh => (&[ZYGOTE, SEALED, RESERVING, FRESH], &[SEALED]),
            Start::Sealed => (&[ZYGOTE, SEALED, RESERVING], &[SEALED, RESERVING]),
        };
        Ok(Seal {
            landlock: landlock::Abi::of_this_kernel(),
            child_filter: seccomp::Filter::allowing(child)?,
            zygote_filter: seccomp::Filter::allowing(zygote)?,
            idle_filter: seccomp::Filter::allowing(&[syscalls::IDLE])?,
            first: OnceCell::new(),
        })
    }

    /// Lets every later child be born in a process id namespace.
    ///
    /// # Errors
    /// The system does not give one.
    pub(crate) fn enter_pid_namespace(&self) -> Result<(), SealError> {
        let first = pid_namespace::enter(&self.idle_filter)?;
        // Nobody enters twice, and a second one would replace the first.
        let _ = self.first.set(first);
        Ok(())
    }

    /// The first process of the children's process id namespace, if they have one.
    pub(crate) fn first(&self) -> Option<Pid> {
        self.first.get().copied()
    }

    /// Puts Landlock on.
    ///
    /// # Errors
    /// The kernel has none.
    pub(crate) fn deny_everything(&self) -> Result<(), SealError> {
        self.landlock.ok_or_else(landlock::missing)?.deny_everything()
    }

    /// What Landlock denies, for reports.
    pub(crate) fn describe_landlock(&self) -> String {
        self.landlock.map_or_else(String::new, landlock::Abi::describe)
    }
}

/// A shim that has an interpreter and a socket, and can still do what its zygote could.
struct Booted<'a>(Service<'a>);
/// A shim that can read and write its socket, and end.
struct Sealed<'a>(Service<'a>);

/// What a child is born with.
pub(crate) struct Birth {
    /// Its socket.
    pub(crate) socket: OwnedFd,
    /// The core that it is to stay on.
    pub(crate) core: Option<u16>,
    /// Its zygote as it sees it, whose end is its end: nothing, from within a namespace.
    pub(crate) zygote: Option<Pid>,
}

/// What a child does with its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Host a bot.
    Serve,
    /// Prove that it can be sealed and that the interpreter runs sealed.
    Probe,
}

/// The whole life of a child.
pub(crate) fn live(guest: &mut Guest, birth: &Birth, seal: &Seal, purpose: Purpose) -> ! {
    let booted = boot(guest, birth);
    let mut sealed = booted.seal(seal);
    match purpose {
        Purpose::Serve => sealed.serve(),
        Purpose::Probe => sealed.prove(),
    }
}

/// The whole life of a child that has no interpreter.
pub(crate) fn stillborn(birth: &Birth, why: &dyn std::fmt::Display) -> ! {
    if descriptors::take(&birth.socket).is_ok() {
        // If not even this can be said, the worker learns it from our end.
        let _ = Outbox::new().send(&FromShim::Broken(&why.to_string()));
    }
    process::exit_now(crate::exit::FAILED)
}

/// Takes possession of the socket, before anything else can fail.
fn boot<'a>(guest: &'a mut Guest, birth: &Birth) -> Booted<'a> {
    if process::die_with(birth.zygote).and_then(|()| descriptors::take(&birth.socket)).is_err() {
        // Descriptor 0 is still the zygote's conversation, in which we have no say.
        process::exit_now(crate::exit::FAILED);
    }
    crate::panics::report_to_worker();
    let mut service = Service::new(guest);
    if let Err(error) = birth.core.map_or(Ok(()), process::pin_to) {
        end_broken(&mut service, &error);
    }
    Booted(service)
}

impl<'a> Booted<'a> {
    /// Gives up everything but the socket, or ends.
    fn seal(mut self, seal: &Seal) -> Sealed<'a> {
        match layers::CHILD.iter().try_for_each(|layer| (layer.put_on)(seal)) {
            Ok(()) => Sealed(self.0),
            Err(error) => end_broken(&mut self.0, &error),
        }
    }
}

impl Sealed<'_> {
    /// Hosts one bot until the end.
    fn serve(&mut self) -> ! {
        match self.0.run() {
            Ok(()) => process::exit_now(crate::exit::OK),
            Err(error) => end_broken(&mut self.0, &error),
        }
    }

    /// Lets the interpreter run once.
    fn prove(&mut self) -> ! {
        match self.0.prove() {
            Ok(()) => process::exit_now(crate::exit::OK),
            Err(error) => end_broken(&mut self.0, &error),
        }
    }
}

fn end_broken(service: &mut Service<'_>, why: &dyn std::fmt::Display) -> ! {
    service.broken(why);
    process::exit_now(crate::exit::FAILED)
}
