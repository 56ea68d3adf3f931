//! Every way in which a call into the guest can end badly, and the one fault that each of them is.
//!
//! Pure. The texts are part of a match's results, so they say the same on every machine: no
//! addresses, no offsets into the interpreter, nothing of the build.

use terms::FaultKind;
use terms::fault::{MESSAGE_BYTES_MAX, TRACEBACK_BYTES_MAX};
use wasmtime::{Error, Trap};

use crate::host::{CROSSING_BYTES_MAX, GuestExit, MachineOutOfMemory};

/// How wasmtime begins to say that more than [`CROSSING_BYTES_MAX`] would cross. It has no type for
/// it that others can name.
const TOO_MUCH_CROSSES: &str = "too much data is being copied between the host and the guest";

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Warming the interpreter, before there is a bot.
    Warm,
    /// Loading a bot.
    Load,
    /// Playing a turn.
    Turn,
}

impl Call {
    /// As the subject of a sentence.
    fn subject(self) -> &'static str {
        match self {
            Call::Warm => "warming up",
            Call::Load => "loading",
            Call::Turn => "the turn",
        }
    }
}

/// What runs the bot, as its author knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// Our interpreter.
    Interpreter,
    /// A component of the author's own.
    Component,
}

impl Code {
    /// As an object of a sentence.
    fn name(self) -> &'static str {
        match self {
            Code::Interpreter => "the interpreter",
            Code::Component => "the component",
        }
    }

    /// What a bot ends that ends it.
    fn ended(self) -> &'static str {
        match self {
            Code::Interpreter => "its interpreter",
            Code::Component => "itself",
        }
    }
}

/// What happened to memory during a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Whether growth was refused.
    pub(crate) refused: bool,
    /// The limit.
    pub(crate) limit_bytes: u64,
}

/// How a call ended, if not with its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The bot's doing.
    Fault {
        /// What kind.
        kind: FaultKind,
        /// One sentence, within the limit of a message.
        message: String,
        /// The bot's own traceback, within its limit; may be empty.
        traceback: String,
    },
    /// Ours.
    Broken(String),
}

impl Ending {
    /// The host failed.
    pub(crate) fn host(error: &Error) -> Ending {
        Ending::Broken(format!("wasmtime: {}", error.root_cause()))
    }

    /// There is no bytecode to be had. Nobody but the worker hears of it.
    pub(crate) fn not_compiled() -> Ending {
        fault(FaultKind::LoadError, "bot.py has no bytecode that is of use".into())
    }

    /// The reply is longer than it may be.
    pub(crate) fn reply_too_long(bytes: usize, limit_bytes: u32) -> Ending {
        let message = format!("the reply is {bytes} bytes long; at most {limit_bytes} are allowed");
        fault(FaultKind::BadReply, message)
    }

    /// The guest itself said that the bot failed. Only the host knows whether memory was short:
    /// Python raises MemoryError for other reasons too, such as a source that is nested too deep.
    pub(crate) fn told(
        kind: FaultKind,
        message: &str,
        traceback: &str,
        call: Call,
        memory: Memory,
    ) -> Ending {
        let kind = match (kind, call) {
            (FaultKind::OutOfMemory, Call::Load) if !memory.refused => FaultKind::LoadError,
            (FaultKind::OutOfMemory, _) if !memory.refused => FaultKind::Exception,
            (kind, _) => kind,
        };
        Ending::Fault {
            kind,
            message: cut(message, MESSAGE_BYTES_MAX).to_owned(),
            traceback: cut(traceback, TRACEBACK_BYTES_MAX).to_owned(),
        }
    }

    /// The call did not return.
    pub(crate) fn of_error(error: &Error, code: Code, call: Call, budget: u64, memory: Memory) -> Ending {
        if error.is::<MachineOutOfMemory>() || error.is::<wasmtime::error::OutOfMemory>() {
            return Ending::host(error);
        }
        if let Some(exit) = error.downcast_ref::<GuestExit>() {
            return fault(FaultKind::Exited, format!("the bot ended {}, {exit}", code.ended()));
        }
        let subject = call.subject();
        if error.root_cause().to_string().starts_with(TOO_MUCH_CROSSES) {
            return too_much_crossed(call);
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => {
                fault(FaultKind::OutOfFuel, format!("{subject} used up its {budget} units of fuel"))
            }
            Some(Trap::StackOverflow) => {
                let message = format!("{subject} used up the stack: too many calls within calls");
                fault(FaultKind::StackOverflow, message)
            }
            // It handed over too much in an earlier turn, not as its reply but in the middle of it.
            Some(Trap::CannotEnterComponent) => {
                fault(FaultKind::Trap, format!("{} had failed in an earlier turn", code.name()))
            }
            _ if memory.refused => {
                let limit = memory.limit_bytes;
                let message =
                    format!("{subject} needed more than the {limit} bytes of memory that there are");
                fault(FaultKind::OutOfMemory, message)
            }
            _ => {
                let why = error.root_cause().to_string();
                let why = why.strip_prefix("wasm trap: ").unwrap_or(&why);
                fault(FaultKind::Trap, format!("{subject} made {} fail: {why}", code.name()))
            }
        }
    }

