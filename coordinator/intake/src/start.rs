//! What a bot starts with: `bot.py`, or `bot.wasm` for one that is a WebAssembly component.
//!
//! Cheap checks only. Whether Python or a compiler takes the file is found out where neither can do
//! harm, and is the bot's own fault if not.

use terms::{Bundle, bundle, component};

use super::Reason;

/// A bundle that starts with one of the two.
///
/// # Errors
/// Both are there, or `bot.wasm` is something else than a component. `None` if neither is there.
pub(super) fn check(bundle: &Bundle) -> Option<Result<(), Reason>> {
    match (bundle.contains(bundle::ENTRY), bundle.get(bundle::COMPONENT)) {
        (false, None) => None,
        (true, None) => Some(Ok(())),
        (true, Some(_)) => Some(Err(Reason::TwoEntries)),
        (false, Some(bytes)) => {
            Some(component::what_else(bytes).map_or(Ok(()), |what| Err(Reason::NotAComponent { what })))
        }
    }
}

/// The sentence about a bot without a start, given what is there; nothing if nothing in it looks
/// like code of a bot.
pub(super) fn missing(bundle: &Bundle) -> Option<Reason> {
    let python = outermost(bundle, ".py").map(|found| no_entry(bundle::ENTRY, found));
    python.or_else(|| outermost(bundle, ".wasm").map(|found| no_entry(bundle::COMPONENT, found)))
}

/// Whether a file of that path is what a bot starts with.
pub(super) fn is_start(path: &str) -> bool {
    path == bundle::ENTRY || path == bundle::COMPONENT
}

fn no_entry(entry: &'static str, found: &str) -> Reason {
    let hint = match found.strip_suffix(entry).and_then(|outer| outer.strip_suffix('/')) {
        Some(outer) => format!("move the contents of {outer} up to where it is"),
        None => format!("rename the file it starts with (it has {found})"),
    };
    Reason::NoEntry { entry, hint }
}

/// The file that most probably is the one to start with: the outermost, by name.
fn outermost<'a>(bundle: &'a Bundle, extension: &str) -> Option<&'a str> {
    let paths = bundle.files().map(|(path, _)| path).filter(|path| path.ends_with(extension));
    let is_start = |path: &str| path.rsplit('/').next().is_some_and(is_start);
    paths.min_by_key(|path| (!is_start(path), path.matches('/').count()))
}
