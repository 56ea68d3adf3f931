//! Directories as organisers have them, and archives as attackers make them.

mod archives;
mod components;
mod directories;
mod hostile_bytes;
mod lone;
mod zip_maker;

use std::path::Path;

use terms::{Limits, limits::DEFAULTS};

use super::{Intake, IntakeError, Reason, read_bots};

/// A directory that goes away with the test.
struct Bots(tempfile::TempDir);

impl Bots {
    /// These files, with their folders.
    fn with(files: &[(&str, &[u8])]) -> Bots {
        let bots = Bots(tempfile::tempdir().unwrap());
        files.iter().for_each(|(path, content)| bots.put(path, content));
        bots
    }

    fn put(&self, path: impl AsRef<Path>, content: &[u8]) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn read(&self) -> Result<Intake, IntakeError> {
        read_bots(self.path(), &DEFAULTS)
    }

    fn read_within(&self, limits: Limits) -> Result<Intake, IntakeError> {
        read_bots(self.path(), &limits)
    }

    /// `entry: reason` of every problem; none if the bots were taken.
    fn problems(&self) -> Vec<String> {
        problems(self.read())
    }
}

fn problems(read: Result<Intake, IntakeError>) -> Vec<String> {
    match read {
        Ok(_) => Vec::new(),
        Err(IntakeError::Refused { problems, .. }) => problems.iter().map(ToString::to_string).collect(),
        Err(other) => vec![other.to_string()],
    }
}

fn names(intake: &Intake) -> Vec<&str> {
    intake.contestants.iter().map(|bot| bot.name.as_str()).collect()
}
