//! Results on disk that the coordinator has not taken yet: they survive the death of this process,
//! and whoever is started next with the same data directory reports them.
//!
//! A folder for each process that is alive, `DATA_DIR/spool/N`, with a lock; a file for each result
//! (see [`Entry`]), written under another name and renamed, so that it is whole or not there. Files
//! are not synced: what a power failure damages is noticed, and its match is played again, to the
//! same result. Never here: when to write (the board's matter), and what a result says.

mod entry;
#[cfg(test)]
mod fixture;
mod folders;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

pub use entry::{Author, BadEntry, ENTRY_BYTES_MAX, Entry};
use terms::printable::clean;
use terms::{Attempt, Digest, MatchId, Report};

use crate::disk::prune;

/// What results are known by.
pub(super) type Key = (MatchId, Attempt);

/// The name that files have while they are written begins so.
const UNFINISHED: &str = ".tmp";
/// The folder of files that are no results.
const ASIDE: &str = "aside";
/// The file whose lock means that a worker uses the folder.
const LOCK: &str = "lock";
/// How much of what is no result is kept, in bytes; the oldest go first.
const ASIDE_BYTES_MAX: u64 = 64 << 20;

/// How much a spool may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// In bytes of files.
    pub bytes_max: u64,
    /// Files.
    pub files_max: usize,
}

impl Default for Bounds {
    /// 1 GiB: some minutes of everything that a large machine plays.
    fn default() -> Bounds {
        Bounds { bytes_max: 1 << 30, files_max: rpc::HOLDING_MAX }
    }
}

/// Why a result is not on disk.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// There are too many.
    #[error("the spool is full: {files} results, {bytes} bytes")]
    Full {
        /// In it.
        files: usize,
        /// In them.
        bytes: u64,
    },
    /// The disk does not take it.
    #[error("{path} cannot be written: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A spool cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be used: {source}")]
pub struct OpenError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

/// A folder of results that is ours as long as this lives.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    bounds: Bounds,
    author: Author,
    files: Mutex<BTreeMap<Key, u64>>,
    is_failing: AtomicBool,
    _lock: File,
}

impl Spool {
    /// Takes a folder below `root` that nobody uses, with everything that earlier processes left
    /// there and in the others that nobody uses. `instance` is what this process calls itself,
    /// unless the one before it died since the machine was started: then it goes on in its name, so
    /// that the coordinator knows who has the results.
    ///
    /// # Errors
    /// The folder cannot be made, read or locked.
    pub fn open(root: &Path, bounds: Bounds, instance: u128) -> Result<Spool, OpenError> {
        let (folder, lock) =
            folders::take(root).map_err(|source| OpenError { path: root.to_owned(), source })?;
        let boot = folders::boot().unwrap_or(instance);
        let spool = Spool {
            bounds,
            author: Author { instance, boot },
            files: Mutex::default(),
            is_failing: AtomicBool::new(false),
            folder,
            _lock: lock,
        };
        let found = spool.look().map_err(|source| OpenError { path: spool.folder.clone(), source })?;
        let newest = found.last().and_then(|(_, key)| spool.entry(*key));
        let author = newest.map(|newest| newest.author).filter(|author| author.boot == boot);
        Ok(Spool { author: author.unwrap_or(spool.author), ..spool })
    }

    /// What this worker calls itself: 32 hexadecimal digits.
    pub fn instance(&self) -> String {
        format!("{:032x}", self.author.instance)
    }

    /// Where the results are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How large the results in it are.
    pub fn bytes(&self) -> u64 {
        self.files().values().sum()
    }

    /// The results in it, oldest first.
    pub(super) fn keys(&self) -> Vec<Key> {
        let keys: Vec<Key> = self.files().keys().copied().collect();
        let mut dated: Vec<_> = keys.into_iter().map(|key| (modified(&self.path(key)), key)).collect();
        dated.sort();
        dated.into_iter().map(|(_, key)| key).collect()
    }

    /// Puts a result away. The first failure of a row is logged.
    pub(super) fn put(&self, report: &Report) -> bool {
        match self.try_put(report) {
            Ok(()) => {
                if self.is_failing.swap(false, Ordering::Relaxed) {
                    tracing::info!("results can be kept on disk again");
                }
                true
            }
            Err(error) => {
                if !self.is_failing.swap(true, Ordering::Relaxed) {
                    tracing::warn!("results are kept in memory alone: {}", clean(&error.to_string()));
                }
                false
            }
        }
    }

