//! Gives a component exactly what it imports: each function from its place, or refused.

use wasmtime::component::types::{ComponentInstance, ComponentItem};
use wasmtime::component::{Component, Linker, LinkerInstance, Resource, ResourceType};
use wasmtime::{Engine, Result, StoreContextMut, bail};

use super::fuel::{PER_CALL, charge, offer};
use super::poll::Pollable;
use super::streams::{InputStream, IoError, OutputStream};
use super::{Host, clocks, handles, poll, random, refuse, stdio, streams};

/// A resource that no guest can ever hold, because everything that gives one is refused.
struct Unobtainable;
/// The network, of which a guest may hold a handle with which everything is refused.
struct Network;

/// A linker with everything that `component` imports.
///
/// # Errors
/// The component imports something that is no interface of functions and resources.
pub(crate) fn linker(engine: &Engine, component: &Component) -> Result<Linker<Host>> {
    let mut linker = Linker::new(engine);
    for (name, import) in component.component_type().imports(engine) {
        match import.ty {
            ComponentItem::ComponentInstance(instance) => {
                define_interface(&mut linker.instance(name)?, engine, name, &instance)?;
            }
            _ => bail!("the guest imports {name}, which the host does not know"),
        }
    }
    Ok(linker)
}

fn define_interface(
    linker: &mut LinkerInstance<'_, Host>,
    engine: &Engine,
    full_name: &str,
    instance: &ComponentInstance,
) -> Result<()> {
    let interface = full_name.split('@').next().unwrap_or(full_name);
    for (name, export) in instance.exports(engine) {
        match export.ty {
            ComponentItem::Resource(_) => linker.resource(name, resource(name), drop_handle)?,
            ComponentItem::ComponentFunc(_) if offered(linker, interface, name)? => {}
            ComponentItem::ComponentFunc(_) => refuse::define(linker, interface, name)?,
            ComponentItem::Type(_) => {}
            _ => bail!("the guest imports {name} of {interface}, which the host does not know"),
        }
    }
    Ok(())
}

/// Defines a function that the arena offers, if it is one.
fn offered(linker: &mut LinkerInstance<'_, Host>, interface: &str, name: &str) -> Result<bool> {
    match interface {
        "wasi:cli/stdin" | "wasi:cli/stdout" | "wasi:cli/stderr" | "wasi:cli/exit" => {
            stdio::define(linker, name)
        }
        "wasi:clocks/monotonic-clock" => clocks::monotonic(linker, name),
        "wasi:clocks/wall-clock" => clocks::wall(linker, name),
        "wasi:io/poll" => poll::define(linker, name),
        "wasi:io/streams" => streams::define(linker, name),
        "wasi:random/random" | "wasi:random/insecure" | "wasi:random/insecure-seed" => {
            random::define(linker, name)
        }
        "wasi:sockets/instance-network" => network(linker, name),
        _ => Ok(false),
    }
}

/// Looking up a name needs a network first, and getting one has no way to fail.
fn network(linker: &mut LinkerInstance<'_, Host>, name: &str) -> Result<bool> {
    if name != "instance-network" {
        return Ok(false);
    }
    offer(linker, name, |mut store: StoreContextMut<'_, Host>, (): ()| {
        Ok((Resource::<Network>::new_own(store.data_mut().handles.stateless()?),))
    })?;
    Ok(true)
}

/// The type of a resource. By name alone: an interface that uses another one's resource has it
/// among its own under the same name.
fn resource(name: &str) -> ResourceType {
    match name {
        "pollable" => ResourceType::host::<Pollable>(),
        "input-stream" => ResourceType::host::<InputStream>(),
        "output-stream" => ResourceType::host::<OutputStream>(),
        "error" => ResourceType::host::<IoError>(),
        "network" => ResourceType::host::<Network>(),
        _ => ResourceType::host::<Unobtainable>(),
    }
}

fn drop_handle(mut store: StoreContextMut<'_, Host>, handle: u32) -> Result<()> {
    store.data_mut().handles.drop(handle);
    charge(&mut store, PER_CALL)
}

const _: () = assert!(handles::STATELESS == 0, "resources without state share the number 0");
