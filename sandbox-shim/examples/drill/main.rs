//! The breakout drill: a shim whose children do what an attacker would who has full control of the
//! process, native code and all, from the moment that the bot arrives.
//!
//! Never shipped: `make build` builds no examples, and the shim has no switch for any of this. It is
//! made of the shim's own files, so that what it proves holds for the shim. Its own are four:
//! `line` watches for bots that ask for an attack, `attack` and `forge` make it, and `harden` puts the
//! layers on, except for those that `--without` names.
#![deny(unsafe_code)]
#![allow(dead_code, reason = "a drill needs a part of what a shim needs")]

mod attack;
mod forge;
mod harden;
mod line;
mod switches;

#[path = "../../src/args.rs"]
mod args;
#[path = "../../src/boot.rs"]
mod boot;
#[path = "../../src/control.rs"]
mod control;
#[path = "../../src/ending.rs"]
mod ending;
#[path = "../../src/exit.rs"]
mod exit;
#[path = "../../src/guest.rs"]
mod guest;
#[path = "../../src/host/mod.rs"]
mod host;
#[path = "../../src/layers.rs"]
mod layers;
#[path = "../../src/meter.rs"]
mod meter;
#[path = "../../src/native.rs"]
mod native;
#[path = "../../src/observation.rs"]
mod observation;
#[path = "../../src/panics.rs"]
mod panics;
#[path = "../../src/serve.rs"]
mod serve;
#[path = "../../src/shim.rs"]
mod shim;
#[path = "../../src/template.rs"]
mod template;
#[path = "../../src/zygote.rs"]
mod zygote;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = switches::take(std::env::args_os().skip(1));
    let Ok(args::Command::Zygote(args)) = args::parse(arguments) else { return ExitCode::FAILURE };
    match boot::zygote(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "drill: {error}");
            ExitCode::FAILURE
        }
    }
}
