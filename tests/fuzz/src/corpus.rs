//! The inputs that are kept: by hand, or because something failed on them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where the inputs of a target are.
fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target)
}

/// All inputs of a target, by name. A target may have none yet.
///
/// # Errors
/// They cannot be read.
pub(crate) fn read(target: &str) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = folder(target);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    paths.into_iter().map(|path| Ok((path.clone(), fs::read(path)?))).collect()
}

/// Keeps an input, under a name that tells what it is and is the same for the same input.
///
/// # Errors
/// It cannot be written.
pub(crate) fn keep(target: &str, what: &str, input: &[u8]) -> io::Result<PathBuf> {
    let digest = blake3::hash(input).to_hex();
    let path = folder(target).join(format!("{what}-{}", digest.get(..12).unwrap_or_default()));
    fs::create_dir_all(folder(target))?;
    fs::write(&path, input)?;
    Ok(path)
}
