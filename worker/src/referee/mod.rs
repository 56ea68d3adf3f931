//! The referee: asks every bot once per tick, judges, and reports.
//!
//! A match is a function of its spec and its bots. The referee reads no clock; what the wall clock
//! cut off arrives as a [`HostTrouble`](crate::sandbox::HostTrouble) and makes the match void.
//! Never here: processes, sockets, gRPC, the rules of a game.

mod bench;
mod conduct;
mod player;
mod reply;
#[cfg(test)]
mod tests;

pub(crate) use conduct::load_within;
pub use conduct::{Conducted, Contest, conduct};
pub use player::{Answer, Player};
pub use reply::actions as read_reply;
