//! How wasmtime is set up, for the compiler and for the shim alike.
//!
//! Whatever a bot could observe of it is part of `terms::runtime::ENGINE_REVISION`: change one,
//! raise the other.

use wasmtime::{Config, Engine, OperatorCost};

/// Stack that host functions may use on top of the guest's, in bytes.
pub const HOST_STACK_BYTES: u32 = 1 << 20;

/// The least and the most that can be asked for as a stack of the guest, in bytes. The same bounds
/// as those of the limit `stack_bytes`.
pub const STACK_BYTES: std::ops::RangeInclusive<u32> = (256 << 10)..=(4 << 20);

/// Fuel of instructions that take much longer than the tenth of a nanosecond of an ordinary one, so
/// that no bot can make its fuel last longer than the wall clock that guards us. Bytes that are
/// copied or filled cost one each by themselves.
const PRICES: OperatorCost = OperatorCost {
    MemoryGrow: 200,
    TableGrow: 200,
    F32Div: 8,
    F64Div: 8,
    F32Sqrt: 10,
    F64Sqrt: 10,
    I32DivS: 8,
    I32DivU: 8,
    I32RemS: 8,
    I32RemU: 8,
    I64DivS: 10,
    I64DivU: 10,
    I64RemS: 10,
    I64RemU: 10,
    ..OperatorCost::new()
};

/// The engine for guests with a stack of `stack_bytes`.
///
/// # Errors
/// wasmtime refuses the configuration on this machine.
pub fn engine(stack_bytes: u32) -> wasmtime::Result<Engine> {
    Engine::new(&config(stack_bytes)?)
}

/// The engine for a stranger's component, with a stack of `stack_bytes`.
///
/// Memory is filled by copying, because a sealed process can map no file; and one thread compiles,
/// because a sealed process has no other.
///
/// # Errors
/// wasmtime refuses the configuration on this machine.
pub fn engine_for_strangers(stack_bytes: u32) -> wasmtime::Result<Engine> {
    let mut config = config(stack_bytes)?;
    config.memory_init_cow(false);
    #[cfg(feature = "compiler")]
    config.parallel_compilation(false);
    Engine::new(&config)
}

/// The configuration: deterministic first, then fast, and nothing that a Python interpreter does
/// not need.
fn config(stack_bytes: u32) -> wasmtime::Result<Config> {
    let mut config = Config::new();
    deterministic(&mut config);
    without_what_nobody_needs(&mut config);
    config
        .max_wasm_stack(stack_bytes as usize)
        .async_stack_size((stack_bytes + HOST_STACK_BYTES) as usize)
        .memory_init_cow(true)
        .memory_may_move(false);
    #[cfg(feature = "compiler")]
    compiling(&mut config)?;
    Ok(config)
}

/// What only whoever compiles decides; whoever loads finds it done.
#[cfg(feature = "compiler")]
fn compiling(config: &mut Config) -> wasmtime::Result<()> {
    // Naming the target means code for the oldest CPU of its kind. Code for this very CPU has stack
    // frames of other sizes, so the depth at which a bot overflows its stack would depend on the
    // machine. It was measured to be no faster either.
    config.target(this_target())?.cranelift_nan_canonicalization(true).parallel_compilation(true);
    Ok(())
}

/// This machine's target.
#[cfg(feature = "compiler")]
const fn this_target() -> &'static str {
    if cfg!(target_arch = "aarch64") { "aarch64-unknown-linux-gnu" } else { "x86_64-unknown-linux-gnu" }
}

/// Fuel is the only clock that judges a bot, so nothing may depend on the machine's speed or on
/// which of its instructions compute a NaN.
fn deterministic(config: &mut Config) {
    config
        .consume_fuel(!cfg!(feature = "without-fuel"))
        .operator_cost(PRICES)
        .epoch_interruption(false)
        .relaxed_simd_deterministic(true)
        .shared_memory(false)
        .concurrency_support(false);
}

/// Each of these is code that could be attacked, or bytes that would be loaded for nothing. Traps
/// are reported as plain sentences, so the tables for backtraces are left out as well.
fn without_what_nobody_needs(config: &mut Config) {
    config
        .gc_support(false)
        .wasm_memory64(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_of_the_stack_are_those_of_the_limit() {
        let row = terms::limits::ROWS.iter().find(|row| row.name == "stack_bytes").unwrap();
        assert_eq!((u64::from(*STACK_BYTES.start()), u64::from(*STACK_BYTES.end())), (row.min, row.max));
    }

    #[test]
    fn every_stack_within_bounds_makes_an_engine() {
        for stack in [*STACK_BYTES.start(), terms::limits::DEFAULTS.stack_bytes, *STACK_BYTES.end()] {
            engine(stack).unwrap();
        }
    }
}
