//! The arrows of the README hold: who may link what, and who may write `unsafe`.
#![expect(clippy::expect_used, clippy::panic, reason = "a test's helpers fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every package of the workspace and its folder.
const PACKAGES: [(&str, &str); 15] = [
    ("terms", "proto/terms"),
    ("pipe", "proto/pipe"),
    ("rpc", "proto/rpc"),
    ("transcript", "proto/transcript"),
    ("probes", "proto/probes"),
    ("telemetry", "proto/telemetry"),
    ("games", "worker/games"),
    ("worker", "worker"),
    ("coordinator", "coordinator"),
    ("intake", "coordinator/intake"),
    ("sandbox-shim", "sandbox-shim"),
    ("precompile", "sandbox-shim/precompile"),
    ("arena-tests", "tests"),
    ("arena-fuzz", "tests/fuzz"),
    ("arena-servers", "tests/servers"),
];

/// The packages of the workspace that each may link, besides itself.
const ARROWS: [(&str, &[&str]); 12] = [
    ("terms", &[]),
    ("pipe", &["terms"]),
    ("rpc", &["terms"]),
    ("transcript", &["terms"]),
    ("probes", &[]),
    ("telemetry", &["terms"]),
    ("games", &["terms"]),
    ("intake", &["terms"]),
    ("worker", &["terms", "pipe", "rpc", "transcript", "games", "intake", "probes", "telemetry"]),
    ("coordinator", &["terms", "rpc", "transcript", "intake", "probes", "telemetry"]),
    ("sandbox-shim", &["terms", "pipe"]),
    ("precompile", &["terms", "pipe", "sandbox-shim"]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the workspace")
}

/// The names of everything that ends up in a package.
fn linked_by(package: &str) -> BTreeSet<String> {
    let arguments = ["tree", "-e", "normal", "--prefix", "none", "--no-dedupe", "--format", "{p}", "-p"];
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(arguments)
        .arg(package)
        .output()
        .expect("cargo tree starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("package names are text");
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

#[test]
fn arrows_between_packages_point_one_way() {
    for (package, allowed) in ARROWS {
        let linked = linked_by(package);
        let ours = PACKAGES.iter().map(|(name, _)| *name).filter(|name| linked.contains(*name));
        for other in ours.filter(|other| *other != package) {
            assert!(allowed.contains(&other), "{package} must not link {other}: see README, Arrows");
        }
    }
}

#[test]
fn the_shim_links_no_transport_and_no_compiler() {
    let linked = linked_by("sandbox-shim");
    assert!(linked.contains("wasmtime"), "this test reads the wrong tree: {linked:?}");
    let banned = ["tonic", "prost", "hyper", "h2", "cranelift-codegen", "wasmtime-internal-cranelift"];
    for banned in banned.into_iter().chain(["wasmtime-internal-winch", "sqlx", "clap"]) {
        assert!(!linked.contains(banned), "sandbox-shim must not link {banned}: see README, Arrows");
    }
}

#[test]
fn only_the_shim_links_wasmtime() {
    for package in ["terms", "pipe", "rpc", "transcript", "games", "worker", "coordinator"] {
        assert!(!linked_by(package).contains("wasmtime"), "{package} must not link wasmtime");
    }
}

#[test]
fn the_words_and_the_frames_stay_pure() {
    for package in ["terms", "pipe"] {
        let linked = linked_by(package);
        for banned in ["serde", "tokio", "tonic", "libc", "nix", "rustix"] {
            assert!(!linked.contains(banned), "{package} must not link {banned}");
        }
    }
    for banned in ["tokio", "rand", "getrandom"] {
        assert!(!linked_by("games").contains(banned), "games must not link {banned}");
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("a folder entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn unsafe_code_is_forbidden_outside_the_shim() {
    // The fuzz driver counts what is allocated, in one file, and is no part of what runs.
    let may = |folder: &str| folder.starts_with("sandbox-shim") || folder == "tests/fuzz";
    for (package, folder) in PACKAGES.iter().filter(|(_, folder)| !may(folder)) {
        for name in ["src/lib.rs", "src/main.rs", "support/lib.rs"] {
            let path = root().join(folder).join(name);
            let Ok(source) = fs::read_to_string(&path) else { continue };
            let forbids = source.contains("#![forbid(unsafe_code)]");
            assert!(forbids, "{package}: {} must forbid unsafe code", path.display());
        }
    }
}

#[test]
fn in_the_shim_unsafe_code_lives_in_harden_and_in_one_call() {
    let folder = root().join("sandbox-shim/src");
    for path in rust_files(&folder) {
        let source = fs::read_to_string(&path).expect("source is text");
        let blocks = source.lines().filter(|line| line.contains("unsafe {")).count();
        let relative = path.strip_prefix(&folder).expect("within the folder");
        let allowed = if relative.starts_with("harden") { usize::MAX } else { 1 };
        let deserializes = source.contains("::deserialize");
        assert!(blocks == 0 || blocks <= allowed && (allowed > 1 || deserializes), "{}", path.display());
    }
}

#[test]
fn nothing_that_plays_for_a_coordinator_can_leave_the_sandbox() {
    let folder = root().join("worker/src");
    // The way in: what reads the command line, and what runs what it says.
    let entrance = ["lib.rs", "main.rs", "config.rs", "exit.rs"];
    for path in rust_files(&folder) {
        let relative = path.strip_prefix(&folder).expect("within the folder");
        if relative.starts_with("play") || entrance.iter().any(|file| relative == Path::new(file)) {
            continue;
        }
        let source = fs::read_to_string(&path).expect("source is text").to_lowercase();
        for word in ["crate::play", "naked", "unsandboxed", "python3"] {
            assert!(!source.contains(word), "{} must not know of {word:?}", path.display());
        }
    }
}

#[test]
fn every_package_takes_its_lints_from_the_workspace() {
    for (package, folder) in PACKAGES {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{package} has lints of its own");
    }
}

#[test]
fn the_pinned_wasmtime_is_the_one_in_the_fingerprint() {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let version = terms::runtime::WASMTIME_VERSION;
    let entry = format!("name = \"wasmtime\"\nversion = \"{version}\"");
    assert!(lock.contains(&entry), "Cargo.lock has another wasmtime than terms::runtime says");
}
