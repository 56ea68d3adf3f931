//! Builds the breakout drill, which nothing else builds: see `sandbox-shim/examples/drill`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The drill, built like the shim that is shipped: static, and with all optimisations. Up to date
/// whenever this returns.
pub fn drill() -> &'static Path {
    static DRILL: OnceLock<PathBuf> = OnceLock::new();
    DRILL.get_or_init(build)
}

fn build() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace.join("target"), PathBuf::from);
    let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let is_static = format!("target.{host}.rustflags=[\"-C\", \"target-feature=+crt-static\"]");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--locked", "-p", "sandbox-shim", "--example", "drill"])
        .args(["--target", &host, "--config", &is_static, "--target-dir"])
        .arg(&target)
        .current_dir(&workspace)
        .output()
        .expect("cargo starts");
    assert!(built.status.success(), "the drill is not built:\n{}", String::from_utf8_lossy(&built.stderr));
    target.join(host).join("release/examples/drill")
}
