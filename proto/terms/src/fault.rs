//! Why a bot lost the right to play on, and why our side could not finish a match.

use std::fmt;
use std::str::FromStr;

use crate::Seat;

/// Declares a fieldless enum whose variants have one name everywhere: code, JSON, metrics, wire.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident, $unknown:ident { $($(#[$doc:meta])* $variant:ident = $code:literal, $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $variant = $code,)* }

        impl $name {
            /// Every variant, in the order of their codes.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The name in JSON, metrics and logs.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The number on the wire.
            pub const fn code(self) -> u8 { self as u8 }

            /// The variant of a number on the wire, if there is one.
            pub const fn from_code(code: u8) -> Option<$name> {
                match code { $($code => Some($name::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.name()) }
        }

        impl FromStr for $name {
            type Err = $unknown;
            fn from_str(text: &str) -> Result<$name, $unknown> {
                $name::ALL.iter().copied().find(|kind| kind.name() == text)
                    .ok_or_else(|| $unknown(text.chars().take(80).collect()))
            }
        }

        #[doc = concat!("The text names no [`", stringify!($name), "`].")]
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        #[error("{0:?} is not one of the names of {kinds}", kinds = stringify!($name))]
        pub struct $unknown(pub String);
    };
}

named! {
    /// A bot's doing; the same on every machine.
    FaultKind, UnknownFaultKind {
        /// The source does not load: syntax, import, no entry point.
        LoadError = 1, "load_error";
        /// An import or a call that the tournament forbids.
        Policy = 2, "policy";
        /// The bot raised an exception that it did not catch.
        Exception = 3, "exception";
        /// The bot answered, but not with actions of this game.
        BadReply = 4, "bad_reply";
        /// The fuel of a load or of a turn ran out.
        OutOfFuel = 5, "out_of_fuel";
        /// The linear memory was full.
        OutOfMemory = 6, "out_of_memory";
        /// The wasm stack was full.
        StackOverflow = 7, "stack_overflow";
        /// Any other WebAssembly trap.
        Trap = 8, "trap";
        /// The bot ended its interpreter.
        Exited = 9, "exited";
    }
}

named! {
    /// Our doing: the match is void and played again.
    HostFault, UnknownHostFault {
        /// The sealed process ended without saying why.
        ShimDied = 1, "shim_died";
        /// The wall clock ran out while fuel had not.
        Stalled = 2, "stalled";
        /// The worker that held the match is gone.
        WorkerLost = 3, "worker_lost";
        /// No sealed process could be started.
        SpawnFailed = 4, "spawn_failed";
        /// The match was meant for another runtime.
        RuntimeMismatch = 5, "runtime_mismatch";
        /// Something was said that the protocol does not know.
        Protocol = 6, "protocol";
        /// Workers disagree on the result, and nobody can tell who is right.
        Disputed = 7, "disputed";
    }
}

impl FaultKind {
    /// Whether a fault of this kind costs only the turn until the strikes are used up.
    pub const fn is_strike(self) -> bool {
        matches!(self, FaultKind::Exception | FaultKind::BadReply)
    }
}

/// Longest message of a fault, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 2 * 1024;
/// Longest traceback of a fault, in bytes.
pub const TRACEBACK_BYTES_MAX: usize = 16 * 1024;

/// Most faults of one seat that an outcome lists: the first ones, and always the last. The
/// transcript has all of them.
pub const FAULTS_PER_SEAT_MAX: usize = 16;

/// One fault of one bot. The tick is 0 for a fault while loading; ticks count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whose fault it is.
    pub seat: Seat,
    /// What kind.
    pub kind: FaultKind,
    /// When: 0 while loading, otherwise the tick.
    pub tick: u32,
    /// One sentence for people.
    pub message: String,
    /// The bot's own traceback; empty where Python had none.
    pub traceback: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_codes_are_one_to_one() {
        for kind in FaultKind::ALL {
            assert_eq!(kind.name().parse(), Ok(*kind));
            assert_eq!(FaultKind::from_code(kind.code()), Some(*kind));
        }
        for fault in HostFault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
            assert_eq!(HostFault::from_code(fault.code()), Some(*fault));
        }
        assert!("other".parse::<FaultKind>().is_err());
        assert_eq!(FaultKind::from_code(0), None);
        assert_eq!(HostFault::from_code(200), None);
    }
}
