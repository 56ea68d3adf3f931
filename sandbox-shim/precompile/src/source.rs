//! Reading what is to be compiled, and saying early and clearly when it is something else.

use std::io;
use std::path::{Path, PathBuf};

/// The file is not there, or is no component.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    /// There is no such file.
    #[error("there is no file {}: build it with `make build`, or give the path of one", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is something else.
    #[error("{} is no WebAssembly component: {what}", path.display())]
    NotAComponent {
        /// Which file.
        path: PathBuf,
        /// What it looks like.
        what: &'static str,
    },
}

/// The bytes of a component.
///
/// # Errors
/// See [`SourceError`].
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, SourceError> {
    let bytes = std::fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => SourceError::Missing(path.to_owned()),
        _ => SourceError::Unreadable { path: path.to_owned(), source },
    })?;
    match terms::component::what_else(&bytes) {
        None => Ok(bytes),
        Some(what) => Err(SourceError::NotAComponent { path: path.to_owned(), what }),
    }
}
