//! The interpreter that all workers of a tournament play with: found, checked, and named.
//!
//! `make build` ends python.wasm with a custom section `arena-runtime` that says what it is and
//! what everything in front of it hashes to. A file without it is not ours, one that does not match
//! is damaged: both are told before a worker spends half a minute on compiling it.

mod section;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use terms::{Digest, Runtime};

use section::BadWasm;

/// The name of the file where nobody says otherwise.
const FILE: &str = "python.wasm";
/// Where `make build` leaves it.
const BUILD_DIR: &str = "target/release";
/// The version of the section's contents that this build reads.
const SECTION_VERSION: u32 = 1;
/// The harness whose replies this build understands.
const HARNESS: u32 = 1;
/// Largest interpreter that is read, in bytes.
const FILE_BYTES_MAX: u64 = 512 << 20;

/// An interpreter that was checked.
#[derive(Clone, Debug)]
pub struct PythonWasm {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What this build makes of it.
    pub runtime: Runtime,
    /// The version of Python.
    pub version: String,
}

/// What the section says.
#[derive(Debug, Deserialize)]
struct Label {
    version: u32,
    python: String,
    harness: u32,
    sha256: String,
}

/// Why there is no interpreter.
#[derive(Debug, thiserror::Error)]
pub enum PythonWasmError {
    /// It is in none of the usual places.
    #[error(
        "python.wasm was found in none of {looked}; build it with `make build`, or name it with --python-wasm"
    )]
    NotFound {
        /// Where it was looked for.
        looked: String,
    },
    /// It is there, but cannot be read.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is larger than any interpreter.
    #[error("{path} has {bytes} bytes, more than the {FILE_BYTES_MAX} that an interpreter may have")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
    },
    /// It is not a whole WebAssembly file.
    #[error("{path} is damaged ({source}); build it again with `make build`")]
    BadWasm {
        /// The file.
        path: PathBuf,
        /// In which way.
        source: BadWasm,
    },
    /// It is some other WebAssembly file.
    #[error(
        "{path} is WebAssembly, but not an interpreter of arena: its section `arena-runtime` {what}; build one with `make build`"
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What is wrong with the section.
        what: &'static str,
    },
    /// It was built for another version of this program.
    #[error(
        "{path} was built for another version of arena ({what} is {found}, this version needs {wanted}); build it again with `make build`"
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// What the file has.
        found: u32,
        /// What we need.
        wanted: u32,
    },
    /// Its contents are not what its section says.
    #[error(
        "{path} is damaged: its contents do not have the SHA-256 that it was built with; build it again with `make build`"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

impl PythonWasm {
    /// Reads and checks the interpreter at `path`, or, if there is none given, the one next to this
    /// program or where `make build` leaves it.
    ///
    /// # Errors
    /// There is none, or it is not a whole interpreter of this version.
    pub fn load(path: Option<&Path>) -> Result<PythonWasm, PythonWasmError> {
        let path = match path {
            Some(path) => path.to_owned(),
            None => find()?,
        };
        PythonWasm::check(read(&path)?, &path)
    }

    /// Checks an interpreter that was read from `path`.
    ///
    /// # Errors
    /// It is not a whole interpreter of this version.
    pub fn check(bytes: Vec<u8>, path: &Path) -> Result<PythonWasm, PythonWasmError> {
        let path = || path.to_owned();
        let last =
            section::last(&bytes).map_err(|source| PythonWasmError::BadWasm { path: path(), source })?;
        let not_ours = |what| PythonWasmError::NotOurs { path: path(), what };
        let label = last.custom(section::NAME).ok_or_else(|| not_ours("is missing"))?;
        let label: Label = serde_json::from_slice(label).map_err(|_| not_ours("cannot be read"))?;
        for (what, found, wanted) in
            [("its section", label.version, SECTION_VERSION), ("its harness", label.harness, HARNESS)]
        {
            if found != wanted {
                return Err(PythonWasmError::OtherVersion { path: path(), what, found, wanted });
            }
        }
        if sha256(last.before()) != label.sha256 {
            return Err(PythonWasmError::Damaged { path: path() });
        }
        let runtime = Runtime::of_this_build(Digest::of(&bytes));
        Ok(PythonWasm { runtime, version: label.python, bytes })
    }
}

fn find() -> Result<PathBuf, PythonWasmError> {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join(FILE)));
    let places: Vec<PathBuf> = beside.into_iter().chain([Path::new(BUILD_DIR).join(FILE)]).collect();
    let looked = || places.iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ");
    let found = places.iter().find(|place| place.exists()).cloned();
    found.ok_or_else(|| PythonWasmError::NotFound { looked: looked() })
}

fn read(path: &Path) -> Result<Vec<u8>, PythonWasmError> {
    let unreadable = |source| PythonWasmError::Unreadable { path: path.to_owned(), source };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(PythonWasmError::TooLarge { path: path.to_owned(), bytes });
    }
    fs::read(path).map_err(unreadable)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An interpreter's file with `body` in front of its section: enough for whoever never runs it.
    fn labelled(body: &[u8], harness: u32) -> Vec<u8> {
        let mut bytes = section::HEADER_COMPONENT.to_vec();
        bytes.extend(section::custom("body", body));
        let sha256 = sha256(&bytes);
        let label = format!(r#"{{"version":1,"python":"3.14.0","harness":{harness},"sha256":"{sha256}"}}"#);
        bytes.extend(section::custom(section::NAME, label.as_bytes()));
        bytes
    }

    fn check(bytes: &[u8]) -> Result<PythonWasm, String> {
        PythonWasm::check(bytes.to_vec(), Path::new("python.wasm")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_whole_interpreter_is_accepted_and_named() {
        let bytes = labelled(b"interpreter", HARNESS);
        let python = check(&bytes).unwrap();
        assert_eq!(python.version, "3.14.0");
        assert_eq!(python.runtime, Runtime::of_this_build(Digest::of(&bytes)));
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_noticed() {
        let whole = labelled(b"interpreter", HARNESS);
        for length in 0..whole.len() {
            assert!(check(&whole[..length]).is_err(), "cut to {length} bytes");
        }
        // In front of the label every bit counts.
        let label = whole.len() - section::last(&whole).unwrap().bytes();
        for at in 0..label {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            assert!(check(&flipped).is_err(), "bit of byte {at} flipped");
        }
    }

    #[test]
    fn what_is_no_interpreter_is_told_apart() {
        let other = [section::HEADER_COMPONENT.to_vec(), section::custom("name", b"x")].concat();
        let unreadable = [section::HEADER_COMPONENT.to_vec(), section::custom(section::NAME, b"x")].concat();
        for (bytes, expected) in [
            (b"".to_vec(), "damaged (it is no WebAssembly"),
            (b"#!/usr/bin/python3".to_vec(), "damaged (it is no WebAssembly"),
            (other, "`arena-runtime` is missing"),
            (unreadable, "`arena-runtime` cannot be read"),
            (labelled(b"", 2), "its harness is 2, this version needs 1"),
            ([labelled(b"", 1), b"more".to_vec()].concat(), "damaged"),
        ] {
            let refused = check(&bytes).unwrap_err();
            assert!(refused.contains(expected), "{refused:?} does not say {expected:?}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let refused = PythonWasm::load(Some(Path::new("/nowhere/python.wasm"))).unwrap_err();
        assert!(refused.to_string().contains("/nowhere/python.wasm"), "{refused}");
    }
}
