//! From two bundles to two players: who sits where before a match begins.
//!
//! A bot in Python is forked from the zygote of the interpreter, a component from a zygote of its
//! own. A component that no compiler takes sits down as well, to say so when it is asked to load:
//! then its match is one like any other, and comes out the same on every machine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pipe::{Failure, Load, Usage};
use terms::bundle::component_of;
use terms::{BySeat, FaultKind, HostFault, MatchSpec, Policy, Seat};

use crate::referee::{Answer, Player, load_within};
use crate::sandbox::{Bytecode, Components, HostTrouble, Hosted, Sealed, Wanted, Zygotes};

/// Where players come from.
pub(crate) struct Seats<'a> {
    /// Of bots in Python.
    pub(crate) zygotes: &'a Zygotes,
    /// Of components.
    pub(crate) components: &'a Components,
    /// What the match depends on: the bots' digests, limits, the policy.
    pub(crate) spec: &'a MatchSpec,
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
    /// every second meanwhile, and whenever a bot's bytecode is there.
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
            // First whatever may take long, and in a child that is gone before these two come.
            let known_zero = self.bytecode(Seat::Zero, &bundles, &mut still_waiting)?;
            let known_one = self.bytecode(Seat::One, &bundles, &mut still_waiting)?;
            let BySeat([zero, one]) = self.zygotes.fork_both(self.core)?;
            return Ok(BySeat([prepared(zero, known_zero)?, prepared(one, known_one)?]));
        }
        // First whatever takes long, so that nobody sits and waits for the other.
        let mut host = |component| self.host(component, &mut still_waiting);
        let (zero, one) = (host(zero)?, host(one)?);
        let mut seat = |seat, hosted| self.seat((seat, &bundles), hosted, &mut still_waiting);
        Ok(BySeat([seat(Seat::Zero, zero)?, seat(Seat::One, one)?]))
    }

    /// The bytecode of a bot in Python. Under a policy its source has to be read anyway.
    fn bytecode(
        &self,
        seat: Seat,
        bundles: &BySeat<&[u8]>,
        mut still_waiting: impl FnMut(),
    ) -> Result<Option<Arc<Bytecode>>, HostTrouble> {
        let MatchSpec { bots, limits, policy, .. } = self.spec;
        if *policy != Policy::open() {
            return Ok(None);
        }
        let wall_clock = Duration::from_millis(limits.load_wall_ms.into());
        let bot = (bots[seat], bundles[seat]);
        let known = self.zygotes.bytecode(self.core, bot, &load_within(limits), wall_clock)?;
        // As slow as a load may be: a match that stands still is allowed two loads, not four.
        still_waiting();
        Ok(known)
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
        (seat, bundles): (Seat, &BySeat<&[u8]>),
        component: Option<(&[u8], Hosted)>,
        mut still_waiting: impl FnMut(),
    ) -> Result<Seated, HostTrouble> {
        match component {
            None => {
                let known = self.bytecode(seat, bundles, &mut still_waiting)?;
                prepared(self.zygotes.fork(self.core)?, known)
            }
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
        let wanted = Wanted { component, stack_bytes: self.spec.limits.stack_bytes };
        self.components.hosted(wanted, still_waiting)
    }
}

/// A child that knows the bytecode of the bot that it is going to load, if there is any.
fn prepared(mut child: Sealed, known: Option<Arc<Bytecode>>) -> Result<Seated, HostTrouble> {
    known.map_or(Ok(()), |bytecode| child.prepare(&bytecode))?;
    Ok(Seated::Sealed(child))
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
