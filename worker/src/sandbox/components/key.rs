//! The name of native code: everything that it depends on.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use terms::{Digest, Digester, HostFault};

use super::Wanted;
use crate::sandbox::HostTrouble;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// Names native code by the component, the stack, and the very compiler: its configuration, its
/// version and its target are in its executable.
pub(super) struct Keys {
    precompile: PathBuf,
    /// BLAKE3 of the compiler, once somebody asked.
    compiler: Mutex<Option<Digest>>,
}

impl Keys {
    /// Keys for what that executable makes.
    pub(super) fn of(precompile: PathBuf) -> Keys {
        Keys { precompile, compiler: Mutex::default() }
    }

    /// # Errors
    /// The compiler cannot be read.
    pub(super) fn of_component(&self, wanted: &Wanted<'_>) -> Result<Digest, HostTrouble> {
        let compiler = self.compiler().map_err(|error| {
            let why = format!("{}: {error}; `make build` makes it", self.precompile.display());
            HostTrouble::new(HostFault::SpawnFailed, why)
        })?;
        let key = Digester::new("arena component 1")
            .digest(&Digest::of(wanted.component))
            .digest(&compiler)
            .number(wanted.stack_bytes.into())
            .finish();
        Ok(key)
    }

    fn compiler(&self) -> io::Result<Digest> {
        let mut known = self.compiler.lock().unwrap_or_else(PoisonError::into_inner);
        match *known {
            Some(digest) => Ok(digest),
            None => Ok(*known.insert(digest_of(&self.precompile)?)),
        }
    }
}

/// The BLAKE3 of a file of any size.
pub(super) fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path)?;
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
    fn everything_that_native_code_depends_on_changes_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let compiler = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, name).unwrap();
            Keys::of(path)
        };
        let (one, other) = (compiler("one"), compiler("other"));
        let key = |keys: &Keys, component, stack_bytes| {
            keys.of_component(&Wanted { component, stack_bytes }).unwrap()
        };
        let ours = key(&one, b"bot", 1);
        assert_eq!(key(&one, b"bot", 1), ours);
        for different in [key(&one, b"bat", 1), key(&one, b"bot", 2), key(&other, b"bot", 1)] {
            assert_ne!(different, ours);
        }
    }

    #[test]
    fn a_missing_compiler_is_our_trouble() {
        let keys = Keys::of("/nowhere/precompile".into());
        let trouble = keys.of_component(&Wanted { component: b"", stack_bytes: 1 }).unwrap_err();
        assert_eq!(trouble.fault, HostFault::SpawnFailed);
        assert!(trouble.message.contains("/nowhere/precompile"), "{trouble}");
    }
}
