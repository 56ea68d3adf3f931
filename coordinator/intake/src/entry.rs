//! What one entry of the bots directory is meant to be.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use super::junk::is_junk_part;
use super::open::{Found, Root};
use super::{Problem, Reason, name};

/// An entry of the directory that is no bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its file name, made fit for a terminal.
    pub entry: String,
    /// Why it was left out.
    pub reason: SkipReason,
}

/// Why an entry is no bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// Neither `.py` nor `.wasm` nor `.zip`.
    NotABot,
    /// An archive of another kind.
    OtherArchive,
    /// What makes the directory a Python package.
    PackageMarker,
    /// A folder in which there is no code.
    NoCode,
}

/// The forms a bot comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    File,
    Component,
    Folder,
    Archive,
}

/// An entry that is meant to be a bot.
pub(super) struct Candidate {
    pub(super) name: String,
    /// The entry's file name.
    pub(super) entry: String,
    /// Where to read it.
    pub(super) path: PathBuf,
    pub(super) form: Form,
}

/// What to do with an entry.
pub(super) enum Sorted {
    Bot(Candidate),
    Skip(Skipped),
    /// Hidden files and what Python leaves behind: not worth a word.
    Ignore,
    Refuse(Problem),
}

/// Decides what an entry is, by its name and by what is really there.
pub(super) fn sort(root: Root<'_>, entry: &OsStr) -> Sorted {
    if is_junk_part(&entry.to_string_lossy()) {
        return Sorted::Ignore;
    }
    let refuse = |reason| Sorted::Refuse(Problem { entry: name::shown(entry), reason });
    let path = root.0.join(entry);
    // Only what claims to be a bot is looked at: a link or a FIFO of another name harms nobody.
    if let Some(form) = file_form(entry) {
        return match root.find(&path) {
            Ok(Found::File(real)) => candidate(stem(entry), entry, real, form).unwrap_or_else(refuse),
            Ok(Found::Folder) => {
                candidate(entry.to_owned(), entry, path, Form::Folder).unwrap_or_else(refuse)
            }
            Err(reason) => refuse(reason),
        };
    }
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => {
            candidate(entry.to_owned(), entry, path, Form::Folder).unwrap_or_else(refuse)
        }
        Ok(found) if found.is_symlink() && path.is_dir() => refuse(Reason::Link { path: name::shown(entry) }),
        _ => Sorted::Skip(Skipped { entry: name::shown(entry), reason: skip_reason(entry) }),
    }
}

fn candidate(bot: OsString, entry: &OsStr, path: PathBuf, form: Form) -> Result<Sorted, Reason> {
    let name = name::check(&bot)?.to_owned();
    Ok(Sorted::Bot(Candidate { name, entry: name::shown(entry), path, form }))
}

fn stem(entry: &OsStr) -> OsString {
    Path::new(entry).file_stem().unwrap_or(entry).to_owned()
}

/// The form that a file's name claims. Some systems write extensions in capitals.
fn file_form(entry: &OsStr) -> Option<Form> {
    let extension = Path::new(entry).extension()?.to_ascii_lowercase();
    match extension.to_str()? {
        "py" if entry != "__init__.py" => Some(Form::File),
        "wasm" => Some(Form::Component),
        "zip" => Some(Form::Archive),
        _ => None,
    }
}

fn skip_reason(entry: &OsStr) -> SkipReason {
    let extension = Path::new(entry).extension().map(OsStr::to_ascii_lowercase).unwrap_or_default();
    match extension.to_str() {
        Some("py") => SkipReason::PackageMarker,
        Some("gz" | "tgz" | "tar" | "bz2" | "xz" | "zst" | "7z" | "rar" | "whl") => SkipReason::OtherArchive,
        _ => SkipReason::NotABot,
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SkipReason::NotABot => "it is neither a .py, .wasm or .zip file nor a folder",
            SkipReason::OtherArchive => "only .zip archives are read; pack it again as .zip",
            SkipReason::PackageMarker => "it makes the directory a package and is no bot",
            SkipReason::NoCode => "there is no .py or .wasm file in the folder",
        })
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skipped {}: {}", self.entry, self.reason)
    }
}
