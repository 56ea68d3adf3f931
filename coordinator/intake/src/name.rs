//! Which names a bot may have: whatever can be shown as it is, on every terminal and web page.

use std::ffi::OsStr;

use terms::printable::{clean, is_unfit};

use super::Reason;

/// The name as text, if it can be shown.
///
/// Spaces, letters of any script and leading dashes are fine.
///
/// # Errors
/// It is not UTF-8, blank, or has characters that nobody would see.
pub(super) fn check(name: &OsStr) -> Result<&str, Reason> {
    let name = name.to_str().ok_or(Reason::NameNotUtf8)?;
    if let Some(unfit) = name.chars().find(|c| is_unfit(*c)) {
        return Err(Reason::NameNotPrintable(unfit));
    }
    if name.trim().is_empty() {
        return Err(Reason::NameBlank);
    }
    Ok(name)
}

/// Any name, made fit for a message.
pub(super) fn shown(name: &OsStr) -> String {
    clean(&name.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn whatever_can_be_shown_is_a_name() {
        for good in ["hunter", "my bot", "-rf", "Ångström", "人工知能", "دب", "=1+1", "a.b", "👩‍🚀"]
        {
            assert_eq!(check(OsStr::new(good)).unwrap(), good);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_refused() {
        for bad in ["a\nb", "\x1b[31m", "a\u{202e}b", "a\u{200b}", "\u{feff}a", "a\u{2028}b", "a\u{85}b"] {
            assert!(matches!(check(OsStr::new(bad)), Err(Reason::NameNotPrintable(_))), "{bad:?}");
        }
        assert!(matches!(check(OsStr::new(" \u{a0} ")), Err(Reason::NameBlank)));
        assert!(matches!(check(OsStr::from_bytes(b"a\xff")), Err(Reason::NameNotUtf8)));
    }
}
