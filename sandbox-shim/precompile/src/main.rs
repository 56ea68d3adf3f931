//! `precompile`: python.wasm to native code, once per content, wasmtime, configuration and target.
//!
//! A program of its own because it links a compiler, which the shim must not. Prints one line of
//! JSON on stdout, the path and the BLAKE3 of the native file; everything else goes to stderr. What
//! it does for strangers' components, `untrusted` says.
#![forbid(unsafe_code)]

mod bounds;
mod cache;
mod compile;
mod prebuilt;
mod progress;
mod source;
mod untrusted;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

/// Compiles python.wasm to native code for this machine, or finds it compiled already.
#[derive(Parser)]
#[command(name = "precompile", version)]
#[command(
    after_help = "Example:\n  precompile python.wasm --cache-dir ~/.cache/arena\n\nPrints one line of JSON: \
                        {\"path\": \"…/native/….cwasm\", \"blake3\": \"…\", \"cached\": false}\n\nWith --untrusted the \
                        component comes over standard input and native code goes to standard output. Exit \
                        code 3 says that it was rejected, and standard output why"
)]
struct Args {
    /// The interpreter: a WebAssembly component that implements proto/bot.wit.
    #[arg(required_unless_present = "untrusted")]
    python_wasm: Option<PathBuf>,
    /// Where native code is kept. A directory `native` in it is created for the owner alone.
    #[arg(long, value_name = "DIR", required_unless_present = "untrusted")]
    cache_dir: Option<PathBuf>,
    /// A cache directory that came with the programs: looked at first, and never written. It counts only
    /// where nobody but root and this user can write.
    #[arg(long, value_name = "DIR")]
    prebuilt: Option<PathBuf>,
    /// Compile a stranger's component, from standard input to standard output, in a sealed process.
    #[arg(long, conflicts_with_all = ["python_wasm", "cache_dir", "prebuilt"])]
    untrusted: bool,
    /// Stack of the WebAssembly code, in bytes.
    #[arg(long, value_name = "N", default_value_t = terms::limits::DEFAULTS.stack_bytes, value_parser = stack_bytes)]
    stack_bytes: u32,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let (Some(python_wasm), Some(cache_dir)) = (&args.python_wasm, &args.cache_dir) else {
        untrusted::run(args.stack_bytes)
    };
    match run(python_wasm, cache_dir, args.prebuilt.as_deref(), args.stack_bytes) {
        Ok(native) => {
            announce(&native);
            ExitCode::SUCCESS
        }
        Err(error) => {
            progress::say(&format!("error: {}", with_sources(&error)));
            ExitCode::FAILURE
        }
    }
}

fn run(
    python_wasm: &Path,
    cache_dir: &Path,
    prebuilt: Option<&Path>,
    stack_bytes: u32,
) -> Result<cache::Native, compile::PrecompileError> {
    let wasm = source::read(python_wasm)?;
    let compiler = compile::Compiler::new(stack_bytes)?;
    let key = compiler.cache_key(&wasm);
    if let Some(native) = prebuilt.map(|folder| prebuilt::find(folder, &key)).transpose()?.flatten() {
        return Ok(native);
    }
    let cache = cache::Cache::open(cache_dir)?;
    let entry = cache.entry(&key);
    let _held_until_done = entry.lock()?;
    match entry.find()? {
        Some(native) => Ok(native),
        None => Ok(entry.store(&compiler.compile(&wasm, python_wasm)?)?),
    }
}

/// The one line on stdout.
#[expect(clippy::print_stdout, reason = "the result is data, and data goes to stdout")]
fn announce(native: &cache::Native) {
    let line = serde_json::json!({
        "path": native.path.to_string_lossy(),
        "blake3": native.digest.to_string(),
        "cached": native.cached,
    });
    println!("{line}");
}

/// An error and what caused it, on one line.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    text
}

fn stack_bytes(text: &str) -> Result<u32, String> {
    let bounds = sandbox_shim::engine::STACK_BYTES;
    let wrong = || format!("must be a number of bytes from {} to {}", bounds.start(), bounds.end());
    text.parse().ok().filter(|bytes| bounds.contains(bytes)).ok_or_else(wrong)
}
