//! A folder with a `bot.py` or a `bot.wasm`, as a bundle.

use std::fs;
use std::path::Path;

use terms::{Bundle, Limits, bundle};

use super::gathering::{Gathering, ends_the_reading};
use super::junk::is_junk_part;
use super::open::{Found, Root};
use super::{Reason, name, start};

/// Most entries that are looked at in one bot's folder, folders and junk included.
const ENTRIES_MAX: usize = 10_000;

/// Reads the files of a folder; nothing if there is no code of a bot in it.
///
/// # Errors
/// Everything in it that cannot be taken.
pub(super) fn read(root: Root<'_>, folder: &Path, limits: &Limits) -> Result<Option<Bundle>, Vec<Reason>> {
    let mut walk = Walk { root, gathering: Gathering::new(limits), entries: 0, reasons: Vec::new() };
    walk.enter(folder, "");
    if !walk.reasons.is_empty() {
        return Err(Reason::shortened(walk.reasons));
    }
    let bundle = walk.gathering.finish();
    match (start::check(&bundle), start::missing(&bundle)) {
        (Some(Ok(())), _) => Ok(Some(bundle)),
        (None, None) => Ok(None),
        (Some(Err(reason)), _) | (None, Some(reason)) => Err(vec![reason]),
    }
}

struct Walk<'a> {
    root: Root<'a>,
    gathering: Gathering,
    entries: usize,
    reasons: Vec<Reason>,
}

impl Walk<'_> {
    /// `prefix` is the folder's path within the bot: empty, or with a `/` at its end. The depth is
    /// bounded because a path is: see `bundle::PATH_BYTES_MAX`.
    fn enter(&mut self, folder: &Path, prefix: &str) {
        let listed = fs::read_dir(folder).and_then(|entries| {
            entries.take(ENTRIES_MAX + 1).map(|e| e.map(|e| e.file_name())).collect::<Result<Vec<_>, _>>()
        });
        let mut names = match listed {
            Ok(names) => names,
            Err(error) => return self.reasons.push(self.root.unreadable(folder, error)),
        };
        names.sort();
        for file_name in names {
            if self.is_over() {
                return;
            }
            self.entries += 1;
            if is_junk_part(&file_name.to_string_lossy()) {
                continue;
            }
            match name::check(&file_name) {
                Ok(part) => self.take(&folder.join(part), &format!("{prefix}{part}")),
                Err(reason) => self.reasons.push(inside(prefix, &name::shown(&file_name), reason)),
            }
        }
    }

    fn is_over(&mut self) -> bool {
        if self.entries >= ENTRIES_MAX {
            self.reasons.push(Reason::TooManyEntries { max: ENTRIES_MAX });
        }
        self.reasons.last().is_some_and(ends_the_reading)
    }

    fn take(&mut self, path: &Path, within: &str) {
        if within.len() > bundle::PATH_BYTES_MAX {
            let shortened = within.chars().take(bundle::PATH_BYTES_MAX).collect();
            return self.reasons.push(bundle::BadBundle::Path(shortened).into());
        }
        match self.root.find(path) {
            Ok(Found::Folder) => self.enter(path, &format!("{within}/")),
            Ok(Found::File(real)) => {
                if let Err(reason) = self.add(&real, within) {
                    self.reasons.push(reason);
                }
            }
            Err(reason) => self.reasons.push(reason),
        }
    }

    fn add(&mut self, real: &Path, within: &str) -> Result<(), Reason> {
        let file = self.root.open(real)?;
        self.gathering.add(within, file, |error| self.root.unreadable(real, error))
    }
}

/// A name's problem deep in a folder has to say where.
fn inside(prefix: &str, file_name: &str, reason: Reason) -> Reason {
    Reason::Inside { path: format!("{prefix}{file_name}"), reason: Box::new(reason) }
}
