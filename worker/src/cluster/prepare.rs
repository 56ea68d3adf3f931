//! From the digest of a python.wasm to a warm zygote: fetch, compile, start.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use serde::Deserialize;
use terms::digest::NotADigest;
use terms::printable::clean;
use terms::runtime::REFEREE_REVISION;
use terms::{Digest, Runtime};
use tokio::process::Command;

use super::{BlobError, Blobs};
use crate::sandbox::{Group, Keeping, SpawnError, ZygoteConfig, Zygotes};

/// Largest python.wasm, in bytes; the one with numpy takes 104 MB.
const PYTHON_WASM_BYTES_MAX: usize = 512 << 20;

/// The programs that a worker executes.
#[derive(Clone, Debug)]
pub struct Programs {
    /// sandbox-shim.
    pub shim: PathBuf,
    /// precompile.
    pub precompile: PathBuf,
    /// Where native code is cached.
    pub native_folder: PathBuf,
    /// What came with the programs: python.wasm and its native code, only to be read.
    pub prebuilt: Option<PathBuf>,
    /// Whether the sandbox must have namespaces.
    pub require_namespaces: bool,
}

/// How a worker keeps its sandboxes.
#[derive(Clone, Debug)]
pub struct Upkeep {
    /// Matches played at once.
    pub slots: usize,
    /// Matches after which a zygote is replaced.
    pub zygote_matches: NonZeroU32,
    /// The cgroup for sandboxes, or why there is none.
    pub group: Result<Arc<Group>, String>,
}

/// What a worker prepares for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preparation {
    /// BLAKE3 of python.wasm.
    pub python_wasm: Digest,
    /// Stack of the WebAssembly code, in bytes.
    pub stack_bytes: u32,
    /// Linear memory of each bot, in bytes.
    pub memory_bytes: u64,
}

/// Everything that matches are played with.
pub struct Ready {
    /// What it was prepared for.
    pub preparation: Preparation,
    /// What the shim says it is, with our python.wasm.
    pub runtime: Runtime,
    /// Where sealed children come from.
    pub zygotes: Zygotes,
}

/// Why a worker cannot play.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// python.wasm is not to be had.
    #[error("python.wasm cannot be fetched")]
    Blob(#[from] BlobError),
    /// The compiler does not start.
    #[error("{program} does not start; `make build` makes it")]
    Compiler {
        /// The precompile executable.
        program: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The compiler failed; it has said why on standard error.
    #[error("precompile failed ({0}); see its message above")]
    Compile(std::process::ExitStatus),
    /// The compiler said something else than expected.
    #[error("precompile answered {0:?}; worker and precompile must come from one build")]
    Answer(String),
    /// The sandbox does not start.
    #[error("the sandbox does not start")]
    Spawn(#[from] SpawnError),
}

/// What precompile prints on standard output.
#[derive(Deserialize)]
struct Native {
    path: PathBuf,
    blake3: String,
}

/// Fetches and compiles python.wasm and starts a zygote on it. `note` hears what is being done.
///
/// # Errors
/// The first step that fails.
pub async fn prepare(
    programs: Programs,
    upkeep: Upkeep,
    preparation: Preparation,
    blobs: &Blobs,
    note: impl Fn(&str),
) -> Result<Ready, PrepareError> {
    let python_wasm = match programs.brought(preparation.python_wasm) {
        Some(path) => path,
        None => {
            note("fetching python.wasm");
            blobs.file(preparation.python_wasm, PYTHON_WASM_BYTES_MAX).await?
        }
    };
    prepare_file(programs, upkeep, preparation, &python_wasm, note).await
}

/// The same with a python.wasm that is there already, of the digest in `preparation`.
///
/// # Errors
/// The first step that fails.
pub async fn prepare_file(
    programs: Programs,
    upkeep: Upkeep,
    preparation: Preparation,
    python_wasm: &Path,
    note: impl Fn(&str),
) -> Result<Ready, PrepareError> {
    note("compiling python.wasm to native code (once; about 20 seconds)");
    let native = compile(&programs, python_wasm).await?;
    note("starting the sandbox");
    let answer = || PrepareError::Answer(native.blake3.clone());
    let config = ZygoteConfig {
        shim: programs.shim,
        native_digest: native.blake3.parse().map_err(|_: NotADigest| answer())?,
        native: native.path,
        stack_bytes: preparation.stack_bytes,
        answer_max: ZygoteConfig::ANSWER_MAX,
        require_namespaces: programs.require_namespaces,
        untrusted: false,
    };
    let keeping = upkeep.keeping(config, preparation.memory_bytes);
    let started = tokio::task::spawn_blocking(move || Zygotes::start(keeping)).await;
    let zygotes = started.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
    let runtime = {
        let described = zygotes.described();
        Runtime {
            python_wasm: preparation.python_wasm,
            wasmtime: described.wasmtime.clone(),
            engine: described.engine,
            referee: REFEREE_REVISION,
            target: std::env::consts::ARCH.to_owned(),
        }
    };
    Ok(Ready { preparation, runtime, zygotes })
}

impl Programs {
    /// The python.wasm that came with the programs, if it is the one that is wanted.
    fn brought(&self, wanted: Digest) -> Option<PathBuf> {
        let path = self.prebuilt.as_ref()?.join("python.wasm");
        let why = match std::fs::read(&path) {
            Ok(bytes) if Digest::of(&bytes) == wanted => return Some(path),
            Ok(_) => "it is not the coordinator's".to_owned(),
            Err(error) => error.to_string(),
        };
        tracing::warn!("{} is not used: {why}", path.display());
        None
    }
}

impl Upkeep {
    fn keeping(self, zygote: ZygoteConfig, memory_bytes: u64) -> Keeping {
        let limited = |group: Arc<Group>| match group.limit(self.slots, memory_bytes) {
            Ok(()) => Ok(group),
            Err(error) => Err(format!("its limits cannot be set: {error}")),
        };
        Keeping { zygote, matches: self.zygote_matches, group: self.group.and_then(limited) }
    }
}

async fn compile(programs: &Programs, python_wasm: &Path) -> Result<Native, PrepareError> {
    let failed = |source| PrepareError::Compiler { program: programs.precompile.clone(), source };
    let mut command = Command::new(&programs.precompile);
    command.arg(python_wasm).arg("--cache-dir").arg(&programs.native_folder);
    if let Some(folder) = &programs.prebuilt {
        command.arg("--prebuilt").arg(folder);
    }
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(failed)?;
    if !output.status.success() {
        return Err(PrepareError::Compile(output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|_| {
        PrepareError::Answer(clean(
            &String::from_utf8_lossy(&output.stdout).chars().take(200).collect::<String>(),
        ))
    })
}
