//! The interpreter in native code, compiled once for all tests.

use std::path::PathBuf;
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
    let output = Command::new(bin("precompile"))
        .arg(bin("python.wasm"))
        .arg("--cache-dir")
        .arg(bin_folder().join("../arena-test-cache/native"))
        .output()
        .expect("precompile starts");
    let answer: Value = serde_json::from_slice(&output.stdout).expect("precompile answers in JSON");
    let field = |name: &str| answer[name].as_str().expect("a path and a digest").to_owned();
    Native { path: field("path").into(), digest: field("blake3") }
}
