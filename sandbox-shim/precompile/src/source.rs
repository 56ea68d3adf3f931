//! Reading what is to be compiled, and saying early and clearly when it is something else.

use std::io;
use std::path::{Path, PathBuf};

/// How every WebAssembly file begins.
const MAGIC: &[u8] = b"\0asm";
/// What follows in a component; a core module has 1, 0 there.
const COMPONENT_LAYER: [u8; 4] = [0x0d, 0, 1, 0];
/// What follows in a core module.
const MODULE_LAYER: [u8; 4] = [1, 0, 0, 0];

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
    match what_else(&bytes) {
        None => Ok(bytes),
        Some(what) => Err(SourceError::NotAComponent { path: path.to_owned(), what }),
    }
}

/// What the bytes are instead of a component, if their beginning gives it away.
pub(crate) fn what_else(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_empty() {
        return Some("it is empty");
    }
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        let is_text = std::str::from_utf8(bytes.get(..256).unwrap_or(bytes)).is_ok();
        return Some(if is_text { "it is a text file" } else { "it does not begin like WebAssembly" });
    };
    match rest.first_chunk() {
        Some(&COMPONENT_LAYER) => None,
        Some(&MODULE_LAYER) => Some("it is a core module, not a component"),
        Some(_) => Some("it is of a version that is not known here"),
        None => Some("it ends after its first few bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::what_else;

    #[test]
    fn the_beginning_tells_what_a_file_is() {
        assert_eq!(what_else(b"\0asm\x0d\0\x01\0rest"), None);
        assert_eq!(what_else(b""), Some("it is empty"));
        assert_eq!(what_else(b"\0asm\x01\0\0\0rest"), Some("it is a core module, not a component"));
        assert_eq!(what_else(b"\0asm"), Some("it ends after its first few bytes"));
        assert_eq!(what_else(b"\0asm\x09\0\x01\0"), Some("it is of a version that is not known here"));
        assert_eq!(what_else(b"(component)"), Some("it is a text file"));
        assert_eq!(what_else(&[0xff; 40]), Some("it does not begin like WebAssembly"));
    }
}
