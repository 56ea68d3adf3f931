//! Native code that came with the programs, as an image brings it: read, never written.
//!
//! Loading native code means running it, so the folder counts only where whoever could change it could
//! change the programs as well. Never here: making any.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use terms::Digest;

use crate::cache::{Cache, CacheError, Native};
use crate::progress::say;

/// Writable for the group, or for everybody.
const WRITABLE_BY_OTHERS: u32 = 0o022;
const ROOT: u32 = 0;

/// The native file of that key in `folder`, if it is there, whole, and nobody else's to change.
///
/// # Errors
/// It is there, but cannot be read.
pub(crate) fn find(folder: &Path, key: &Digest) -> Result<Option<Native>, CacheError> {
    let cache = Cache::as_it_is(folder);
    let entry = cache.entry(key);
    let Some(native) = entry.find()? else { return Ok(None) };
    let us = fs::metadata("/proc/self").map(|own| own.uid());
    for path in [folder, cache.folder(), &native.path] {
        if !us.as_ref().is_ok_and(|us| is_safe(path, *us).unwrap_or(false)) {
            say(&format!(
                "{} is not used: {} can be changed by others; its owner must be root or this user, and the \
                 only one who can write",
                native.path.display(),
                path.display()
            ));
            return Ok(None);
        }
    }
    Ok(Some(native))
}

/// Whether nobody but root and us can change what is there.
fn is_safe(path: &Path, us: u32) -> io::Result<bool> {
    let metadata = fs::metadata(path)?;
    let is_ours = [ROOT, us].contains(&metadata.uid());
    Ok(is_ours && metadata.mode() & WRITABLE_BY_OTHERS == 0)
}