    /// A stranger's component did not start: it is no bot, or its first code failed.
    pub(crate) fn of_start(error: &Error, budget: u64, memory: Memory) -> Ending {
        let cause = error.root_cause();
        // The system refused something, which is no doing of the bot's.
        if cause.is::<std::io::Error>() || cause.is::<rustix::io::Errno>() {
            return Ending::host(error);
        }
        match Ending::of_error(error, Code::Component, Call::Load, budget, memory) {
            Ending::Fault { kind: FaultKind::Trap, .. } => {
                let why = cause.to_string();
                let why = why.strip_prefix("wasm trap: ").unwrap_or(&why);
                fault(FaultKind::LoadError, format!("the component does not start as a bot: {why}"))
            }
            other => other,
        }
    }

    /// Whether the bot can be asked for another turn after this.
    pub(crate) fn lives_on(&self) -> bool {
        matches!(self, Ending::Fault { kind, .. } if kind.is_strike())
    }
}

/// What the guest handed over at once is more than a host takes. As the reply of a turn it is only
/// that: a bad reply, after which the guest can be called again.
fn too_much_crossed(call: Call) -> Ending {
    let kind = if call == Call::Turn { FaultKind::BadReply } else { FaultKind::Trap };
    let subject = call.subject();
    fault(kind, format!("{subject} gave more than {CROSSING_BYTES_MAX} bytes at once, which nobody takes"))
}

fn fault(kind: FaultKind, message: String) -> Ending {
    let message = cut(&message, MESSAGE_BYTES_MAX).to_owned();
    Ending::Fault { kind, message, traceback: String::new() }
}

/// The longest beginning of `text` that fits and ends between two characters.
fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLENTY: Memory = Memory { refused: false, limit_bytes: 100 };
    const SHORT: Memory = Memory { refused: true, limit_bytes: 100 };

    fn judged(error: impl Into<Error>, memory: Memory) -> (FaultKind, String) {
        match Ending::of_error(&error.into(), Code::Interpreter, Call::Turn, 50, memory) {
            Ending::Fault { kind, message, .. } => (kind, message),
            Ending::Broken(why) => panic!("broken: {why}"),
        }
    }

    #[test]
    fn every_error_is_one_fault() {
        let expect = |error: Error, memory, kind, message: &str| {
            assert_eq!(judged(error, memory), (kind, message.to_owned()));
        };
        expect(Trap::OutOfFuel.into(), SHORT, FaultKind::OutOfFuel, "the turn used up its 50 units of fuel");
        expect(
            Trap::StackOverflow.into(),
            PLENTY,
            FaultKind::StackOverflow,
            "the turn used up the stack: too many calls within calls",
        );
        expect(
            Trap::UnreachableCodeReached.into(),
            SHORT,
            FaultKind::OutOfMemory,
            "the turn needed more than the 100 bytes of memory that there are",
        );
        expect(
            Trap::UnreachableCodeReached.into(),
            PLENTY,
            FaultKind::Trap,
            "the turn made the interpreter fail: wasm `unreachable` instruction executed",
        );
        for (exit, how) in [
            (GuestExit::Success, "reporting success"),
            (GuestExit::Failure, "reporting failure"),
            (GuestExit::Code(3), "with code 3"),
        ] {
            let says = format!("the bot ended its interpreter, {how}");
            expect(exit.into(), SHORT, FaultKind::Exited, &says);
        }
        expect(Error::msg("odd"), PLENTY, FaultKind::Trap, "the turn made the interpreter fail: odd");
    }

    #[test]
    fn authors_of_components_hear_nothing_of_an_interpreter() {
        for error in [GuestExit::Code(3).into(), Trap::CannotEnterComponent.into(), Error::msg("odd")] {
            let ending = Ending::of_error(&error, Code::Component, Call::Turn, 50, PLENTY);
            let Ending::Fault { message, .. } = ending else { panic!("{ending:?}") };
            assert!(!message.contains("interpreter"), "{message}");
        }
    }

    #[test]
    fn a_machine_without_memory_is_no_fault_of_a_bot() {
        let error = Error::from(MachineOutOfMemory("no".into()));
        assert!(matches!(
            Ending::of_error(&error, Code::Interpreter, Call::Load, 1, PLENTY),
            Ending::Broken(_)
        ));
    }

    #[test]
    fn a_memory_error_without_a_refusal_is_an_ordinary_exception() {
        let kind = |call, memory| match Ending::told(FaultKind::OutOfMemory, "m", "t", call, memory) {
            Ending::Fault { kind, .. } => kind,
            Ending::Broken(why) => panic!("{why}"),
        };
        assert_eq!(kind(Call::Turn, PLENTY), FaultKind::Exception);
        assert_eq!(kind(Call::Load, PLENTY), FaultKind::LoadError);
        assert_eq!(kind(Call::Load, SHORT), FaultKind::OutOfMemory);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        let long = "é".repeat(TRACEBACK_BYTES_MAX);
        let Ending::Fault { message, traceback, .. } =
            Ending::told(FaultKind::Policy, &format!("x{long}"), &long, Call::Load, PLENTY)
        else {
            panic!("broken")
        };
        assert_eq!((message.len(), traceback.len()), (MESSAGE_BYTES_MAX - 1, TRACEBACK_BYTES_MAX));
    }

    #[test]
    fn only_strikes_live_on() {
        for kind in FaultKind::ALL {
            let lives_on = Ending::told(*kind, "", "", Call::Turn, SHORT).lives_on();
            assert_eq!(lives_on, matches!(kind, FaultKind::Exception | FaultKind::BadReply), "{kind}");
        }
    }
}
