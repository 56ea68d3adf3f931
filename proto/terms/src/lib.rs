//! The words every part of the arena agrees on: ids, seats, limits, verdicts, digests.
//!
//! Pure data and the rules that make it valid. Never here: I/O, async, transport, serde, a clock.
#![forbid(unsafe_code)]

pub mod bundle;
pub mod component;
pub mod digest;
pub mod fault;
pub mod fuel;
pub mod game;
pub mod limits;
pub mod matches;
pub mod outcome;
pub mod policy;
pub mod printable;
pub mod runtime;
pub mod seat;
pub mod share;
pub mod transcript;

pub use bundle::{Bundle, SourceFile};
pub use digest::{Digest, Digester};
pub use fault::{Fault, FaultKind, HostFault};
pub use fuel::FuelHistogram;
pub use game::GameId;
pub use limits::Limits;
pub use matches::{Attempt, MatchId, MatchSpec, Seed};
pub use outcome::{Outcome, Report, Scores, SeatUsage, Verdict};
pub use policy::Policy;
pub use runtime::Runtime;
pub use seat::{BySeat, Seat};
pub use share::{NotAShare, Share};
