//! The native code of the interpreter, and the one place where bytes become code.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use terms::Digest;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// A file that is not to be loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NativeError {
    /// It cannot be read.
    #[error("cannot read the native code {}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is another one than the worker meant.
    #[error("the native code {} has the digest {has}, not {want}: it was changed since it was compiled", path.display())]
    WrongDigest {
        /// Which file.
        path: PathBuf,
        /// What it is.
        has: Digest,
        /// What it should be.
        want: Digest,
    },
    /// It was made for another engine, configuration or CPU.
    #[error("the native code does not fit this program: {0}. Compile it again")]
    Unfit(String),
}

/// Native code whose digest is the one that was asked for. There is no other way to get one.
pub(crate) struct TrustedModule(File);

impl TrustedModule {
    /// Opens a file and compares what is in it.
    ///
    /// # Errors
    /// It cannot be read, or has another digest.
    pub(crate) fn check(path: &Path, want: Digest) -> Result<TrustedModule, NativeError> {
        let failed = |source| NativeError::Read { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        let has = digest(&mut file).map_err(failed)?;
        if has != want {
            return Err(NativeError::WrongDigest { path: path.to_owned(), has, want });
        }
        Ok(TrustedModule(file))
    }

    /// Maps the code. Pages are shared by every process that maps the same file.
    ///
    /// # Errors
    /// It was made for another engine.
    pub(crate) fn load(self, engine: &Engine) -> Result<Component, NativeError> {
        // The name of our own descriptor, so that it is the very file that was checked, even if
        // another one has taken its path since.
        let same_file = format!("/proc/self/fd/{}", self.0.as_raw_fd());
        #[expect(unsafe_code, reason = "this is the one call that makes code of bytes")]
        // SAFETY: the file's content has the digest that the worker recorded when `precompile`
        // wrote it, so it is what wasmtime's compiler made. It lies in a directory that belongs to
        // the worker's user alone, so nobody changes it while it is mapped.
        let loaded = unsafe { Component::deserialize_file(engine, same_file) };
        loaded.map_err(|error| NativeError::Unfit(error.root_cause().to_string()))
    }
}

fn digest(file: &mut File) -> io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = file.read(&mut chunk)?;
        match chunk.get(..count) {
            None | Some([]) => return Ok(Digest(*hasher.finalize().as_bytes())),
            Some(bytes) => hasher.update(bytes),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_file_that_was_meant_is_trusted() {
        let path = std::env::temp_dir().join(format!("native-{}", std::process::id()));
        std::fs::write(&path, b"code").unwrap();
        assert!(TrustedModule::check(&path, Digest::of(b"code")).is_ok());
        let refused = TrustedModule::check(&path, Digest::of(b"other")).err().unwrap();
        assert!(matches!(refused, NativeError::WrongDigest { .. }), "{refused}");
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(TrustedModule::check(&path, Digest::of(b"")), Err(NativeError::Read { .. })));
    }
}
