//! What can be wrong with an archive, as the sentences an organiser reads.

use super::end_record::BadEnd;

/// Why an archive is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveFault {
    /// The file itself is huge.
    #[error("the archive is larger than {max} bytes; pack only what the bot needs")]
    TooLarge {
        /// The most that is read, in bytes.
        max: u64,
    },
    /// Readers would disagree on what it is.
    #[error("the archive cannot be trusted: {0}; pack it again as a plain zip")]
    End(BadEnd),
    /// What the unpacker says of the whole.
    #[error("the archive is damaged ({0}); pack it again")]
    Damaged(String),
    /// Which of the two would be meant?
    #[error("the archive holds several files of one name; pack it again")]
    Twice,
    /// The trick of the worst bombs, and of archives that show different readers different files.
    #[error("the archive's entries overlap, or its two lists of them differ ({0}); pack it again")]
    Inconsistent(String),
    /// A link could lead anywhere.
    #[error("{0} in the archive is a symbolic link; pack the file itself")]
    Link(String),
    /// A device, a FIFO, a socket.
    #[error("{0} in the archive is neither a file nor a folder; leave it out")]
    Special(String),
    /// There is nobody to ask for the password.
    #[error("{0} in the archive is encrypted; pack it without a password")]
    Encrypted(String),
    /// Only methods that every Python can write are read.
    #[error("{entry} in the archive is packed by method {method}; use deflate or store")]
    Method {
        /// The entry.
        entry: String,
        /// The number of the method, as APPNOTE.TXT 4.4.5 lists them.
        method: u16,
    },
    /// Names are text.
    #[error("the name {0} in the archive is not UTF-8; rename the file and pack it again")]
    NameNotUtf8(String),
    /// An entry that does not unpack to what its header says.
    #[error("{entry} in the archive is damaged ({what}); pack it again")]
    EntryDamaged {
        /// The entry.
        entry: String,
        /// What the unpacker says.
        what: String,
    },
}
