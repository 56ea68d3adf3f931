//! What a match's outcome depends on besides the bots, the game and the seed.

use crate::{Digest, Digester};

/// The version of wasmtime that every part is built with. A test compares it with `Cargo.lock`.
pub const WASMTIME_VERSION: &str = "48.0.8";

/// Rises whenever the engine's configuration, the host's functions, or the way in which fuel,
/// memory, clocks or randomness reach a guest change in a manner that a bot could observe.
pub const ENGINE_REVISION: u32 = 4;

/// Rises whenever the referee judges the same replies differently.
pub const REFEREE_REVISION: u32 = 1;

/// The runtime of a match. The guest harness is inside python.wasm and so in its digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Runtime {
    /// BLAKE3 of python.wasm.
    pub python_wasm: Digest,
    /// The version of wasmtime.
    pub wasmtime: String,
    /// [`ENGINE_REVISION`] of the shim.
    pub engine: u32,
    /// [`REFEREE_REVISION`] of the worker.
    pub referee: u32,
    /// The architecture that the native code is for, such as `x86_64`: how deep a bot can recurse
    /// depends on the size of its stack frames.
    pub target: String,
}

impl Runtime {
    /// The runtime that this build makes of a python.wasm.
    pub fn of_this_build(python_wasm: Digest) -> Runtime {
        Runtime {
            python_wasm,
            wasmtime: WASMTIME_VERSION.to_owned(),
            engine: ENGINE_REVISION,
            referee: REFEREE_REVISION,
            target: std::env::consts::ARCH.to_owned(),
        }
    }

    /// The runtime fingerprint.
    pub fn fingerprint(&self) -> Digest {
        Digester::new("arena runtime 1")
            .digest(&self.python_wasm)
            .bytes(self.wasmtime.as_bytes())
            .number(self.engine.into())
            .number(self.referee.into())
            .bytes(self.target.as_bytes())
            .finish()
    }

    /// In which respects this runtime is not `wanted`, each as a sentence fragment for people.
    pub fn differences(&self, wanted: &Runtime) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, has: String, wants: String| {
            if has != wants {
                found.push(format!("{what} is {has}, wanted {wants}"));
            }
        };
        compare("python.wasm", self.python_wasm.short(), wanted.python_wasm.short());
        compare("wasmtime", self.wasmtime.clone(), wanted.wasmtime.clone());
        compare("engine revision", self.engine.to_string(), wanted.engine.to_string());
        compare("referee revision", self.referee.to_string(), wanted.referee.to_string());
        compare("architecture", self.target.clone(), wanted.target.clone());
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_changes_the_fingerprint_and_is_named() {
        let ours = Runtime::of_this_build(Digest::of(b"python"));
        let others = [
            Runtime { python_wasm: Digest::of(b"other"), ..ours.clone() },
            Runtime { wasmtime: "47.0.0".into(), ..ours.clone() },
            Runtime { engine: 0, ..ours.clone() },
            Runtime { referee: 0, ..ours.clone() },
            Runtime { target: "pdp11".into(), ..ours.clone() },
        ];
        for other in others {
            assert_ne!(other.fingerprint(), ours.fingerprint());
            assert_eq!(other.differences(&ours).len(), 1, "{other:?}");
        }
        assert!(ours.differences(&ours).is_empty());
    }
}
