//! Fuel for work that the host does on behalf of a guest.
//!
//! wasmtime counts the guest's own instructions. Without a price for the host's work a bot could
//! keep it busy for hours within one turn's fuel, and so make a match void at will.

use wasmtime::component::{ComponentNamedList, Lift, LinkerInstance, Lower};
use wasmtime::{Result, StoreContextMut, Trap};

use super::Host;
use crate::meter;

/// Fuel for any call of the host, about what the machine needs for it: a tenth of a nanosecond a unit.
pub(super) const PER_CALL: u64 = 1_000;

/// Defines a function that costs [`PER_CALL`], besides what it charges itself.
///
/// # Errors
/// There is one of that name already.
pub(super) fn offer<Parameters, Results>(
    linker: &mut LinkerInstance<'_, Host>,
    name: &str,
    function: impl Fn(StoreContextMut<'_, Host>, Parameters) -> Result<Results> + Send + Sync + 'static,
) -> Result<()>
where
    Parameters: ComponentNamedList + Lift + 'static,
    Results: ComponentNamedList + Lower + 'static,
{
    linker.func_wrap(name, move |mut store: StoreContextMut<'_, Host>, parameters| {
        charge(&mut store, PER_CALL)?;
        function(store, parameters)
    })
}

/// Takes `units` from what the guest has left.
///
/// # Errors
/// There is less left: the guest is out of fuel.
pub(super) fn charge(store: &mut StoreContextMut<'_, Host>, units: u64) -> Result<()> {
    let left = meter::left(store)?;
    meter::set(store, left.saturating_sub(units))?;
    if left < units { Err(Trap::OutOfFuel.into()) } else { Ok(()) }
}
