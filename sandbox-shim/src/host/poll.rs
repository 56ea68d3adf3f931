//! `wasi:io/poll`: waiting returns at once, and the virtual clock has advanced.

use wasmtime::component::{LinkerInstance, Resource};
use wasmtime::{Result, StoreContextMut};

use super::Host;
use super::clocks::now;
use super::fuel::{charge, offer};

/// Something to wait for.
pub(super) struct Pollable;

/// Fuel for each thing in a list to wait for.
const FUEL_PER_POLLABLE: u64 = 20;

/// The guest waits for nothing at all, which the interface forbids.
#[derive(Debug, thiserror::Error)]
#[error("it waited for an empty list")]
struct WaitedForNothing;

/// Defines a function of `wasi:io/poll`, if it is one.
pub(super) fn define(linker: &mut LinkerInstance<'_, Host>, name: &str) -> Result<bool> {
    match name {
        "[method]pollable.ready" => offer(linker, name, |store, (one,): (Resource<Pollable>,)| {
            Ok((store.data().handles.ready_at(one.rep()) <= now(&store)?,))
        })?,
        "[method]pollable.block" => offer(linker, name, |mut store, (one,): (Resource<Pollable>,)| {
            wait(&mut store, &[one]).map(drop)
        })?,
        "poll" => offer(linker, name, |mut store, (all,): (Vec<Resource<Pollable>>,)| {
            Ok((wait(&mut store, &all)?,))
        })?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Lets time pass until the first of `all` is ready, and returns the indices of those that are.
fn wait(store: &mut StoreContextMut<'_, Host>, all: &[Resource<Pollable>]) -> Result<Vec<u32>> {
    charge(store, FUEL_PER_POLLABLE.saturating_mul(all.len() as u64))?;
    let handles = &store.data().handles;
    let times: Vec<u64> = all.iter().map(|one| handles.ready_at(one.rep())).collect();
    let first = *times.iter().min().ok_or(WaitedForNothing)?;
    let before = now(store)?;
    store.data_mut().clock.sleep(first.saturating_sub(before));
    let after = before.max(first);
    Ok((0u32..).zip(times).filter(|(_, time)| *time <= after).map(|(index, _)| index).collect())
}
