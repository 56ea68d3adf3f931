//! Bots that look for anything that may differ from run to run, and say what they see.

use std::fs;
use std::path::{Path, PathBuf};

use arena_tests::{example_bots, write_bot};
use tempfile::TempDir;

/// What some of them say, wherever they are.
pub(crate) const TELL: [(&str, &str); 7] = [
    ("clocks", "today: datetime.datetime(2000, 1, 1, "),
    ("randomness", "bytes: '"),
    ("order", "words: ["),
    ("addresses", "<object object at 0x"),
    ("floats", "5e-324"),
    ("tracebacks", "most recent call last"),
    ("memory", "MemoryError()"),
];

/// A folder with all of them and an honest bot.
pub(crate) struct Observers(TempDir);

impl Observers {
    pub(crate) fn gathered() -> Observers {
        let folder = tempfile::tempdir().unwrap();
        for (name, source) in all() {
            write_bot(folder.path(), &format!("{name}.py"), &source);
        }
        fs::copy(example_bots().join("hunter.py"), folder.path().join("hunter.py")).unwrap();
        Observers(folder)
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

/// Name and source of each.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("determinism/bots");
    let shows = fs::read(folder.join("shows.py")).unwrap();
    let paths = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut bots: Vec<(String, Vec<u8>)> = paths
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .filter(|(name, _)| name != "shows")
        .map(|(name, source)| (name, [source, b"\n\n".to_vec(), shows.clone()].concat()))
        .collect();
    bots.sort();
    bots
}
