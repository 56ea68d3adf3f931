//! The checked-in code is what `arena.proto` gives.
#![expect(clippy::expect_used, reason = "a test's helper fails by panicking")]

use std::path::{Path, PathBuf};

use prost::Message;
use tonic_prost_build::Config;

const GENERATED: [&str; 2] = ["arena.v1.rs", "arena.v1.bin"];

fn generate(into: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = protox::compile([root.join("arena.proto")], [root]).expect("arena.proto compiles");
    std::fs::write(into.join("arena.v1.bin"), files.encode_to_vec()).expect("a temporary file");
    tonic_prost_build::configure()
        .out_dir(into)
        .compile_fds_with_config(files, Config::new())
        .expect("code generates");
}

/// With `ARENA_REGENERATE=1` this writes the files instead of comparing them.
#[test]
fn the_generated_code_is_current() {
    let checked_in: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generated");
    let fresh = tempfile::tempdir().unwrap();
    generate(fresh.path());
    for name in GENERATED {
        let (from, to) = (fresh.path().join(name), checked_in.join(name));
        if std::env::var_os("ARENA_REGENERATE").is_some() {
            std::fs::copy(&from, &to).unwrap();
        }
        let is_current = std::fs::read(&from).unwrap() == std::fs::read(&to).unwrap_or_default();
        assert!(
            is_current,
            "{name} is stale: run `ARENA_REGENERATE=1 cargo test -p rpc --features bare --test generated`"
        );
    }
}
