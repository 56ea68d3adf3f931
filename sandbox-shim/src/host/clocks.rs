//! `wasi:clocks`: time that passes with fuel.
//!
//! The wall clock starts at 2000-01-01T00:00:00Z when a bot begins to load, the monotonic clock at
//! zero. Both advance by a nanosecond for every ten units of fuel, about what the machine needs
//! for them, and by whatever the bot sleeps. The same bot so sees the same time everywhere.

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource};
use wasmtime::{Result, StoreContextMut};

use super::Host;
use super::fuel::offer;
use super::poll::Pollable;

/// 2000-01-01T00:00:00Z, in seconds since 1970.
const EPOCH_SECONDS: u64 = 946_684_800;
/// Fuel that makes a nanosecond.
const FUEL_PER_NANOSECOND: u64 = 10;
/// Resolution of both clocks, in nanoseconds.
const RESOLUTION_NANOSECONDS: u64 = 1;
const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// Time since a bot began to load.
#[derive(Default)]
pub(crate) struct VirtualClock {
    /// Fuel of all calls before this one.
    spent_fuel: u64,
    /// Fuel that the current call began with.
    call_fuel: u64,
    /// Nanoseconds slept.
    slept: u64,
}

impl VirtualClock {
    /// A call begins with that much fuel.
    pub(crate) fn call_begins(&mut self, fuel: u64) {
        self.call_fuel = fuel;
    }

    /// The current call ended having used that much fuel.
    pub(crate) fn call_ended(&mut self, used: u64) {
        self.spent_fuel = self.spent_fuel.saturating_add(used);
        self.call_fuel = 0;
    }

    /// Nanoseconds since the bot began to load, in a call that has `left` fuel left.
    fn now(&self, left: u64) -> u64 {
        let fuel = self.spent_fuel.saturating_add(self.call_fuel.saturating_sub(left));
        (fuel / FUEL_PER_NANOSECOND).saturating_add(self.slept)
    }

    /// Lets that many nanoseconds pass.
    pub(super) fn sleep(&mut self, nanoseconds: u64) {
        self.slept = self.slept.saturating_add(nanoseconds);
    }
}

/// Nanoseconds since the bot began to load.
pub(super) fn now(store: &StoreContextMut<'_, Host>) -> Result<u64> {
    Ok(store.data().clock.now(crate::meter::left(store)?))
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

impl Datetime {
    fn of(nanoseconds: u64) -> Datetime {
        Datetime {
            seconds: EPOCH_SECONDS + nanoseconds / NANOSECONDS_PER_SECOND,
            nanoseconds: (nanoseconds % NANOSECONDS_PER_SECOND) as u32,
        }
    }
}

/// Defines a function of `wasi:clocks/wall-clock`, if it is one.
pub(super) fn wall(linker: &mut LinkerInstance<'_, Host>, name: &str) -> Result<bool> {
    match name {
        "now" => offer(linker, name, |store, (): ()| Ok((Datetime::of(now(&store)?),)))?,
        "resolution" => offer(linker, name, |_, (): ()| {
            Ok((Datetime { seconds: 0, nanoseconds: RESOLUTION_NANOSECONDS as u32 },))
        })?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Defines a function of `wasi:clocks/monotonic-clock`, if it is one.
pub(super) fn monotonic(linker: &mut LinkerInstance<'_, Host>, name: &str) -> Result<bool> {
    match name {
        "now" => offer(linker, name, |store, (): ()| Ok((now(&store)?,)))?,
        "resolution" => offer(linker, name, |_, (): ()| Ok((RESOLUTION_NANOSECONDS,)))?,
        "subscribe-instant" => offer(linker, name, |store, (when,): (u64,)| alarm(store, when))?,
        "subscribe-duration" => offer(linker, name, |store, (wait,): (u64,)| {
            let when = now(&store)?.saturating_add(wait);
            alarm(store, when)
        })?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Something to wait for until `when`.
fn alarm(mut store: StoreContextMut<'_, Host>, when: u64) -> Result<(Resource<Pollable>,)> {
    Ok((Resource::new_own(store.data_mut().handles.alarm(when)?),))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_fuel_and_sleep() {
        let mut clock = VirtualClock::default();
        clock.call_begins(1_000);
        assert_eq!(clock.now(1_000), 0);
        assert_eq!(clock.now(900), 10);
        clock.sleep(5);
        clock.call_ended(200);
        clock.call_begins(1_000);
        assert_eq!(clock.now(1_000), 25);
        clock.sleep(u64::MAX);
        assert_eq!(clock.now(0), u64::MAX, "time stands still at its end");
    }

    #[test]
    fn the_wall_clock_has_an_end_too() {
        let end = Datetime::of(u64::MAX);
        assert_eq!(end.seconds, EPOCH_SECONDS + u64::MAX / NANOSECONDS_PER_SECOND);
        assert!(u64::from(end.nanoseconds) < NANOSECONDS_PER_SECOND);
    }
}
