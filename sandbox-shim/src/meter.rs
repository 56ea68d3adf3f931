//! The fuel of a store: set before a call, looked at during it and after it.
//!
//! The feature `without-fuel` makes a shim in which none is counted, for the benchmark that says what
//! counting costs. Such a shim says of itself that its engine is [`REVISION`], which no coordinator
//! wants, and takes no native code but that of a compiler with the same feature.

use wasmtime::{AsContext, AsContextMut, Result};

/// Whether fuel is counted.
const IS_COUNTED: bool = !cfg!(feature = "without-fuel");

/// The revision of the engine that this shim reports.
pub(crate) const REVISION: u32 = if IS_COUNTED { terms::runtime::ENGINE_REVISION } else { u32::MAX };

/// Gives a store that much fuel.
///
/// # Errors
/// The engine counts none.
pub(crate) fn set(store: &mut impl AsContextMut, units: u64) -> Result<()> {
    if IS_COUNTED { store.as_context_mut().set_fuel(units) } else { Ok(()) }
}

/// The fuel that a store has left.
///
/// # Errors
/// The engine counts none.
pub(crate) fn left(store: &impl AsContext) -> Result<u64> {
    if IS_COUNTED { store.as_context().get_fuel() } else { Ok(u64::MAX) }
}
