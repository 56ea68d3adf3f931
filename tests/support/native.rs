//! The interpreter in native code, compiled once for all tests; and copies of programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{bin, bin_folder};

/// What `precompile` made.
pub struct Native {
    /// The file.
    pub path: PathBuf,
    /// Its BLAKE3, in hexadecimal.
    pub digest: String,
}

/// Compiles python.wasm, or finds it in the cache that all tests share.
pub fn native() -> Native {
    native_by(&bin("precompile"), &bin_folder().join("../arena-test-cache/native"))
}

/// The same by another compiler, in another cache.
pub fn native_by(precompile: &Path, cache: &Path) -> Native {
    let output = Command::new(precompile)
        .arg(bin("python.wasm"))
        .arg("--cache-dir")
        .arg(cache)
        .output()
        .expect("precompile starts");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("precompile answers in JSON");
    let field = |name: &str| answer[name].as_str().expect("a path and a digest").to_owned();
    Native { path: field("path").into(), digest: field("blake3") }
}

/// Copies a program, to be executed. By another process: what this one has open for writing, a child
/// that another thread makes just then has open as well, and what is open for writing is not executed.
pub fn copy_program(from: &Path, to: &Path) {
    let status = Command::new("cp").args([from, to]).status().expect("cp starts");
    assert!(status.success(), "{} is not copied", from.display());
}
