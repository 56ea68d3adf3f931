//! What is left out: layers, or single entries of the lists of system calls.

use std::ffi::OsString;
use std::sync::OnceLock;

static OFF: OnceLock<Vec<String>> = OnceLock::new();

/// Takes `--without A|B` out of the arguments, and remembers it.
pub(crate) fn take(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    if let Some(index) = arguments.iter().position(|argument| argument == "--without") {
        let named = arguments.drain(index..).nth(1).and_then(|names| names.into_string().ok());
        let names = named.unwrap_or_default().split('|').map(str::to_owned).collect();
        let _ = OFF.set(names);
    }
    arguments
}

/// Whether that is left out.
pub(crate) fn is_off(name: &str) -> bool {
    OFF.get().is_some_and(|names| names.iter().any(|off| off == name))
}