    fn try_put(&self, report: &Report) -> Result<(), PutError> {
        let key = (report.id, report.attempt);
        let file = Entry::encode(self.author, report);
        let size = file.len() as u64;
        {
            let mut files = self.files();
            let (count, bytes) = (files.len(), files.values().sum::<u64>());
            if count >= self.bounds.files_max || bytes + size > self.bounds.bytes_max {
                return Err(PutError::Full { files: count, bytes });
            }
            // Others that are written at the same time must see it.
            files.insert(key, size);
        }
        let path = self.path(key);
        self.write(&path, &file).map_err(|source| {
            self.files().remove(&key);
            PutError::Write { path, source }
        })
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(&self.folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    }

    /// A result that was put away. A file that is none any more is set aside.
    pub(super) fn get(&self, key: Key) -> Option<Report> {
        self.entry(key).map(|entry| entry.report)
    }

    fn entry(&self, key: Key) -> Option<Entry> {
        let path = self.path(key);
        match read(&path) {
            Ok(entry) if (entry.report.id, entry.report.attempt) == key => Some(entry),
            Ok(entry) => {
                self.set_aside(key, &path, &format!("it is the result of match {}", entry.report.id));
                None
            }
            Err(why) => {
                self.set_aside(key, &path, &why);
                None
            }
        }
    }

    /// Forgets a result.
    pub(super) fn remove(&self, key: Key) {
        if self.files().remove(&key).is_none() {
            return;
        }
        let path = self.path(key);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!("{} cannot be removed: {error}", path.display());
            }
            _ => {}
        }
    }

    /// Enters what is there, oldest first. What is no result is set aside; what was not written to
    /// its end is removed.
    fn look(&self) -> io::Result<Vec<(SystemTime, Key)>> {
        let mut found = Vec::new();
        for file in folders::files(&self.folder)? {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if name.starts_with(UNFINISHED) {
                fs::remove_file(&file).unwrap_or_default();
            } else if let Some(key) = read_name(&name) {
                found.push((modified(&file), key, fs::metadata(&file).map_or(0, |file| file.len())));
            } else if name != LOCK {
                self.put_aside(&file, "its name is not that of a result");
            }
        }
        found.sort();
        if found.len() > self.bounds.files_max {
            let more = found.split_off(self.bounds.files_max).len();
            tracing::warn!("{more} more results in {} are left for later", self.folder.display());
        }
        self.files().extend(found.iter().map(|(_, key, bytes)| (*key, *bytes)));
        Ok(found.into_iter().map(|(modified, key, _)| (modified, key)).collect())
    }

    fn set_aside(&self, key: Key, path: &Path, why: &str) {
        self.files().remove(&key);
        self.put_aside(path, why);
    }

    fn put_aside(&self, path: &Path, why: &str) {
        let aside = self.folder.join(ASIDE);
        let moved = fs::create_dir_all(&aside)
            .and_then(|()| fs::rename(path, aside.join(path.file_name().unwrap_or_default())))
            .and_then(|()| prune(&aside, ASIDE_BYTES_MAX));
        let done = match moved {
            Ok(()) => format!("it is set aside in {}", aside.display()),
            Err(error) => format!("and it cannot be set aside: {error}"),
        };
        let path = clean(&path.display().to_string());
        tracing::warn!("{path} is no result to report: {why}; {done}; its match is played again");
    }

    fn path(&self, (id, attempt): Key) -> PathBuf {
        self.folder.join(format!("{id}-{}.result", attempt.0))
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<Key, u64>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_name(name: &str) -> Option<Key> {
    let (id, attempt) = name.strip_suffix(".result")?.split_once('-')?;
    let key = (MatchId(id.parse::<Digest>().ok()?), Attempt(attempt.parse().ok()?));
    // One way to write each name, so that no two files are of one result.
    (format!("{}-{}.result", key.0, key.1.0) == name).then_some(key)
}

fn read(path: &Path) -> Result<Entry, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(ENTRY_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Entry::decode(&bytes).map_err(|bad| bad.to_string())
}

/// When a file was written; the beginning of time for one that is not there.
fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH)
}
