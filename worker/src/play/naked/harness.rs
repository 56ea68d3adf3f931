//! The harness as python3 finds it: the files that are baked into python.wasm, byte for byte, in a
//! folder that goes away with this.

use std::io;
use std::path::Path;

use tempfile::TempDir;

macro_rules! guest {
    ($($path:literal)*) => {
        &[$(($path, include_str!(concat!("../../../../sandbox-shim/guest/", $path)))),*]
    };
}

/// Every file of the harness. Built in, so that a worker that is installed alone has it, and the one
/// that its python.wasm was built with.
const GUEST: &[(&str, &str)] = guest! {
    "spacecode.py"
    "arena_harness/__init__.py"
    "arena_harness/entry.py"
    "arena_harness/faults.py"
    "arena_harness/guard.py"
    "arena_harness/holes.py"
    "arena_harness/player.py"
    "arena_harness/policy.py"
    "arena_harness/preload.py"
    "arena_harness/reading.py"
    "arena_harness/reply.py"
    "arena_harness/report.py"
    "arena_harness/sources.py"
    "arena_harness/stamp.py"
    "arena_harness/warmup.py"
};
/// What takes the place of the host, and of `arena_guest.py`.
const HOME: (&str, &str) = ("arena_home.py", include_str!("arena_home.py"));
/// Where bots find themselves: a folder without files, as in the sandbox.
const EMPTY: &str = "empty";

/// The harness on disk.
#[derive(Debug)]
pub struct Harness(TempDir);

impl Harness {
    /// Writes it into a folder of its own.
    ///
    /// # Errors
    /// What the system says.
    pub fn write() -> io::Result<Harness> {
        let folder = tempfile::Builder::new().prefix("arena-harness-").tempdir()?;
        std::fs::create_dir(folder.path().join("arena_harness"))?;
        std::fs::create_dir(folder.path().join(EMPTY))?;
        for (path, text) in GUEST.iter().chain([&HOME]) {
            std::fs::write(folder.path().join(path), text)?;
        }
        Ok(Harness(folder))
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        self.0.path()
    }

    /// A folder without files.
    pub(super) fn empty_folder(&self) -> std::path::PathBuf {
        self.0.path().join(EMPTY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_whole_harness_that_is_baked_into_python_wasm() {
        let guest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox-shim/guest");
        let mut found = vec!["spacecode.py".to_owned()];
        for entry in std::fs::read_dir(guest.join("arena_harness")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".py") {
                found.push(format!("arena_harness/{name}"));
            }
        }
        found.sort();
        let mut ours: Vec<String> = GUEST.iter().map(|(path, _)| (*path).to_owned()).collect();
        ours.sort();
        assert_eq!(ours, found);
    }
}
