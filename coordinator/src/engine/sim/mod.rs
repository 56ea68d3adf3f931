//! The engine in a simulated world: workers that join, leave, die, hang, lie, repeat themselves and
//! come back with results of before, a store that takes its time, a coordinator that stands still or
//! restarts. What must be true is checked after every step, and at the end everything is settled.
//!
//! A run is a list of [`steps::Step`]s. One that fails is shrunk to a short one before it is shown.

mod busy;
mod check;
mod flow;
mod promises;
mod puppet;
mod shrink;
mod steps;
mod store;
mod stories;
mod storms;
mod verdicts;
mod world;
