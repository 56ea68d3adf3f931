//! Everything that stops a tournament before it starts, as the sentences an organiser reads.
//!
//! Never here: deciding. Each variant is raised where the rule is checked.

use std::fmt;
use std::io;
use std::path::PathBuf;

use terms::bundle::BadBundle;

use super::Skipped;
use super::archive_fault::ArchiveFault;

/// Reasons listed per bot; a crafted archive could give tens of thousands.
const REASONS_PER_BOT_MAX: usize = 8;

/// Why there is no tournament to be made of a directory.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Nothing is there.
    #[error("there is no bots directory {}: check the path given with --bots", dir.display())]
    Missing {
        /// What was asked for.
        dir: PathBuf,
    },
    /// A file, or something else that holds no files.
    #[error("{} is not a directory: give --bots the directory that holds the bots", dir.display())]
    NotADirectory {
        /// What was asked for.
        dir: PathBuf,
    },
    /// The directory cannot be listed.
    #[error("the bots directory {} cannot be read: {source}", dir.display())]
    Unreadable {
        /// What was asked for.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is nothing in it that could be a bot.
    #[error(
        "there are no bots in {}: put .py or .wasm files, or folders or .zip files with a bot.py or bot.wasm, into it{}",
        dir.display(), Listed(skipped)
    )]
    Empty {
        /// What was asked for.
        dir: PathBuf,
        /// What was found instead.
        skipped: Vec<Skipped>,
    },
    /// A tournament of one.
    #[error("{} holds one bot only, {name:?}: a tournament needs at least two{}", dir.display(), Listed(skipped))]
    Alone {
        /// What was asked for.
        dir: PathBuf,
        /// The only bot.
        name: String,
        /// What was found besides.
        skipped: Vec<Skipped>,
    },
    /// Some bots cannot be taken.
    #[error("{} with the bots in {}:{}", Count(problems.len()), dir.display(), Listed(problems))]
    Refused {
        /// What was asked for.
        dir: PathBuf,
        /// All of them, in the order of the names in the directory.
        problems: Vec<Problem>,
    },
}

impl IntakeError {
    /// The same about a directory that stands for another place, in the place's name.
    #[must_use]
    pub fn shown_as(mut self, place: &str) -> IntakeError {
        let (IntakeError::Missing { dir }
        | IntakeError::NotADirectory { dir }
        | IntakeError::Unreadable { dir, .. }
        | IntakeError::Empty { dir, .. }
        | IntakeError::Alone { dir, .. }
        | IntakeError::Refused { dir, .. }) = &mut self;
        *dir = PathBuf::from(place);
        self
    }
}

/// One thing that is wrong with one entry of the directory.
#[derive(Debug, thiserror::Error)]
#[error("{entry}: {reason}")]
pub struct Problem {
    /// The entry's file name, made fit for a terminal.
    pub entry: String,
    /// What is wrong, and what to do.
    pub reason: Reason,
}

/// What is wrong with one entry, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// Names are text in every output.
    #[error("its name is not UTF-8; rename it")]
    NameNotUtf8,
    /// A name that would not be shown as it is.
    #[error("its name has characters that cannot be seen ({}); rename it", .0.escape_unicode())]
    NameNotPrintable(char),
    /// A name of nothing but spaces.
    #[error("its name is blank; rename it")]
    NameBlank,
    /// Results could not be told apart.
    #[error("the name {name:?} is also that of {}; rename all but one of them", others.join(", "))]
    NameTaken {
        /// The name of the bot.
        name: String,
        /// The other entries of that name.
        others: Vec<String>,
    },
    /// The system refused to read it.
    #[error("{path} cannot be read: {source}; check who may read it")]
    Unreadable {
        /// The file, relative to the bots directory.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A link that leaves the directory, leads nowhere, or leads to a folder.
    #[error(
        "{path} is a symbolic link, and only links to files within the bots directory are followed; put a copy there instead"
    )]
    Link {
        /// The link, relative to the bots directory.
        path: String,
    },
    /// Reading it could wait for ever.
    #[error("{path} is a {what}, not a file; remove it")]
    Special {
        /// The entry, relative to the bots directory.
        path: String,
        /// What it is instead.
        what: &'static str,
    },
    /// Nothing to start with.
    #[error("it has no {entry} at its top level; {hint}")]
    NoEntry {
        /// What it should start with.
        entry: &'static str,
        /// What to do about it.
        hint: String,
    },
    /// Which of the two is the bot?
    #[error("it has both a bot.py and a bot.wasm; remove the one that it does not start with")]
    TwoEntries,
    /// A `.wasm` that no compiler will take.
    #[error("{what}; a bot in WebAssembly is a component that implements proto/bot.wit")]
    NotAComponent {
        /// What it is instead, as a sentence about "it".
        what: &'static str,
    },
    /// More than the limit, counted while unpacking.
    #[error(
        "its source is larger than the {max} bytes allowed, unpacked; make it smaller or raise --source-bytes"
    )]
    TooManyBytes {
        /// `limits.source_bytes`, in bytes.
        max: u32,
    },
    /// More than the limit.
    #[error("it has more than the {max} files allowed; remove some or raise --source-files")]
    TooManyFiles {
        /// `limits.source_files`.
        max: u32,
    },
    /// Folders within folders without end.
    #[error("it has more than {max} entries, most of them no source; remove what the bot does not need")]
    TooManyEntries {
        /// The most that are looked at.
        max: usize,
    },
    /// A path that no bundle takes.
    #[error("{0}")]
    Path(#[from] BadBundle),
    /// A `.zip` that two readers could understand in two ways, or none.
    #[error("{0}")]
    Archive(#[from] ArchiveFault),
    /// The same, of a file within the bot.
    #[error("{path}: {reason}")]
    Inside {
        /// The file, relative to the bot.
        path: String,
        /// What is wrong with it.
        reason: Box<Reason>,
    },
    /// The rest of a long list.
    #[error("and {0} more problems of this bot")]
    More(usize),
}

impl Reason {
    /// A list short enough to be read.
    pub(super) fn shortened(mut reasons: Vec<Reason>) -> Vec<Reason> {
        let more = reasons.len().saturating_sub(REASONS_PER_BOT_MAX);
        if more > 0 {
            reasons.truncate(REASONS_PER_BOT_MAX);
            reasons.push(Reason::More(more));
        }
        reasons
    }
}

struct Listed<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Listed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|item| write!(f, "\n  {item}"))
    }
}

struct Count(usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("there is a problem"),
            many => write!(f, "there are {many} problems"),
        }
    }
}
