//! Nobody makes the hot paths slower by accident: the instructions of each, counted by valgrind, stay
//! within the bounds in `guard/bounds.json`. Counting instructions says nothing of caches or of the
//! kernel, but it says the same on a busy machine as on an idle one.
//!
//! Who changes a path on purpose writes new bounds and commits them with the change:
//!
//! ```text
//! ARENA_REGENERATE=1 cargo test --release --test guard
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers fail by panicking"
)]

#[path = "guard/paths.rs"]
mod paths;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// By how much a path may exceed what is written down: another compiler or another machine counts a
/// little differently.
const SLACK: f64 = 1.25;

/// Instructions of one call, by path.
type Counts = BTreeMap<String, u64>;

#[test]
fn hot_paths_take_no_more_instructions_than_they_did() {
    let counted = count();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("guard/bounds.json");
    if std::env::var_os("ARENA_REGENERATE").is_some() {
        std::fs::write(&file, serde_json::to_string_pretty(&counted).unwrap() + "\n").unwrap();
        return;
    }
    let bounds: Counts = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let names = |counts: &Counts| counts.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&counted), names(&bounds), "each path has a bound: see this file's first lines");
    let complaints = complaints(&counted, &bounds);
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn a_path_that_got_slower_is_named_and_what_got_faster_is_welcome() {
    let counts =
        |each: [u64; 3]| -> Counts { ["a", "b", "c"].map(str::to_owned).into_iter().zip(each).collect() };
    let found = complaints(&counts([130, 110, 50]), &counts([100, 100, 100]));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("a takes 130 instructions, 1.30 times"), "{found:?}");
}

/// Runs everything once, when valgrind counts.
#[test]
#[ignore = "run by the test above, under valgrind"]
fn under_valgrind() {
    paths::run_all();
}

fn complaints(counted: &Counts, bounds: &Counts) -> Vec<String> {
    let judge = |(name, count): (&String, &u64)| {
        let bound = bounds.get(name).copied().unwrap_or(0).max(1);
        let times = *count as f64 / bound as f64;
        let text = format!(
            "{name} takes {count} instructions, {times:.2} times the {bound} in tests/guard/bounds.json: make it faster \
             again, or write down why it may be slower (ARENA_REGENERATE=1 cargo test --release --test guard)"
        );
        (times > SLACK).then_some(text)
    };
    counted.iter().filter_map(judge).collect()
}

/// Has valgrind run this program, and reads what it counted.
fn count() -> Counts {
    let folder = tempfile::tempdir().unwrap();
    let out: PathBuf = folder.path().join("callgrind.out");
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "under_valgrind", "--ignored", "--test-threads", "1"])
        .output()
        .unwrap_or_else(|error| {
            panic!("valgrind does not start ({error}): tests/servers/install installs it")
        });
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let annotated = Command::new("callgrind_annotate")
        .args(["--inclusive=yes", "--threshold=100", "--auto=no"])
        .arg(&out)
        .output()
        .expect("it comes with valgrind");
    let text = String::from_utf8_lossy(&annotated.stdout);
    let counted: Counts =
        paths::ALL.iter().map(|path| (path.name.to_owned(), per_call(&text, path))).collect();
    assert!(counted.values().all(|count| *count > 0), "{counted:?}");
    counted
}

/// Lines are like `12,345 (10.0%)  ./tests/guard/paths.rs:guard::paths::frames [/…/guard-1234]`.
fn per_call(annotated: &str, path: &paths::Path) -> u64 {
    let symbol = format!("paths::{} [", path.name);
    let line = annotated.lines().find(|line| line.contains(&symbol));
    let line = line.unwrap_or_else(|| panic!("{symbol:?} is not in:\n{annotated}"));
    let number: String = line
        .trim()
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ',')
        .filter(char::is_ascii_digit)
        .collect();
    number.parse::<u64>().unwrap() / u64::from(path.calls)
}
