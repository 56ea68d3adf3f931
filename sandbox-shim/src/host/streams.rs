//! `wasi:io/streams`: output goes to the log, input is at its end.

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource, WasmList};
use wasmtime::{Result, StoreContextMut};

use super::Host;
use super::fuel::{charge, offer};
use super::poll::Pollable;

/// Standard input: always at its end.
pub(super) struct InputStream;
/// Standard output or standard error: both are the log.
pub(super) struct OutputStream;
/// The details of an error, which no function here ever gives.
pub(super) struct IoError;

/// What a guest may write in one call, in bytes. Any number of calls may follow.
const WRITE_BYTES: u64 = 64 << 10;

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    LastOperationFailed(Resource<IoError>),
    #[component(name = "closed")]
    Closed,
}

type Streamed<T> = (std::result::Result<T, StreamError>,);
type Store<'a> = StoreContextMut<'a, Host>;

/// Defines a function of `wasi:io/streams`, if it is one.
pub(super) fn define(linker: &mut LinkerInstance<'_, Host>, name: &str) -> Result<bool> {
    Ok(output(linker, name)? || input(linker, name)?)
}

fn output(linker: &mut LinkerInstance<'_, Host>, name: &str) -> Result<bool> {
    match name {
        "[method]output-stream.check-write" => {
            offer(linker, name, |_, _: (Resource<OutputStream>,)| -> Result<Streamed<u64>> {
                Ok((Ok(WRITE_BYTES),))
            })?
        }
        "[method]output-stream.write" | "[method]output-stream.blocking-write-and-flush" => {
            offer(linker, name, |store, (_, bytes): (Resource<OutputStream>, WasmList<u8>)| {
                write(store, &bytes)
            })?;
        }
        "[method]output-stream.write-zeroes" | "[method]output-stream.blocking-write-zeroes-and-flush" => {
            offer(linker, name, |store, (_, count): (Resource<OutputStream>, u64)| {
                write_zeroes(store, count)
            })?;
        }
        "[method]output-stream.flush" | "[method]output-stream.blocking-flush" => {
            offer(linker, name, |_, _: (Resource<OutputStream>,)| -> Result<Streamed<()>> { Ok((Ok(()),)) })?
        }
        "[method]output-stream.subscribe" => {
            offer(linker, name, |store, _: (Resource<OutputStream>,)| subscribe(store))?;
        }
        "[method]output-stream.splice" | "[method]output-stream.blocking-splice" => {
            type Arguments = (Resource<OutputStream>, Resource<InputStream>, u64);
            offer(linker, name, |_, _: Arguments| -> Result<Streamed<u64>> {
                Ok((Err(StreamError::Closed),))
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn input(linker: &mut LinkerInstance<'_, Host>, name: &str) -> Result<bool> {
    match name {
        "[method]input-stream.read" | "[method]input-stream.blocking-read" => {
            offer(linker, name, |_, _: (Resource<InputStream>, u64)| -> Result<Streamed<Vec<u8>>> {
                Ok((Err(StreamError::Closed),))
            })?;
        }
        "[method]input-stream.skip" | "[method]input-stream.blocking-skip" => {
            offer(linker, name, |_, _: (Resource<InputStream>, u64)| -> Result<Streamed<u64>> {
                Ok((Err(StreamError::Closed),))
            })?;
        }
        "[method]input-stream.subscribe" => {
            offer(linker, name, |store, _: (Resource<InputStream>,)| subscribe(store))?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn write(mut store: Store<'_>, bytes: &WasmList<u8>) -> Result<Streamed<()>> {
    charge(&mut store, bytes.len() as u64)?;
    // The bytes are in the guest's memory, which cannot be borrowed together with the log.
    let mut log = std::mem::take(&mut store.data_mut().log);
    log.write(bytes.as_le_slice(&store));
    store.data_mut().log = log;
    Ok((Ok(()),))
}

fn write_zeroes(mut store: Store<'_>, count: u64) -> Result<Streamed<()>> {
    charge(&mut store, count)?;
    store.data_mut().log.write_zeroes(count);
    Ok((Ok(()),))
}

fn subscribe(mut store: Store<'_>) -> Result<(Resource<Pollable>,)> {
    Ok((Resource::new_own(store.data_mut().handles.stateless()?),))
}
