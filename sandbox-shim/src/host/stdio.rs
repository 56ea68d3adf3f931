//! `wasi:cli`: standard streams, and the end of the interpreter.

use wasmtime::component::{LinkerInstance, Resource};
use wasmtime::{Result, StoreContextMut};

use super::Host;
use super::fuel::offer;
use super::streams::{InputStream, OutputStream};

/// The guest ended itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GuestExit {
    /// It said that all went well. Which code it has for that, `exit` does not pass on.
    #[error("reporting success")]
    Success,
    /// It said that something failed, and again not with which code.
    #[error("reporting failure")]
    Failure,
    /// It said with which code.
    #[error("with code {0}")]
    Code(u8),
}

/// Defines a function of `wasi:cli/stdin`, `stdout`, `stderr` or `exit`, if it is one. Standard
/// output and standard error are both the log.
pub(super) fn define(linker: &mut LinkerInstance<'_, Host>, name: &str) -> Result<bool> {
    match name {
        "get-stdin" => offer(linker, name, |mut store: StoreContextMut<'_, Host>, (): ()| {
            Ok((Resource::<InputStream>::new_own(store.data_mut().handles.stateless()?),))
        })?,
        "get-stdout" | "get-stderr" => {
            offer(linker, name, |mut store: StoreContextMut<'_, Host>, (): ()| {
                Ok((Resource::<OutputStream>::new_own(store.data_mut().handles.stateless()?),))
            })?;
        }
        "exit" => offer(linker, name, |_, (status,): (Result<(), ()>,)| -> Result<()> {
            Err(status.map_or(GuestExit::Failure, |()| GuestExit::Success).into())
        })?,
        "exit-with-code" => {
            offer(linker, name, |_, (code,): (u8,)| -> Result<()> { Err(GuestExit::Code(code).into()) })?
        }
        _ => return Ok(false),
    }
    Ok(true)
}
