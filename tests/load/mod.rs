//! Simulated workers: thousands of them in this process, each with a connection and an address of
//! its own, on a real coordinator that plays a real tournament with them. Only the playing is made
//! up: how a match ends is a pure function of the match, so that everything that comes out can be
//! checked against what must come out.
//!
//! ```text
//!  options ─► coordinator (started, measured) ◄── crowd ── workers: honest, slow, stalled, dying,
//!                 │ --json                          │               duplicating, lying
//!                 ▼                                 └───── babblers: whatever a stranger can send
//!               check ◄── play (pure)             census ◄── what each of them heard
//!                 └─────────────► findings ◄─────────┘
//! ```
//!
//! Never here: anything but loopback addresses, or a right result that depends on who reports it.

mod babbler;
mod census;
mod check;
mod coordinator;
mod crowd;
mod desk;
mod findings;
mod link;
mod options;
mod play;
mod proc;
mod worker;

pub(crate) use findings::Findings;
pub(crate) use options::Options;

/// Runs the tournament that the options describe, to its end or to the end of the patience.
pub(crate) fn run(options: &Options) -> Findings {
    proc::raise_descriptor_limit();
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    runtime.block_on(crowd::perform(options))
}
