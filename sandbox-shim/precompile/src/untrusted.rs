//! Compiling a stranger's component in a process that can do nothing else.
//!
//! ```text
//! descriptor 0 ── component ──► sealed ──► bounds ──► compiler ── native code ──► descriptor 1
//!                                            └──────────┴── the reason, exit code 3
//! ```
//!
//! The order of [`run`] is the argument: nothing of the component is read before the seal.

use std::io::{Read, Write};

use sandbox_shim::{engine, seal_compiler};
use wasmtime::Engine;

use crate::bounds;
use crate::progress::say;

/// The component cannot be compiled, on any machine; the reason is on standard output.
pub(crate) const REJECTED: u8 = 3;
/// This machine or this program failed; the reason is on standard error.
const FAILED: u8 = 1;
/// Most bytes of a component: more than the largest limit on a bot's source.
const COMPONENT_BYTES_MAX: u64 = 16 << 20;
/// Longest reason, in bytes.
const REASON_BYTES_MAX: usize = 1_000;
/// A component without anything in it.
const EMPTY_COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// Compiles what comes over standard input.
pub(crate) fn run(stack_bytes: u32) -> ! {
    let compiler = prepare(stack_bytes).unwrap_or_else(|why| fail(&why));
    seal_compiler::seal().unwrap_or_else(|error| fail(&error));
    let mut wasm = Vec::new();
    if let Err(error) = std::io::stdin().lock().take(COMPONENT_BYTES_MAX).read_to_end(&mut wasm) {
        fail(&error);
    }
    match compile(&compiler, &wasm) {
        Ok(native) => answer(&native, 0),
        Err(reason) => {
            let cut = reason.floor_char_boundary(REASON_BYTES_MAX);
            answer(reason.get(..cut).unwrap_or_default().as_bytes(), REJECTED)
        }
    }
}

/// The compiler, which has worked once: what it sets up when it is first used, it sets up before
/// the seal.
fn prepare(stack_bytes: u32) -> Result<Engine, String> {
    let engine = engine::engine_for_strangers(stack_bytes).map_err(|error| format!("{error:#}"))?;
    engine.precompile_component(EMPTY_COMPONENT).map_err(|error| format!("{error:#}"))?;
    Ok(engine)
}

/// # Errors
/// Why the component is rejected, as the sentence that its author reads.
fn compile(compiler: &Engine, wasm: &[u8]) -> Result<Vec<u8>, String> {
    if let Some(what) = terms::component::what_else(wasm) {
        return Err(format!("it is no WebAssembly component: {what}"));
    }
    bounds::check(wasm).map_err(|error| error.to_string())?;
    compiler
        .precompile_component(wasm)
        .map_err(|error| format!("it is no valid component: {}", error.root_cause()))
}

fn answer(bytes: &[u8], code: u8) -> ! {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => seal_compiler::end(code),
        Err(error) => fail(&error),
    }
}

fn fail(why: &dyn std::fmt::Display) -> ! {
    say(&format!("error: {why}"));
    seal_compiler::end(FAILED)
}
