//! Writes transcripts into a directory: whole under their names, or not at all. Thousands a second
//! come in, so that nothing is asked that need not be known.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names of other writers that are passed by to find one for a file that is being written.
const NAMES_TRIED_MAX: u32 = 1_000;

/// A directory.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// The next name for a file that is being written.
    next: Arc<AtomicU64>,
}

impl Folder {
    /// The directory of that path, which is there.
    pub(super) fn new(path: &Path) -> Folder {
        Folder { path: path.to_owned(), next: Arc::default() }
    }

    /// Writes a file, or replaces it. What a loss of power leaves of it is not known.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path.join(name);
        let (staged, mut file) = match self.stage(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path.parent().unwrap_or(&self.path))?;
                self.stage(&path)?
            }
            staged => staged?,
        };
        let written = file.write_all(bytes).and_then(|()| fs::rename(&staged, &path));
        if written.is_err() {
            // It is in nobody's way, and what went wrong is told.
            let _ = fs::remove_file(&staged);
        }
        written
    }

    /// A new file next to the one that it will be, by a name that listings of object stores leave out.
    fn stage(&self, path: &Path) -> io::Result<(PathBuf, File)> {
        let mut failed = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..NAMES_TRIED_MAX {
            let mut name = path.as_os_str().to_owned();
            name.push(format!("#{}", self.next.fetch_add(1, Ordering::Relaxed)));
            match OpenOptions::new().write(true).create_new(true).open(&name) {
                Ok(file) => return Ok((name.into(), file)),
                // Somebody was stopped there, or another coordinator writes the same one.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => failed = error,
                Err(error) => return Err(error),
            }
        }
        Err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_as_a_whole_whatever_was_left_behind_and_nothing_else_is() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("ab")).unwrap();
        fs::write(dir.path().join("ab/file#0"), b"of one that was stopped").unwrap();
        let folder = Folder::new(dir.path());
        folder.put("ab/file", b"first").unwrap();
        folder.put("ab/file", b"second").unwrap();
        folder.put("cd/file", b"another").unwrap();
        assert_eq!(fs::read(dir.path().join("ab/file")).unwrap(), b"second");
        assert_eq!(fs::read(dir.path().join("cd/file")).unwrap(), b"another");
        fs::remove_file(dir.path().join("ab/file#0")).unwrap();
        assert_eq!(fs::read_dir(dir.path().join("ab")).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("ab/file")).unwrap();
        let folder = Folder::new(dir.path());
        assert!(folder.put("ab/file", b"in the place of a folder").is_err());
        assert_eq!(fs::read_dir(dir.path().join("ab")).unwrap().count(), 1);
        fs::write(dir.path().join("cd"), b"no folder").unwrap();
        assert!(folder.put("cd/file", b"below a file").is_err());
    }
}
