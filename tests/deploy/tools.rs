//! kubectl, hadolint, and what `check.py` needs, fetched once at pinned versions.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use arena_tests::bin_folder;
use serde_json::Value;

/// The sources, where everything that is deployed lies.
pub(crate) fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// A file of the sources.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(sources().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What `check.py` makes of its input and its arguments, or what it says against them.
pub(crate) fn check(
    arguments: &[&str],
    environment: &BTreeMap<&str, &str>,
    input: &str,
) -> Result<Value, String> {
    let packages = packages();
    let mut child = Command::new("python3")
        .args(["-B", "-s"])
        .arg(own("check.py"))
        .args(arguments)
        .env("PYTHONPATH", &packages)
        .envs(environment)
        .current_dir(sources())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tests need python3 in PATH");
    // It may have said no before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// A program that came with the packages.
pub(crate) fn tool(name: &str) -> Command {
    Command::new(packages().join("bin").join(name))
}

/// What a command wrote; that it failed is a failed test.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
    String::from_utf8(succeeded(output).stdout).unwrap()
}

fn own(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file)
}

/// The folder with the packages; other pins and other Pythons have others.
fn packages() -> PathBuf {
    let version = ["-c", "import sys; print(sys.implementation.cache_tag)"];
    let mut key = output(Command::new("python3").args(version)).into_bytes();
    for file in ["binaries.txt", "requirements.txt"] {
        key.extend(fs::read(own(file)).unwrap());
    }
    let cache = bin_folder().join("../arena-test-cache");
    let folder = cache.join(format!("deploy-{}", terms::Digest::of(&key).short()));
    if !folder.is_dir() {
        fs::create_dir_all(&cache).unwrap();
        install(&cache, &folder);
    }
    folder
}

/// Installed aside and renamed: a folder of that name is whole.
fn install(cache: &Path, folder: &Path) {
    let aside = tempfile::tempdir_in(cache).unwrap();
    let packages = aside.path().join("packages");
    for (file, rule) in [("requirements.txt", "--prefer-binary"), ("binaries.txt", "--require-hashes")] {
        let output = Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"])
            .args(["--only-binary", ":all:", "--upgrade", rule, "--target"])
            .arg(&packages)
            .arg("--requirement")
            .arg(own(file))
            .output();
        succeeded(output.unwrap());
    }
    let renamed = fs::rename(&packages, folder);
    // Somebody else may have been faster; theirs is as good.
    assert!(renamed.is_ok() || folder.is_dir(), "{renamed:?}");
}

fn succeeded(output: Output) -> Output {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    output
}
