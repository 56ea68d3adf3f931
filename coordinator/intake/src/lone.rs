//! One bot by its path, for a match at home: what a tournament takes, and what it refuses with the
//! same words.

use std::io;
use std::path::{Path, PathBuf};

use terms::Limits;

use super::contestant::{Contestant, Taken, take};
use super::entry::{Sorted, sort};
use super::open::Root;
use super::{Problem, SkipReason, Skipped};

/// Why a path is no bot.
#[derive(Debug, thiserror::Error)]
pub enum LoneError {
    /// Nothing is there, or nothing that can be reached.
    #[error("there is no bot {}: {source}", path.display())]
    Missing {
        /// What was asked for.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A tournament would leave it out.
    #[error("{} is no bot: {reason}", path.display())]
    NotABot {
        /// What was asked for.
        path: PathBuf,
        /// Why not.
        reason: SkipReason,
    },
    /// A tournament would refuse it.
    #[error("{}", Lines(.0))]
    Refused(Vec<Problem>),
}

/// Reads the bot at `path`. A link is followed, because whoever names it means what it leads to.
///
/// # Errors
/// It is none that a tournament would take.
pub fn read_bot(path: &Path, limits: &Limits) -> Result<Contestant, LoneError> {
    let missing = |source| LoneError::Missing { path: path.to_owned(), source };
    let no_bot = |reason| LoneError::NotABot { path: path.to_owned(), reason };
    let real = path.canonicalize().map_err(missing)?;
    let (Some(folder), Some(entry)) = (real.parent(), real.file_name()) else {
        return Err(no_bot(SkipReason::NotABot));
    };
    let root = Root(folder);
    match sort(root, entry) {
        Sorted::Bot(candidate) => match take(root, candidate, limits) {
            Taken::Bot(contestant) => Ok(contestant),
            Taken::Skip(Skipped { reason, .. }) => Err(no_bot(reason)),
            Taken::Refuse(problems) => Err(LoneError::Refused(problems)),
        },
        Sorted::Skip(Skipped { reason, .. }) => Err(no_bot(reason)),
        Sorted::Ignore => Err(no_bot(SkipReason::NotABot)),
        Sorted::Refuse(problem) => Err(LoneError::Refused(vec![problem])),
    }
}

/// One problem per line.
struct Lines<'a>(&'a [Problem]);

impl std::fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut separator = "";
        self.0.iter().try_for_each(|problem| {
            write!(f, "{separator}{problem}")?;
            separator = "\n";
            Ok(())
        })
    }
}
