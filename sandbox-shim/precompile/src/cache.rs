//! Native code on disk, by the name of everything it depends on.
//!
//! Loading native code means running it, so the directory and its files belong to their owner
//! alone, a file appears under its name only when it is complete, and its digest is compared
//! before it is handed out. Never here: what the code is compiled from or how.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use terms::Digest;

use crate::progress::say;

/// The directory within the cache directory.
const DIRECTORY: &str = "native";
/// Read, write and enter for the owner, nothing for others.
const DIRECTORY_MODE: u32 = 0o700;
/// Read and write for the owner, nothing for others.
const FILE_MODE: u32 = 0o600;

/// The cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CacheError {
    /// The directory cannot be made.
    #[error("cannot make the cache directory {}", path.display())]
    Create {
        /// Which directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The directory is another user's, who could put anything there.
    #[error("the cache directory {} belongs to another user: choose another one", .0.display())]
    Foreign(PathBuf),
    /// The disk is full.
    #[error("the disk of {} is full: {bytes} bytes of native code must fit there", path.display())]
    Full {
        /// The file that was to be written.
        path: PathBuf,
        /// How large it is.
        bytes: usize,
    },
    /// A file cannot be used.
    #[error("cannot use {}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A native file that is ready to be loaded.
pub(crate) struct Native {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its BLAKE3.
    pub(crate) digest: Digest,
    /// Whether it was there before.
    pub(crate) cached: bool,
}

/// The directory of native files.
pub(crate) struct Cache(PathBuf);

impl Cache {
    /// Makes the directory if it is missing, and takes it away from others if it is not.
    ///
    /// # Errors
    /// See [`CacheError`].
    pub(crate) fn open(cache_dir: &Path) -> Result<Cache, CacheError> {
        let path = cache_dir.join(DIRECTORY);
        let failed = |source| CacheError::Create { path: path.clone(), source };
        fs::DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(&path).map_err(failed)?;
        // The probe file is ours, so its owner tells who we are without asking the system.
        let probe = path.join(format!(".probe-{}", std::process::id()));
        let us = create(&probe).and_then(|file| file.metadata()).map_err(failed)?.uid();
        let _ = fs::remove_file(&probe);
        if fs::metadata(&path).map_err(failed)?.uid() != us {
            return Err(CacheError::Foreign(path));
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(DIRECTORY_MODE)).map_err(failed)?;
        Ok(Cache(path))
    }

    /// A cache that somebody else made, to be read alone. There may be none.
    pub(crate) fn as_it_is(cache_dir: &Path) -> Cache {
        Cache(cache_dir.join(DIRECTORY))
    }

    /// The directory with the native files.
    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    /// The place of one native file, whether it is there or not.
    pub(crate) fn entry(&self, key: &Digest) -> Entry {
        Entry { directory: self.0.clone(), key: key.to_string() }
    }
}

/// The place of one native file.
pub(crate) struct Entry {
    directory: PathBuf,
    key: String,
}

impl Entry {
    /// Keeps other processes from compiling the same thing until the result is dropped. Waits, and
    /// says so, if another one is at it.
    ///
    /// # Errors
    /// The lock file cannot be made.
    pub(crate) fn lock(&self) -> Result<File, CacheError> {
        let path = self.path("lock");
        let failed = |source| CacheError::File { path: path.clone(), source };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(FILE_MODE)
            .open(&path)
            .map_err(failed)?;
        if file.try_lock().is_err() {
            say("another process is compiling the same file; waiting for it");
            file.lock().map_err(failed)?;
        }
        Ok(file)
    }

    /// The native file, if it is there and whole. A damaged one counts as missing, and is named.
    ///
    /// # Errors
    /// It is there, but cannot be read.
    pub(crate) fn find(&self) -> Result<Option<Native>, CacheError> {
        let path = self.path("cwasm");
        let (Some(bytes), Some(recorded)) = (read(&path)?, read(&self.path("blake3"))?) else {
            return Ok(None);
        };
        let digest = Digest::of(&bytes);
        if recorded.trim_ascii() != digest.to_string().as_bytes() {
            say(&format!("{} is damaged; making it again", path.display()));
            return Ok(None);
        }
        Ok(Some(Native { path, digest, cached: true }))
    }

    /// Writes the native file, then its digest: without the second, the first does not count.
    ///
    /// # Errors
    /// See [`CacheError`].
    pub(crate) fn store(&self, native: &[u8]) -> Result<Native, CacheError> {
        let (path, digest) = (self.path("cwasm"), Digest::of(native));
        replace(&path, native)?;
        replace(&self.path("blake3"), format!("{digest}\n").as_bytes())?;
        Ok(Native { path, digest, cached: false })
    }

    fn path(&self, extension: &str) -> PathBuf {
        self.directory.join(format!("{}.{extension}", self.key))
    }
}

/// Writes a file of that name so that it is either the old one or the whole new one. Whoever holds
/// the lock is alone, so what a killed process left behind under the temporary name is overwritten.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), CacheError> {
    let temporary = path.with_extension("tmp");
    let written = write_durably(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|source| {
        let _ = fs::remove_file(&temporary);
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                CacheError::Full { path: path.to_owned(), bytes: bytes.len() }
            }
            _ => CacheError::File { path: path.to_owned(), source },
        }
    })
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(true).write(true).mode(FILE_MODE).open(path)
}

/// The bytes of a file, or nothing if there is none.
fn read(path: &Path) -> Result<Option<Vec<u8>>, CacheError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(CacheError::File { path: path.to_owned(), source }),
    }
}
