//! Native code of components on disk, by its key and its own digest.
//!
//! Loading native code means running it, so the folder and its files belong to their owner alone, a
//! file has its name only when it is whole, and what is in it is compared with its name before it is
//! handed out. The shim compares once more.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::time::SystemTime;

use terms::Digest;

use super::key::digest_of;
use crate::disk::prune;

/// How much disk native code of components may take, in bytes; what was not used for longest goes
/// first.
pub(super) const BYTES_MAX: u64 = 1 << 30;
/// Read, write and enter for the owner, nothing for others.
const FOLDER_MODE: u32 = 0o700;

/// Native code in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Native {
    /// The file.
    pub(super) path: PathBuf,
    /// Its BLAKE3.
    pub(super) digest: Digest,
}

/// The folder.
pub(super) struct Store {
    folder: PathBuf,
    bytes_max: u64,
}

impl Store {
    /// Makes the folder if it is missing, and takes it away from others if it is not.
    ///
    /// # Errors
    /// It cannot be made, or is another user's, who could put anything there.
    pub(super) fn open(folder: PathBuf, bytes_max: u64) -> io::Result<Store> {
        let failed =
            |why: String| io::Error::other(format!("the folder {} cannot be used: {why}", folder.display()));
        let make = || {
            DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&folder)?;
            fs::set_permissions(&folder, Permissions::from_mode(FOLDER_MODE))?;
            fs::metadata(&folder)
        };
        let owner = make().map_err(|error| failed(error.to_string()))?.uid();
        if owner != rustix::process::geteuid().as_raw() {
            return Err(failed("it belongs to another user".to_owned()));
        }
        Ok(Store { folder, bytes_max })
    }

    /// The native code of that key, if it is there and whole.
    pub(super) fn find(&self, key: Digest) -> Option<Native> {
        let prefix = format!("{key}-");
        let entries = fs::read_dir(&self.folder).ok()?.flatten();
        let digest = entries.filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.strip_prefix(&prefix)?.strip_suffix(".cwasm")?.parse::<Digest>().ok()
        });
        digest.map(|digest| self.native(key, digest)).find(is_whole)
    }

    /// Writes native code, and makes room for it.
    ///
    /// # Errors
    /// The disk does not take it.
    pub(super) fn keep(&self, key: Digest, code: &[u8]) -> io::Result<Native> {
        let native = self.native(key, Digest::of(code));
        // Nobody else may read it from the beginning on: see `tempfile`.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(code)?;
        file.persist(&native.path)?;
        prune(&self.folder, self.bytes_max)?;
        Ok(native)
    }

    fn native(&self, key: Digest, digest: Digest) -> Native {
        Native { path: self.folder.join(format!("{key}-{digest}.cwasm")), digest }
    }
}

/// Whether the file is what its name says; one that is not is removed, so that it is made again. One
/// that is has been used just now.
fn is_whole(native: &Native) -> bool {
    let is_whole = digest_of(&native.path).is_ok_and(|digest| digest == native.digest);
    if is_whole {
        let _ = File::open(&native.path).and_then(|file| file.set_modified(SystemTime::now()));
    } else {
        tracing::warn!("{} is damaged; compiling it again", native.path.display());
        let _ = fs::remove_file(&native.path);
    }
    is_whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &std::path::Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_kept_is_found_and_belongs_to_its_owner_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("cache/components");
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, Permissions::from_mode(0o777)).unwrap();
        let store = Store::open(folder.clone(), BYTES_MAX).unwrap();
        let (key, other) = (Digest::of(b"key"), Digest::of(b"other"));
        let kept = store.keep(key, b"code").unwrap();
        assert_eq!((store.find(key), store.find(other)), (Some(kept.clone()), None));
        assert_eq!((mode(&folder), mode(&kept.path)), (0o700, 0o600));
    }

    #[test]
    fn damaged_code_is_never_handed_out() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().to_owned(), BYTES_MAX).unwrap();
        let key = Digest::of(b"key");
        let kept = store.keep(key, b"code").unwrap();
        fs::write(&kept.path, b"evil").unwrap();
        assert_eq!(store.find(key), None);
        assert!(!kept.path.exists());
    }

    #[test]
    fn room_is_made_by_what_was_not_used_for_longest() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().to_owned(), 20).unwrap();
        let keys = [b"a", b"b", b"c"].map(|name| Digest::of(name));
        for (age, key) in keys.into_iter().take(2).enumerate() {
            let path = store.keep(key, &[0; 10]).unwrap().path;
            let long_ago = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age as u64);
            File::open(path).unwrap().set_modified(long_ago).unwrap();
        }
        // The older one is used, and so the other one goes.
        assert!(store.find(keys[0]).is_some());
        store.keep(keys[2], &[1; 10]).unwrap();
        assert_eq!(keys.map(|key| store.find(key).is_some()), [true, false, true]);
    }
}
