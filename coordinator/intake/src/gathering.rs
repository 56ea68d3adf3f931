//! The files of one bot while they are read, counted against the limits as real bytes.
//!
//! Never here: sizes that a file system or an archive declares.

use std::io::Read;

use terms::{Bundle, Limits};

use super::Reason;

/// A bundle in the making.
pub(super) struct Gathering {
    bundle: Bundle,
    bytes: u64,
    files: u32,
    limits: Limits,
}

impl Gathering {
    /// Nothing yet.
    pub(super) fn new(limits: &Limits) -> Gathering {
        Gathering { bundle: Bundle::default(), bytes: 0, files: 0, limits: *limits }
    }

    /// Reads `content` to its end and adds it as `path`.
    ///
    /// Never holds more than one byte beyond `limits.source_bytes`, whatever is read from.
    ///
    /// # Errors
    /// A limit is passed, the path is not allowed or there already, or `failed` of what reading
    /// said.
    pub(super) fn add(
        &mut self,
        path: &str,
        content: impl Read,
        failed: impl FnOnce(std::io::Error) -> Reason,
    ) -> Result<(), Reason> {
        if self.files >= self.limits.source_files {
            return Err(Reason::TooManyFiles { max: self.limits.source_files });
        }
        let max = self.limits.source_bytes;
        let room = u64::from(max).saturating_sub(self.bytes);
        let mut bytes = Vec::new();
        let read = content.take(room + 1).read_to_end(&mut bytes).map_err(failed)? as u64;
        if read > room {
            return Err(Reason::TooManyBytes { max });
        }
        self.bytes += read;
        self.files += 1;
        Ok(self.bundle.add(path, bytes)?)
    }

    /// The bundle.
    pub(super) fn finish(self) -> Bundle {
        self.bundle
    }
}

/// Whether reading on after this reason would only cost time.
pub(super) fn ends_the_reading(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::TooManyBytes { .. } | Reason::TooManyFiles { .. } | Reason::TooManyEntries { .. }
    )
}

#[cfg(test)]
mod tests {
    use terms::limits::DEFAULTS;

    use super::*;

    fn add(gathering: &mut Gathering, path: &str, content: impl Read) -> Result<(), Reason> {
        gathering.add(path, content, |source| Reason::Unreadable { path: path.to_owned(), source })
    }

    #[test]
    fn an_endless_file_costs_no_more_than_the_limit() {
        let mut gathering = Gathering::new(&DEFAULTS);
        let refused = add(&mut gathering, "bot.py", std::io::repeat(0));
        assert!(matches!(refused, Err(Reason::TooManyBytes { max: 1_048_576 })));
    }

    #[test]
    fn limits_hold_for_all_files_together_and_are_reached_exactly() {
        let limits = Limits { source_bytes: 4, source_files: 2, ..DEFAULTS };
        let mut gathering = Gathering::new(&limits);
        add(&mut gathering, "bot.py", &b"123"[..]).unwrap();
        assert!(matches!(add(&mut gathering, "a.py", &b"12"[..]), Err(Reason::TooManyBytes { max: 4 })));
        add(&mut gathering, "b.py", &b"1"[..]).unwrap();
        assert!(matches!(add(&mut gathering, "c.py", &b""[..]), Err(Reason::TooManyFiles { max: 2 })));
        assert_eq!(gathering.finish().content_bytes(), 4);
    }
}
