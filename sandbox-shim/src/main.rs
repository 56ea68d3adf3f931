//! `sandbox-shim`: hosts one bot per process.
//!
//! ```text
//! worker ── spawn ──► zygote ── fork, once per bot and match ──► sealed child
//!            fd 0: control socket                   fd 0: the bot's socket, and nothing else
//! ```
//!
//! `boot` makes a zygote, `zygote` forks, `shim` is the life of a child (boot → seal → serve),
//! `serve` talks to the worker, `guest` runs the interpreter, `host` is all that a guest can reach,
//! `ending` judges how it ended, `harden` asks the kernel to take everything else away.
//! Never here: a transport, a compiler, a second thread, the rules of a game.
#![deny(unsafe_code)]

mod args;
mod boot;
mod control;
mod doctor;
mod ending;
mod exit;
mod guest;
mod harden;
mod host;
mod layers;
mod line;
mod meter;
mod native;
mod observation;
mod panics;
mod serve;
mod shim;
mod template;
mod zygote;

use std::io::Write;
use std::process::ExitCode;

use args::Command;

fn main() -> ExitCode {
    let code = match args::parse(std::env::args_os().skip(1)) {
        Ok(Command::Help) => print(args::HELP),
        Ok(Command::Version) => print(concat!("sandbox-shim ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Command::Doctor { json }) => match doctor::examine() {
            Ok(report) => {
                print(&if json { report.json() } else { report.text() });
                report.exit_code()
            }
            Err(error) => complain(&error, exit::FAILED),
        },
        Ok(Command::Zygote(args)) => match boot::zygote(args) {
            Ok(()) => exit::OK,
            Err(error) => complain(&error, exit::FAILED),
        },
        Err(error) => complain(&error, exit::USAGE),
    };
    ExitCode::from(code)
}

/// Writes to stdout; a reader that has gone away is no failure.
fn print(text: &str) -> u8 {
    let _ = std::io::stdout().write_all(text.as_bytes());
    exit::OK
}

/// Writes to stderr and passes the exit code on.
fn complain(error: &dyn std::error::Error, code: u8) -> u8 {
    let _ = writeln!(std::io::stderr(), "sandbox-shim: {error}");
    code
}
