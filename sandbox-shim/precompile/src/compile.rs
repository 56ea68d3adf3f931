//! Turning a component into native code, and naming what that depends on.

use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use terms::{Digest, Digester};
use wasmtime::Engine;

use crate::cache::CacheError;
use crate::progress::Progress;
use crate::source::SourceError;

/// Native code could not be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrecompileError {
    /// The input.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The cache.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The compiler does not work on this machine.
    #[error("wasmtime cannot compile for this machine: {0}")]
    Engine(String),
    /// The compiler does not accept the input.
    #[error("{} does not compile: {why}. It is damaged, or made for another version", path.display())]
    Rejected {
        /// Which file.
        path: PathBuf,
        /// What the compiler says.
        why: String,
    },
}

/// The compiler, set up like the engine that will run what it makes.
pub(crate) struct Compiler(Engine);

impl Compiler {
    /// # Errors
    /// There is no code generator for this machine.
    pub(crate) fn new(stack_bytes: u32) -> Result<Compiler, PrecompileError> {
        sandbox_shim::engine::engine(stack_bytes)
            .map(Compiler)
            .map_err(|error| PrecompileError::Engine(format!("{error:#}")))
    }

    /// The name under which native code of `wasm` is kept: another content, wasmtime,
    /// configuration or target gives another one.
    pub(crate) fn cache_key(&self, wasm: &[u8]) -> Digest {
        let mut fields = FieldHasher(Digester::new("arena native code 1"));
        fields.0.digest(&Digest::of(wasm)).bytes(terms::runtime::WASMTIME_VERSION.as_bytes());
        self.0.precompile_compatibility_hash().hash(&mut fields);
        fields.0.finish()
    }

    /// # Errors
    /// `wasm` is no valid component.
    pub(crate) fn compile(&self, wasm: &[u8], path: &Path) -> Result<Vec<u8>, PrecompileError> {
        let progress = Progress::start(&format!("compiling {} to native code", path.display()));
        let compiled = self.0.precompile_component(wasm);
        progress.finish();
        compiled.map_err(|error| PrecompileError::Rejected {
            path: path.to_owned(),
            why: error.root_cause().to_string(),
        })
    }
}

/// Feeds a digest from what wasmtime only offers as `Hash`.
struct FieldHasher(Digester);

impl Hasher for FieldHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.bytes(bytes);
    }

    /// Never asked for: the digest is what counts.
    fn finish(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0.finish().0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}
