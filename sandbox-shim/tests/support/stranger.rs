//! A stranger's component: the smallest bot that is one, and what differs from it.

use std::io::Write;
use std::process::{Command, Stdio};

use terms::Digest;

use super::{Native, built};

/// A component, with what differs from the smallest bot.
#[derive(Clone, Copy)]
pub struct Stranger {
    pub memory: &'static str,
    pub tables: &'static str,
    pub start: &'static str,
    pub load: &'static str,
    pub turn: &'static str,
}

/// The smallest bot.
pub const BOT: Stranger = Stranger { memory: "1", tables: "", start: "", load: "", turn: "" };

impl Stranger {
    pub fn text(self) -> String {
        include_str!("stranger.wat")
            .replace("MEMORY", self.memory)
            .replace("    TABLES\n", self.tables)
            .replace("START)", &format!("{})", self.start))
            .replace("      LOAD\n", self.load)
            .replace("      TURN\n", self.turn)
    }
}

/// A bot whose reply of that many characters is text in UTF-16, which the host makes longer and
/// longer text in UTF-8 of.
pub fn speaks_utf_16(characters: u32) -> String {
    let long = format!(
        "(i32.store (i32.const 132) (i32.const 65536)) (i32.store (i32.const 136) (i32.const {characters}))
         (return (i32.const 128))\n"
    );
    let turn = "(canon lift (core func $main \"turn\")";
    let text = include_str!("stranger.wat").replace("MEMORY", "300").replace("    TABLES\n", "");
    let text = text.replace("START)", ")").replace("      LOAD\n", "").replace("      TURN\n", &long);
    text.replace(turn, &format!("{turn} string-encoding=utf16"))
}

/// Native code, and the folder that it is in.
pub struct Compiled {
    pub native: Native,
    _folder: tempfile::TempDir,
}

/// Compiles as a worker does.
pub fn compile(text: &str) -> Compiled {
    let component = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    let mut compiler = Command::new(built("ARENA_PRECOMPILE", "precompile"))
        .arg("--untrusted")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    compiler.stdin.take().unwrap().write_all(&component).unwrap();
    let compiled = compiler.wait_with_output().unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stdout));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bot.cwasm");
    std::fs::write(&path, &compiled.stdout).unwrap();
    let native = Native { path, digest: Digest::of(&compiled.stdout).to_string() };
    Compiled { native, _folder: folder }
}
