//! A bot in Rust. `play` decides what to do, `json` reads what the ship sees, and `guest` is the
//! door to the arena: copy that file and you have a bot of your own.
//!
//! Needs nothing but the standard library, and no newer Rust than 1.63.

mod guest;
mod json;
mod play;
