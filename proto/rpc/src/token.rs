//! The join token: the secret that a worker shows and a coordinator asks for, sent with every call
//! as `authorization: Bearer TOKEN`.
//!
//! Nothing here shows it: neither an error nor `Debug`.

use std::convert::Infallible;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use terms::Digest;

/// Fewest bytes of a token: what is shorter can be guessed.
pub const TOKEN_BYTES_MIN: usize = 16;
/// Most bytes of a token.
pub const TOKEN_BYTES_MAX: usize = 1_024;
/// What stands before the token in the metadata.
const SCHEME: &str = "Bearer ";
/// How to make a token, for errors.
const HOW: &str = "make one with `head -c 32 /dev/urandom | base64`";

/// A text that is not shown. What a flag or a variable says before anybody has looked at it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// Every text will do: what is refused is refused by [`JoinToken`], without repeating it.
impl FromStr for Hidden {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Hidden, Infallible> {
        Ok(Hidden(text.to_owned()))
    }
}

/// A token that can be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinToken(String);

impl fmt::Debug for JoinToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JoinToken(…)")
    }
}

/// A token that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadToken {
    /// It can be guessed.
    #[error("{origin} has {bytes} bytes, but a token must have at least {TOKEN_BYTES_MIN}; {HOW}")]
    Short {
        /// Where it comes from.
        origin: String,
        /// How long it is.
        bytes: usize,
    },
    /// It does not fit into a header.
    #[error("{origin} has more than {TOKEN_BYTES_MAX} bytes, which no join token has; {HOW}")]
    Long {
        /// Where it comes from.
        origin: String,
    },
    /// It cannot be sent.
    #[error("{origin} has characters other than letters, digits and punctuation of ASCII; {HOW}")]
    Characters {
        /// Where it comes from.
        origin: String,
    },
    /// The file cannot be read.
    #[error("{origin} cannot be read")]
    Unreadable {
        /// Which file.
        origin: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Two of them.
    #[error("there are two join tokens, one in {0} and one given directly (--join-token or ARENA_JOIN_TOKEN); keep one", file.display())]
    Two {
        /// The file that was named as well.
        file: PathBuf,
    },
}

impl JoinToken {
    /// A token, as `origin` (for errors) has it, but for white space around it.
    ///
    /// # Errors
    /// It is too short or too long, or cannot be sent.
    pub fn new(text: &str, origin: &str) -> Result<JoinToken, BadToken> {
        let text = text.trim();
        let origin = || origin.to_owned();
        match text.len() {
            bytes if bytes < TOKEN_BYTES_MIN => Err(BadToken::Short { origin: origin(), bytes }),
            bytes if bytes > TOKEN_BYTES_MAX => Err(BadToken::Long { origin: origin() }),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Err(BadToken::Characters { origin: origin() })
            }
            _ => Ok(JoinToken(text.to_owned())),
        }
    }

    /// The token that a user gave directly, or in a file, if any.
    ///
    /// # Errors
    /// Both were given, or what was given cannot be used.
    pub fn given(text: Option<&Hidden>, file: Option<&Path>) -> Result<Option<JoinToken>, BadToken> {
        match (text, file) {
            (None, None) => Ok(None),
            (Some(_), Some(file)) => Err(BadToken::Two { file: file.to_owned() }),
            (Some(Hidden(text)), None) => JoinToken::new(text, "the join token").map(Some),
            (None, Some(file)) => JoinToken::read(file).map(Some),
        }
    }

    fn read(file: &Path) -> Result<JoinToken, BadToken> {
        let origin = format!("join token file {}", file.display());
        let mut bytes = Vec::new();
        let read = std::fs::File::open(file)
            .and_then(|opened| opened.take(2 * TOKEN_BYTES_MAX as u64).read_to_end(&mut bytes));
        read.map_err(|source| BadToken::Unreadable { origin: origin.clone(), source })?;
        let text = str::from_utf8(&bytes).map_err(|_| BadToken::Characters { origin: origin.clone() })?;
        JoinToken::new(text, &origin)
    }

    /// What stands in the metadata `authorization`. Secret.
    pub fn bearer(&self) -> String {
        format!("{SCHEME}{}", self.0)
    }

    /// The token itself, for a child process. Secret.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What two tokens are compared by, so that neither their length nor how much of them is equal shows.
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }

    /// The same of what came as `authorization`; nothing if it is no bearer token.
    pub fn digest_of_header(value: &[u8]) -> Option<Digest> {
        value.strip_prefix(SCHEME.as_bytes()).map(Digest::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_token_is_said_without_showing_it() {
        for (text, says) in [
            ("hunter2", "7 bytes"),
            ("", "0 bytes"),
            ("short but\tstrange, and long", "letters, digits"),
            ("geheim geheim geheim", "letters, digits"),
            ("gehéimgehéimgehéim", "letters, digits"),
        ] {
            let error = JoinToken::new(text, "the join token").unwrap_err().to_string();
            assert!(error.contains(says) && error.contains("/dev/urandom"), "{error}");
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
        let long = "x".repeat(TOKEN_BYTES_MAX + 1);
        assert!(JoinToken::new(&long, "t").unwrap_err().to_string().contains("more than 1024"));
    }

    #[test]
    fn nothing_shows_a_token() {
        let token = JoinToken::new("sixteen-letters-", "t").unwrap();
        assert!(!format!("{token:?} {:?}", Hidden("sixteen-letters-".into())).contains("letters"));
    }

    #[test]
    fn a_token_in_a_file_may_have_white_space_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, "  sixteen-letters-\n").unwrap();
        let token = JoinToken::given(None, Some(&file)).unwrap().unwrap();
        assert_eq!(token.bearer(), "Bearer sixteen-letters-");
        assert_eq!(JoinToken::digest_of_header(token.bearer().as_bytes()), Some(token.digest()));
        assert_eq!(JoinToken::digest_of_header(b"Basic sixteen-letters-"), None);
        let both = JoinToken::given(Some(&Hidden("x".into())), Some(&file)).unwrap_err().to_string();
        assert!(both.contains("two join tokens"), "{both}");
        std::fs::write(&file, [0xff; 20]).unwrap();
        assert!(JoinToken::given(None, Some(&file)).is_err());
        let missing = JoinToken::given(None, Some(&folder.path().join("no"))).unwrap_err().to_string();
        assert!(missing.contains("/no cannot be read"), "{missing}");
    }
}
