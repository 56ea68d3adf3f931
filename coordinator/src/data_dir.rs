//! The directory that a coordinator keeps everything in, and the lock that keeps others out.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};

use crate::config::{Place, Site};

/// The file whose lock means that a coordinator is at work.
const LOCK_FILE: &str = "coordinator.lock";
/// The file of the default store.
const STORE_FILE: &str = "arena.sqlite";
/// The directory of transcripts, unless they are kept elsewhere.
const TRANSCRIPTS_DIR: &str = "transcripts";
/// The directory of local workers.
const WORKER_DIR: &str = "worker";
/// Longest process id that is read from the lock file, in bytes.
const PID_BYTES_MAX: u64 = 20;

/// A data directory that is ours as long as this lives.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _lock: Flock<File>,
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// It would have to be made inside something that is not there.
    #[error(
        "data directory {path} cannot be made: its parent directory does not exist; make it first, or choose another --data-dir"
    )]
    NoParent {
        /// The directory.
        path: PathBuf,
    },
    /// There is something else of that name.
    #[error("data directory {path} is not a directory; choose another --data-dir")]
    NotADirectory {
        /// What was meant to be one.
        path: PathBuf,
    },
    /// It cannot be made or written.
    #[error("data directory {path} cannot be used; check its permissions, or choose another --data-dir")]
    Unusable {
        /// The directory or the file in it.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another coordinator has it.
    #[error(
        "data directory {path} is in use by another coordinator (process {holder}); wait for it, stop it, or choose another --data-dir"
    )]
    Locked {
        /// The directory.
        path: PathBuf,
        /// Its process id, as far as it is known.
        holder: String,
    },
}

impl DataDir {
    /// Makes the directory if need be, and takes it.
    ///
    /// # Errors
    /// It cannot be made or written, or another coordinator has it.
    pub fn open(path: &Path) -> Result<DataDir, DataDirError> {
        make(path)?;
        let lock_path = path.join(LOCK_FILE);
        let unusable = |source| DataDirError::Unusable { path: lock_path.clone(), source };
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&lock_path);
        let mut lock = match Flock::lock(file.map_err(unusable)?, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => lock,
            Err((file, Errno::EWOULDBLOCK)) => {
                return Err(DataDirError::Locked { path: path.to_owned(), holder: holder(&file) });
            }
            Err((_, errno)) => return Err(unusable(errno.into())),
        };
        lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id())).map_err(unusable)?;
        Ok(DataDir { path: path.to_owned(), _lock: lock })
    }

    /// The store of that site, whose directory this is.
    pub fn store_of(&self, site: &Site) -> Place {
        site.store.clone().unwrap_or_else(|| Place::Sqlite(store_file_of(&self.path)))
    }

    /// The directory of all local workers: what they cache there is named by its contents.
    pub fn worker_dir(&self) -> PathBuf {
        self.path.join(WORKER_DIR)
    }
}

/// There is nothing recorded.
#[derive(Debug, thiserror::Error)]
#[error("there is no store {path}; name the tournament's --data-dir")]
pub struct NoStore {
    /// Where it would be.
    path: PathBuf,
}

/// The store of a site, to be looked at: somebody else may have the data directory.
///
/// # Errors
/// There is none.
pub fn store_of(site: &Site) -> Result<Place, NoStore> {
    match site.store.clone().unwrap_or_else(|| Place::Sqlite(store_file_of(&site.data_dir))) {
        Place::Sqlite(path) if !path.is_file() => Err(NoStore { path }),
        // Only its server knows what is in a database.
        place => Ok(place),
    }
}

fn store_file_of(path: &Path) -> PathBuf {
    path.join(STORE_FILE)
}

/// The directory of transcripts of a data directory that somebody else may have.
pub fn transcripts_dir_of(path: &Path) -> PathBuf {
    path.join(TRANSCRIPTS_DIR)
}

/// The directory of local workers of a data directory that somebody else may have, which is made
/// if it is not there: what is cached there is good for everybody.
///
/// # Errors
/// The data directory cannot be made.
pub fn worker_dir_of(path: &Path) -> Result<PathBuf, DataDirError> {
    make(path)?;
    // Workers run elsewhere.
    let whole =
        path.canonicalize().map_err(|source| DataDirError::Unusable { path: path.to_owned(), source })?;
    Ok(whole.join(WORKER_DIR))
}

fn make(path: &Path) -> Result<(), DataDirError> {
    let path = path.to_owned();
    match fs::create_dir(&path) {
        Ok(()) => Ok(()),
        Err(_) if path.is_dir() => Ok(()),
        Err(error) => Err(match error.kind() {
            io::ErrorKind::NotFound => DataDirError::NoParent { path },
            io::ErrorKind::AlreadyExists => DataDirError::NotADirectory { path },
            _ => DataDirError::Unusable { path, source: error },
        }),
    }
}

/// What the other coordinator wrote into the lock file.
fn holder(file: &File) -> String {
    let mut text = String::new();
    let read = file.take(PID_BYTES_MAX).read_to_string(&mut text);
    let pid = text.trim();
    let known = read.is_ok() && !pid.is_empty() && pid.chars().all(|c| c.is_ascii_digit());
    if known { pid.to_owned() } else { "unknown".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_coordinator_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("data");
        let first = DataDir::open(&path).unwrap();
        let refused = DataDir::open(&path).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        DataDir::open(&path).unwrap();
    }

    #[test]
    fn what_cannot_be_a_data_directory_is_named_with_the_reason() {
        let parent = tempfile::tempdir().unwrap();
        let missing = DataDir::open(&parent.path().join("a/b")).unwrap_err();
        assert!(matches!(missing, DataDirError::NoParent { .. }), "{missing:?}");
        let file = parent.path().join("file");
        fs::write(&file, "").unwrap();
        let taken = DataDir::open(&file).unwrap_err();
        assert!(matches!(taken, DataDirError::NotADirectory { .. }), "{taken:?}");
        let refused = DataDir::open(Path::new("/proc/arena-data")).unwrap_err();
        assert!(refused.to_string().contains("/proc/arena-data"), "{refused}");
    }
}
