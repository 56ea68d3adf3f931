//! A worker in a few lines: starts a zygote, asks it for children, and talks to them.
#![allow(dead_code, missing_docs, unreachable_pub, reason = "each test file uses its part of this")]

mod build_drill;
mod child;
mod stranger;
mod zygote;

#[allow(unused_imports, reason = "each test file uses its part of this")]
pub use build_drill::drill;
#[allow(unused_imports, reason = "each test file uses its part of this")]
pub use child::{Answer, Child, Usage, wait};
#[allow(unused_imports, reason = "each test file uses its part of this")]
pub use stranger::{BOT, Compiled, Stranger, compile, speaks_utf_16};
#[allow(unused_imports, reason = "each test file uses its part of this")]
pub use zygote::{Zygote, pair};

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use pipe::Load;

/// What `precompile` says of the interpreter.
pub struct Native {
    pub path: PathBuf,
    pub digest: String,
}

/// The interpreter as native code, compiled once per machine.
pub fn native() -> &'static Native {
    static NATIVE: OnceLock<Native> = OnceLock::new();
    NATIVE.get_or_init(|| compiled(&built("ARENA_PYTHON_WASM", "python.wasm")))
}

/// A component as native code.
pub fn compiled(component: &Path) -> Native {
    let output = Command::new(built("ARENA_PRECOMPILE", "precompile"))
        .arg(component)
        .args(["--cache-dir", env!("CARGO_TARGET_TMPDIR")])
        .output()
        .unwrap();
    let line = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Native { path: field(&line, "path").into(), digest: field(&line, "blake3") }
}

/// Something that `make build` leaves behind, or the variable says where.
pub fn built(variable: &str, name: &str) -> PathBuf {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/release").join(name);
    let path = std::env::var_os(variable).map_or(default, PathBuf::from);
    assert!(path.exists(), "{} is missing: run `make build`, or set {variable}", path.display());
    path
}

/// A text field of one line of JSON without escapes.
fn field(line: &str, name: &str) -> String {
    let after = line.split(&format!("\"{name}\":\"")).nth(1).unwrap_or_else(|| panic!("no {name} in {line}"));
    after.split('"').next().unwrap().to_owned()
}

/// The default limits, and a seed.
pub fn load(seed: u64) -> Load {
    let limits = terms::limits::DEFAULTS;
    Load {
        seed,
        load_fuel: limits.load_fuel,
        turn_fuel: limits.turn_fuel,
        memory_bytes: limits.memory_bytes,
        reply_bytes: limits.reply_bytes,
        log_bytes: limits.log_bytes,
        bundle_bytes: 0,
    }
}

/// An observation of that tick, like those of the game.
pub fn observation(tick: u32) -> String {
    format!(
        r#"{{"game_state":{{"ship":{{"x":12.5,"y":-3.25,"heading":1.5,"hull":100,"alive":true,"target":null}},"shots":[{{"x":1.0,"y":2.0}},{{"x":-1500.0,"y":0.1}}]}},"ship_id":0,"time_step":{tick}}}"#
    )
}
