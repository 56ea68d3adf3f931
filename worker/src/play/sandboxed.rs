//! The match as a tournament plays it: bots in sealed processes, forked from a warm interpreter.

use std::sync::atomic::AtomicBool;

use intake::Contestant;
use terms::{BySeat, Digest, MatchSpec};
use tokio::runtime::Handle;

use super::report::Played;
use super::{PlayArguments, PlayError, referee};
use crate::cluster::{Preparation, Programs, Ready, Upkeep, prepare_file};
use crate::config::Arguments;
use crate::sandbox::{Components, ComponentsConfig, Group, HostTrouble, Keeping};
use crate::seats::Seats;
use crate::slots::{pin, usable_cores};

/// Plays it.
///
/// # Errors
/// There is no interpreter, or no sandbox on this machine.
pub(super) fn play(
    arguments: &PlayArguments,
    spec: MatchSpec,
    bots: &BySeat<Contestant>,
    runtime: &Handle,
) -> Result<Played, PlayError> {
    let programs = programs(arguments);
    let ready = prepare(arguments, &programs, &spec, runtime)?;
    let components = components(arguments, &programs, runtime).map_err(PlayError::Threads)?;
    let core = usable_cores().first().copied();
    pin(core);
    let encoded = BySeat::from_fn(|seat| bots[seat].bundle.encode());
    let bundles = BySeat(encoded.0.each_ref().map(Vec::as_slice));
    let seats = Seats { zygotes: &ready.zygotes, components: &components, spec: &spec, core };
    let nobody = AtomicBool::new(false);
    Ok(match seats.take(bundles, || ()) {
        Ok(players) => referee(bots, spec, &ready.runtime, players, &nobody),
        Err(trouble) => void(bots, spec, trouble),
    })
}

fn programs(arguments: &PlayArguments) -> Programs {
    Programs {
        shim: Arguments::program(arguments.sandbox_shim.as_ref(), "sandbox-shim"),
        precompile: Arguments::program(arguments.precompile.as_ref(), "precompile"),
        native_folder: arguments.cache_folder().join("native"),
        prebuilt: None,
        require_namespaces: false,
    }
}

fn prepare(
    arguments: &PlayArguments,
    programs: &Programs,
    spec: &MatchSpec,
    runtime: &Handle,
) -> Result<Ready, PlayError> {
    let path = arguments.python_wasm();
    let unreadable = |why| PlayError::PythonWasm { path: path.clone(), why };
    let python_wasm = Digest::of(&std::fs::read(&path).map_err(unreadable)?);
    let (stack_bytes, memory_bytes) = (spec.limits.stack_bytes, spec.limits.memory_bytes);
    let preparation = Preparation { python_wasm, stack_bytes, memory_bytes };
    let upkeep =
        Upkeep { slots: 1, zygote_matches: Keeping::MATCHES, group: Group::claim().map(std::sync::Arc::new) };
    let note = |what: &str| tracing::debug!("{what}");
    Ok(runtime.block_on(prepare_file(programs.clone(), upkeep, preparation, &path, note))?)
}

fn components(
    arguments: &PlayArguments,
    programs: &Programs,
    runtime: &Handle,
) -> std::io::Result<Components> {
    let config = ComponentsConfig {
        shim: programs.shim.clone(),
        precompile: programs.precompile.clone(),
        folder: arguments.cache_folder().join("components"),
        require_namespaces: programs.require_namespaces,
        slots: 1,
        zygote_matches: Keeping::MATCHES,
        group: None,
    };
    Components::start(config, runtime)
}

/// The match that could not begin.
fn void(bots: &BySeat<Contestant>, spec: MatchSpec, trouble: HostTrouble) -> Played {
    let outcome = crate::slots::void(trouble).outcome;
    let (load_fuel, turn_fuel) = (BySeat([None, None]), BySeat([Vec::new(), Vec::new()]));
    Played { spec, names: super::names(bots), outcome, load_fuel, turn_fuel, is_sandboxed: true }
}
