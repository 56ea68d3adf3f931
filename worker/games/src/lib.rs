//! The rules of the games: pure state machines that the referee drives tick by tick.
//!
//! A game is a function of its seed and of the actions submitted to it, the same on every machine:
//! integers, or IEEE `+ - * /` and square roots, and `libm` for the rest. Never here: a clock,
//! I/O, global randomness, threads, the platform's `sin`, or anything that knows of bots,
//! processes or matches.
#![forbid(unsafe_code)]

mod game;
mod spacecode;
mod start;

pub use game::{ACTIONS_MAX, BadAction, Game, Progress};
pub use start::{UnknownGame, start};
