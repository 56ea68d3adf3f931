//! The folders of a spool: one for each process that is alive, taken by locking a file in it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::{LOCK, read_name};

/// Most processes that share a data directory.
const FOLDERS_MAX: usize = 256;
/// Most files of a folder that are looked at.
const FILES_MAX: usize = 65_536;

/// Takes the first folder that nobody uses and that has results, or else the first that nobody
/// uses, and moves the results of all others that nobody uses into it.
pub(super) fn take(root: &Path) -> io::Result<(PathBuf, File)> {
    make(root)?;
    let mut free = Vec::new();
    for number in 0..FOLDERS_MAX {
        let folder = root.join(number.to_string());
        let is_new = !folder.exists();
        if is_new && !free.is_empty() {
            break;
        }
        make(&folder)?;
        if let Some(lock) = lock(&folder)? {
            free.push((results(&folder)?, folder, lock));
        }
        // Whoever is as fast as we are may have taken the new one.
        if is_new && !free.is_empty() {
            break;
        }
    }
    let own = free.iter().position(|(results, ..)| !results.is_empty()).unwrap_or(0);
    if free.is_empty() {
        let text = format!("{FOLDERS_MAX} workers use it already; choose another --data-dir");
        return Err(io::Error::other(text));
    }
    let (_, folder, lock) = free.swap_remove(own);
    for orphan in free.iter().flat_map(|(results, ..)| results) {
        fs::rename(orphan, folder.join(orphan.file_name().unwrap_or_default()))?;
    }
    Ok((folder, lock))
}

/// The regular files of a folder.
pub(super) fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_file = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    let entries = fs::read_dir(folder)?.take(FILES_MAX).collect::<Result<Vec<_>, _>>()?;
    Ok(entries.iter().filter(|entry| is_file(entry)).map(fs::DirEntry::path).collect())
}

/// What tells one boot of this machine from another, if the system says.
pub(super) fn boot() -> Option<u128> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    u128::from_str_radix(&text.trim().replace('-', ""), 16).ok()
}

fn results(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_result = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| read_name(name).is_some())
    };
    Ok(files(folder)?.into_iter().filter(is_result).collect())
}

/// What a bot said is in the results: they are nobody else's business.
fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The lock of a folder; nothing if somebody has it.
fn lock(folder: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
