//! SECURITY.md keeps its word: every test that it names exists.
#![expect(clippy::expect_used, reason = "a test's helpers fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the workspace")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("a folder entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    let found = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found.chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}

/// What looks like the name of a test: lower-case words, joined, in backquotes.
fn named(document: &str) -> Vec<&str> {
    let quoted = document.split('`').skip(1).step_by(2);
    let is_name = |text: &&str| {
        text.matches('_').count() >= 3 && text.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    quoted.filter(is_name).collect()
}

#[test]
fn every_claim_of_the_security_page_has_its_test() {
    let document = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md");
    let names = named(&document);
    assert!(names.len() >= 20, "this test reads the page wrongly: {names:?}");
    let files = ["coordinator", "proto", "sandbox-shim", "tests", "worker"]
        .map(|folder| rust_files(&root().join(folder)));
    let sources: Vec<String> =
        files.iter().flatten().map(|file| fs::read_to_string(file).expect("source is text")).collect();
    for name in names {
        let test = format!("#[test]\n    fn {name}()");
        let at_top = format!("#[test]\nfn {name}()");
        let is_async = format!("async fn {name}()");
        let has = |source: &String| [&test, &at_top, &is_async].iter().any(|form| source.contains(*form));
        let exists = sources.iter().any(has);
        assert!(exists, "SECURITY.md names {name}, which is no test");
    }
}
