//! From two bundles to two players: who sits where before a match begins.
//!
//! A bot in Python is forked from the zygote of the interpreter, a component from a zygote of its
//! own. A component that no compiler takes sits down as well, to say so when it is asked to load:
//! then its match is one like any other, and comes out the same on every machine.

use std::time::{Duration, Instant};

use pipe::{Failure, Load, Usage};
use terms::bundle::component_of;
use terms::{BySeat, FaultKind, HostFault, Seat};

use crate::referee::{Answer, Player};
use crate::sandbox::{Components, HostTrouble, Hosted, Sealed, Wanted, Zygotes};

/// Where players come from.
pub(crate) struct Seats<'a> {
    /// Of bots in Python.
    pub(crate) zygotes: &'a Zygotes,
    /// Of components.
    pub(crate) components: &'a Components,
    /// Stack of the WebAssembly code, in bytes.
    pub(crate) stack_bytes: u32,
    /// The core that they are to stay on.
    pub(crate) core: Option<u16>,
}

/// Whoever plays a seat.
pub(crate) enum Seated {
    /// A bot in its process.
    Sealed(Sealed),
    /// A component that is none; why, as the message of its fault.
    Rejected(String),
}

impl Seats<'_> {
    /// The players of those bundles. Components may have to be compiled: `still_waiting` is called
    /// every second meanwhile.
    ///
    /// # Errors
    /// Not a bot's doing.
    pub(crate) fn take(
        &self,
        bundles: BySeat<&[u8]>,
        mut still_waiting: impl FnMut(),
    ) -> Result<BySeat<Seated>, HostTrouble> {
        let (zero, one) = (component(bundles[Seat::Zero])?, component(bundles[Seat::One])?);
        if zero.is_none() && one.is_none() {
            let BySeat([zero, one]) = self.zygotes.fork_both(self.core)?;
            return Ok(BySeat([Seated::Sealed(zero), Seated::Sealed(one)]));
        }
        // First whatever takes long, so that nobody sits and waits for the other.
        let mut host = |component| self.host(component, &mut still_waiting);
        let (zero, one) = (host(zero)?, host(one)?);
        Ok(BySeat([self.seat(zero, &mut still_waiting)?, self.seat(one, &mut still_waiting)?]))
    }

    fn host<'b>(
        &self,
        component: Option<&'b [u8]>,
        still_waiting: impl FnMut(),
    ) -> Result<Option<(&'b [u8], Hosted)>, HostTrouble> {
        component.map(|component| Ok((component, self.hosted(component, still_waiting)?))).transpose()
    }

    fn seat(
        &self,
        component: Option<(&[u8], Hosted)>,
        still_waiting: impl FnMut(),
    ) -> Result<Seated, HostTrouble> {
        match component {
            None => self.zygotes.fork(self.core).map(Seated::Sealed),
            Some((_, Hosted::Rejected(why))) => Ok(Seated::Rejected(rejection(&why))),
            Some((component, Hosted::Zygote(zygote))) => match zygote.fork(self.core) {
                // A zygote that turns out to be dead costs a second try, with the next.
                Err(_) if zygote.is_dead() => self.seat_again(component, still_waiting),
                forked => forked.map(Seated::Sealed),
            },
        }
    }

    fn seat_again(&self, component: &[u8], still_waiting: impl FnMut()) -> Result<Seated, HostTrouble> {
        match self.hosted(component, still_waiting)? {
            Hosted::Rejected(why) => Ok(Seated::Rejected(rejection(&why))),
            Hosted::Zygote(zygote) => zygote.fork(self.core).map(Seated::Sealed),
        }
    }

    fn hosted(&self, component: &[u8], still_waiting: impl FnMut()) -> Result<Hosted, HostTrouble> {
        let wanted = Wanted { component, stack_bytes: self.stack_bytes };
        self.components.hosted(wanted, still_waiting)
    }
}

/// The message of a fault.
fn rejection(why: &str) -> String {
    format!("bot.wasm is not accepted: {why}")
}

fn component(bundle: &[u8]) -> Result<Option<&[u8]>, HostTrouble> {
    component_of(bundle).map_err(|bad| HostTrouble::new(HostFault::Protocol, bad.to_string()))
}

impl Seated {
    /// When its process was asked for, and when it was there.
    pub(crate) fn started(&self) -> Option<(Instant, Instant)> {
        match self {
            Seated::Sealed(sealed) => Some(sealed.started()),
            Seated::Rejected(_) => None,
        }
    }

    /// Kills its process, without waiting.
    pub(crate) fn kill(&self) {
        if let Seated::Sealed(sealed) = self {
            sealed.kill();
        }
    }
}

impl Player for Seated {
    fn set_wall_clock(&mut self, limit: Duration) -> Result<(), HostTrouble> {
        match self {
            Seated::Sealed(sealed) => Player::set_wall_clock(sealed, limit),
            Seated::Rejected(_) => Ok(()),
        }
    }

    fn ask_load(&mut self, load: &Load, policy: &str, bundle: &[u8]) -> Result<(), HostTrouble> {
        match self {
            Seated::Sealed(sealed) => sealed.ask_load(load, policy, bundle),
            Seated::Rejected(_) => Ok(()),
        }
    }

    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        match self {
            Seated::Sealed(sealed) => sealed.ask_turn(observation),
            Seated::Rejected(_) => Ok(()),
        }
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        match self {
            Seated::Sealed(sealed) => sealed.answer(),
            Seated::Rejected(why) => {
                let usage = Usage { fuel: 0, memory_peak_bytes: 0, log: b"", log_dropped_bytes: 0 };
                let failure = Failure { kind: FaultKind::LoadError, message: why, traceback: "" };
                Ok(Answer::Fault(usage, failure))
            }
        }
    }
}
