//! Why bots cannot be fetched.

use super::{LISTINGS_MAX, OBJECTS_MAX, TOTAL_BYTES_MAX};
use crate::bucket::{NoCredentials, Trouble};

/// Why bots cannot be fetched.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The place cannot be reached.
    #[error(
        "the bots at {place} cannot be listed; check the URL and how it is reached (AWS_…, GOOGLE_…, AZURE_…: \
         endpoint, region, credentials)"
    )]
    List {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: Trouble,
    },
    /// The place may not be read.
    #[error(
        "the bots at {place} cannot be listed: these credentials are refused; check that they are right (AWS_…, \
         GOOGLE_…, AZURE_…, and the region) and may list and get what is there"
    )]
    Denied {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: Trouble,
    },
    /// Nobody says who we are.
    #[error("the bots at {place} cannot be listed")]
    NoCredentials {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: NoCredentials,
    },
    /// There is no such bucket.
    #[error("there is no bucket for {place}: check the URL given with --bots, and the endpoint")]
    NoBucket {
        /// Where.
        place: String,
        /// What the server says.
        #[source]
        source: Trouble,
    },
    /// One object cannot be read.
    #[error("{key} at {place} cannot be fetched; it was listed, so check that it may be read as well")]
    Fetch {
        /// Which.
        key: String,
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: Trouble,
    },
    /// There is nothing.
    #[error("there is nothing at {place}: check the URL given with --bots")]
    Nothing {
        /// Where.
        place: String,
    },
    /// There is more than anybody's bots.
    #[error("there are more than {OBJECTS_MAX} objects at {place}: give --bots the place of the bots alone")]
    TooMany {
        /// Where.
        place: String,
    },
    /// There is more than anybody's bots.
    #[error(
        "there are {bytes} bytes at {place}, more than the {TOTAL_BYTES_MAX} that bots may have together: give \
         --bots the place of the bots alone"
    )]
    TooMuch {
        /// Where.
        place: String,
        /// How much.
        bytes: u64,
    },
    /// Objects change or go away faster than they are fetched.
    #[error(
        "{key} at {place} was changed or removed between listing and fetching, {LISTINGS_MAX} times in a row; try \
         again when nobody changes the bots"
    )]
    Unsteady {
        /// Which.
        key: String,
        /// Where.
        place: String,
    },
    /// A key that is no path.
    #[error("{key} at {place} is no name that a file can have; rename the object")]
    Name {
        /// Which.
        key: String,
        /// Where.
        place: String,
    },
    /// A key that is a file and a folder.
    #[error("{key} at {place} is an object, and there are others below it as if it were a folder; rename it")]
    FileAndFolder {
        /// Which.
        key: String,
        /// Where.
        place: String,
    },
    /// This machine.
    #[error("{key} cannot be written to a temporary directory (TMPDIR says where those are)")]
    Write {
        /// Which object.
        key: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl DownloadError {
    /// Whether the fault is in what the user named.
    pub fn is_about_what_was_named(&self) -> bool {
        use DownloadError::{FileAndFolder, Name, NoBucket, Nothing, TooMany, TooMuch};
        match self {
            Nothing { .. }
            | TooMany { .. }
            | TooMuch { .. }
            | NoBucket { .. }
            | Name { .. }
            | FileAndFolder { .. } => true,
            DownloadError::List { .. }
            | DownloadError::Denied { .. }
            | DownloadError::NoCredentials { .. }
            | DownloadError::Fetch { .. }
            | DownloadError::Unsteady { .. }
            | DownloadError::Write { .. } => false,
        }
    }
}
