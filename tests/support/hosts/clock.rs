//! A wall clock that jumps while programs run, by libfaketime.

use std::fs;
use std::path::{Path, PathBuf};

/// The library that stands between programs and the clock, where Debian puts it.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
/// Where libraries are, for one or for several kinds of processors.
const PLACES: [&str; 2] = ["/usr/lib", "/usr/lib64"];

/// A clock that is set by writing a file.
#[derive(Debug)]
pub(super) struct Clock(PathBuf);

impl Clock {
    /// A clock that is right at first, set by that file.
    pub(super) fn at(file: PathBuf) -> Clock {
        let clock = Clock(file);
        clock.set("+0d");
        clock
    }

    /// Sets it so far from what is right: `+1d`, `-1d`.
    pub(super) fn set(&self, offset: &str) {
        let new = self.0.with_extension("new");
        fs::write(&new, format!("{offset}\n")).expect("a temporary folder can be written");
        // At once: a program may be looking at it.
        fs::rename(&new, &self.0).expect("a temporary folder can be written");
    }

    /// What makes a program believe this clock. How long something takes it still knows.
    pub(super) fn variables(&self) -> [(&'static str, String); 6] {
        let yes = || "1".to_owned();
        [
            ("LD_PRELOAD", library().display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.0.display().to_string()),
            ("FAKETIME_NO_CACHE", yes()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", yes()),
            ("DONT_FAKE_MONOTONIC", yes()),
            // Its processes would find each other by their numbers, which are the same on all hosts.
            ("FAKETIME_DISABLE_SHM", yes()),
        ]
    }
}

fn library() -> PathBuf {
    let folders = PLACES.iter().flat_map(|place| {
        let kinds = fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path());
        kinds.chain([Path::new(place).to_owned()])
    });
    let found = folders.map(|folder| folder.join(LIBRARY)).find(|file| file.exists());
    found.unwrap_or_else(|| panic!("{LIBRARY} is missing: run tests/servers/install (Debian: faketime)"))
}
