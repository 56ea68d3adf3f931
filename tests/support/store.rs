//! A tournament's store as somebody finds it who pulls the plug.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::Luck;

/// The database, the log of what is not in it yet, and the index of that log.
const FILES: [&str; 3] = ["arena.sqlite", "arena.sqlite-wal", "arena.sqlite-shm"];
/// Length of the log from which on some of it may have been merged into the database: SQLite does so
/// after a thousand pages.
const MERGED_FROM: u64 = 1_000 * 4_096;
/// Prints the digest of every result; looks through the whole file first.
const READ: &str = "
import json, sqlite3, sys
store = sqlite3.connect(sys.argv[1])
found = store.execute('PRAGMA integrity_check').fetchall()
assert found == [('ok',)], found
is_new = not store.execute(\"SELECT 1 FROM sqlite_master WHERE name = 'results'\").fetchall()
print(json.dumps({} if is_new else dict(store.execute('SELECT match_id, digest FROM results'))))
";

/// What was lost together with the power.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// Nothing.
    Nothing,
    /// The end of the last write to the log.
    EndOfLog,
    /// Nothing, but the log was made longer without what belongs there.
    GarbageInLog,
    /// What the index held.
    ContentsOfIndex,
    /// Half of the index.
    HalfOfIndex,
    /// The index.
    Index,
}

/// All of them.
pub const LOSSES: [Loss; 6] = [
    Loss::Nothing,
    Loss::EndOfLog,
    Loss::GarbageInLog,
    Loss::ContentsOfIndex,
    Loss::HalfOfIndex,
    Loss::Index,
];

/// The results in a data directory, by match, with their digests. Leaves the store as it is: it
/// reads a copy.
pub fn stored(data: &Path) -> BTreeMap<String, String> {
    if !data.join(FILES[0]).exists() {
        return BTreeMap::new();
    }
    let copy = tempfile::tempdir().expect("a temporary folder");
    copy_store(data, copy.path());
    let output = Command::new("python3")
        .args(["-c", READ])
        .arg(copy.path().join(FILES[0]))
        .output()
        .expect("the tests need python3 in PATH");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the digests are JSON")
}

/// Copies the files of a store, one after the other, while somebody may write to them.
///
/// Power fails at one moment, and copying takes several. What is written to the log meanwhile does
/// not matter: the end of what was copied is what a moment before that had. But if the log was
/// merged into the database meanwhile, no moment had both as copied, and they are copied again.
pub fn copy_store(from: &Path, to: &Path) {
    let merged = || fs::metadata(from.join(FILES[0])).and_then(|file| file.modified()).ok();
    fs::create_dir_all(to).expect("a temporary folder can be written");
    loop {
        let before: Option<SystemTime> = merged();
        for file in FILES {
            let copied = fs::copy(from.join(file), to.join(file));
            if copied.is_err() {
                let _ = fs::remove_file(to.join(file));
            }
        }
        if merged() == before {
            return;
        }
    }
}

/// Takes from a copy of a store what was lost.
pub fn lose(loss: Loss, data: &Path, luck: &mut Luck) {
    let [_, log, index] = FILES.map(|file| data.join(file));
    match loss {
        Loss::Nothing => {}
        Loss::EndOfLog => shorten(&log, |len| {
            // What was merged into the database was safe before.
            if len >= MERGED_FROM { len } else { len.saturating_sub(1 + luck.below(4_096)) }
        }),
        Loss::GarbageInLog => lengthen(&log, luck),
        Loss::ContentsOfIndex => shorten(&index, |_| 0),
        Loss::HalfOfIndex => shorten(&index, |len| len / 2),
        Loss::Index => drop(fs::remove_file(&index)),
    }
}

/// Cuts a file, if it is there.
fn shorten(path: &Path, to: impl FnOnce(u64) -> u64) {
    if let Ok(file) = OpenOptions::new().write(true).open(path) {
        let len = file.metadata().expect("a file of ours").len();
        file.set_len(to(len)).expect("a file of ours can be cut");
    }
}

fn lengthen(path: &Path, luck: &mut Luck) {
    let garbage: Vec<u8> = (0..1 + luck.below(9_000)).map(|_| luck.below(256) as u8).collect();
    let append = |mut file: File| file.write_all(&garbage).expect("a file of ours can grow");
    OpenOptions::new().append(true).open(path).ok().map(append);
}
