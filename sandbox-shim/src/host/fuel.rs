//! Fuel for work that the host does on behalf of a guest.
//!
//! wasmtime counts the guest's own instructions. Without a price for the host's work a bot could
//! keep it busy for hours within one turn's fuel, and so make a match void at will.

use wasmtime::{Result, StoreContextMut, Trap};

use super::Host;

/// Takes `units` from what the guest has left.
///
/// # Errors
/// There is less left: the guest is out of fuel.
pub(super) fn charge(store: &mut StoreContextMut<'_, Host>, units: u64) -> Result<()> {
    let left = store.get_fuel()?;
    store.set_fuel(left.saturating_sub(units))?;
    if left < units { Err(Trap::OutOfFuel.into()) } else { Ok(()) }
}
