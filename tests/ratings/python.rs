//! A Python with numpy and scipy, fetched once at pinned versions.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use arena_tests::bin_folder;
use serde_json::Value;

/// What `reference.py` answers.
pub(crate) fn reference(cases: &Value) -> Value {
    let mut child = python(&packages())
        .arg(own("reference.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tests need python3 in PATH");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(cases.to_string().as_bytes()).unwrap();
    drop(stdin);
    serde_json::from_slice(&succeeded(child.wait_with_output().unwrap()).stdout).unwrap()
}

fn own(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ratings").join(file)
}

fn python(packages: &Path) -> Command {
    let mut command = Command::new("python3");
    // One thread: sums come out in one order, and nobody else's core is taken.
    command.args(["-B", "-s"]).env("PYTHONPATH", packages).env("OPENBLAS_NUM_THREADS", "1");
    command
}

/// The folder with the packages of `requirements.txt`; other pins and other Pythons have others.
fn packages() -> PathBuf {
    let asked =
        Command::new("python3").args(["-c", "import sys; print(sys.implementation.cache_tag)"]).output();
    let asked = succeeded(asked.expect("the tests need python3 in PATH"));
    let requirements = fs::read(own("requirements.txt")).unwrap();
    let key = terms::Digest::of(&[asked.stdout, requirements].concat());
    let cache = bin_folder().join("../arena-test-cache");
    let folder = cache.join(format!("ratings-{}", key.short()));
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
    let output = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"])
        .args(["--only-binary", ":all:", "--no-deps", "--target"])
        .arg(&packages)
        .arg("--requirement")
        .arg(own("requirements.txt"))
        .output();
    succeeded(output.unwrap());
    let renamed = fs::rename(&packages, folder);
    // Somebody else may have been faster; theirs is as good.
    assert!(renamed.is_ok() || folder.is_dir(), "{renamed:?}");
}

fn succeeded(output: Output) -> Output {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}
