//! The contestants of a directory, all of them or none.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use terms::{Bundle, Digest, Limits, bundle};

use super::entry::{Candidate, Form, SkipReason, Skipped, Sorted, sort};
use super::gathering::Gathering;
use super::open::Root;
use super::{IntakeError, Problem, Reason, archive, folder, start};

/// One bot that takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contestant {
    /// The file's stem or the folder's name. Unique, and fit to be shown as it is.
    pub name: String,
    /// Its files.
    pub bundle: Bundle,
    /// The digest of the bundle.
    pub digest: Digest,
}

/// What a directory gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// At least two, in ascending order of the bytes of their names.
    pub contestants: Vec<Contestant>,
    /// What was left out and is worth a word.
    pub skipped: Vec<Skipped>,
}

impl Intake {
    /// Sentences for the organiser: what was skipped, and which bots are the same.
    pub fn notes(&self) -> Vec<String> {
        let mut by_digest = BTreeMap::<Digest, Vec<&str>>::new();
        for bot in &self.contestants {
            by_digest.entry(bot.digest).or_default().push(&bot.name);
        }
        let mut twins: Vec<_> = by_digest.into_values().filter(|names| names.len() > 1).collect();
        twins.sort();
        let twins = twins.into_iter().map(|names| format!("identical bots: {}", names.join(", ")));
        self.skipped.iter().map(Skipped::to_string).chain(twins).collect()
    }
}

/// Reads every bot of a directory. The same directory always gives the same result.
///
/// # Errors
/// The directory cannot be read, has fewer than two bots, or some of them cannot be taken: then
/// all of those are listed.
pub fn read_bots(dir: &Path, limits: &Limits) -> Result<Intake, IntakeError> {
    let (real, entries) = list(dir)?;
    let root = Root(&real);
    let mut found = Findings::default();
    for entry in &entries {
        found.sort(root, entry);
    }
    found.refuse_shared_names();
    for candidate in std::mem::take(&mut found.candidates) {
        found.read(root, candidate, limits);
    }
    found.conclude(dir)
}

/// The directory's real path and its entries in ascending order of their bytes.
fn list(dir: &Path) -> Result<(std::path::PathBuf, Vec<OsString>), IntakeError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => IntakeError::Missing { dir: dir.to_owned() },
        io::ErrorKind::NotADirectory => IntakeError::NotADirectory { dir: dir.to_owned() },
        _ => IntakeError::Unreadable { dir: dir.to_owned(), source },
    };
    let real = dir.canonicalize().map_err(failed)?;
    let entries = fs::read_dir(&real).map_err(failed)?;
    let names: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
    let mut names = names.map_err(failed)?;
    names.sort();
    Ok((real, names))
}

#[derive(Default)]
struct Findings {
    candidates: Vec<Candidate>,
    contestants: Vec<Contestant>,
    skipped: Vec<Skipped>,
    problems: Vec<Problem>,
}

impl Findings {
    fn sort(&mut self, root: Root<'_>, entry: &std::ffi::OsStr) {
        match sort(root, entry) {
            Sorted::Bot(candidate) => self.candidates.push(candidate),
            Sorted::Skip(skipped) => self.skipped.push(skipped),
            Sorted::Refuse(problem) => self.problems.push(problem),
            Sorted::Ignore => {}
        }
    }

    /// One problem per name, at the first entry that has it.
    fn refuse_shared_names(&mut self) {
        let mut by_name = BTreeMap::<&str, Vec<&str>>::new();
        for candidate in &self.candidates {
            by_name.entry(&candidate.name).or_default().push(&candidate.entry);
        }
        for (name, entries) in by_name {
            if let [first, others @ ..] = entries.as_slice()
                && !others.is_empty()
            {
                let others = others.iter().map(|entry| (*entry).to_owned()).collect();
                let reason = Reason::NameTaken { name: name.to_owned(), others };
                self.problems.push(Problem { entry: (*first).to_owned(), reason });
            }
        }
    }

    fn read(&mut self, root: Root<'_>, candidate: Candidate, limits: &Limits) {
        match take(root, candidate, limits) {
            Taken::Bot(contestant) => self.contestants.push(contestant),
            Taken::Skip(skipped) => self.skipped.push(skipped),
            Taken::Refuse(problems) => self.problems.extend(problems),
        }
    }

    fn conclude(mut self, dir: &Path) -> Result<Intake, IntakeError> {
        let dir = dir.to_owned();
        // A stable sort: what is wrong with one entry stays in the order it was found.
        self.problems.sort_by(|a, b| a.entry.cmp(&b.entry));
        self.skipped.sort_by(|a, b| a.entry.cmp(&b.entry));
        self.contestants.sort_by(|a, b| a.name.cmp(&b.name));
        if !self.problems.is_empty() {
            return Err(IntakeError::Refused { dir, problems: self.problems });
        }
        match self.contestants.as_slice() {
            [] => Err(IntakeError::Empty { dir, skipped: self.skipped }),
            [only] => Err(IntakeError::Alone { dir, name: only.name.clone(), skipped: self.skipped }),
            _ => Ok(Intake { contestants: self.contestants, skipped: self.skipped }),
        }
    }
}

/// What became of a candidate.
pub(super) enum Taken {
    Bot(Contestant),
    Skip(Skipped),
    Refuse(Vec<Problem>),
}

/// Reads a candidate.
pub(super) fn take(root: Root<'_>, candidate: Candidate, limits: &Limits) -> Taken {
    let read = match candidate.form {
        Form::File => lone_file(root, &candidate.path, bundle::ENTRY, limits),
        Form::Component => lone_file(root, &candidate.path, bundle::COMPONENT, limits),
        Form::Folder => folder::read(root, &candidate.path, limits),
        Form::Archive => archive::read(root, &candidate.path, limits).map(Some),
    };
    let Candidate { name, entry, .. } = candidate;
    match read {
        Ok(Some(bundle)) => Taken::Bot(Contestant { name, digest: bundle.digest(), bundle }),
        Ok(None) => Taken::Skip(Skipped { entry, reason: SkipReason::NoCode }),
        Err(reasons) => Taken::Refuse(
            reasons.into_iter().map(|reason| Problem { entry: entry.clone(), reason }).collect(),
        ),
    }
}

/// The bundle of a lone file, which is what the bot starts with.
fn lone_file(
    root: Root<'_>,
    path: &Path,
    entry: &str,
    limits: &Limits,
) -> Result<Option<Bundle>, Vec<Reason>> {
    let read = || {
        let mut gathering = Gathering::new(limits);
        gathering.add(entry, root.open(path)?, |error| root.unreadable(path, error))?;
        let bundle = gathering.finish();
        start::check(&bundle).unwrap_or(Ok(())).map(|()| Some(bundle))
    };
    read().map_err(|reason| vec![reason])
}
