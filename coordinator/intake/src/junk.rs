//! What editors, operating systems and Python leave behind, and no bot needs.

/// Whether a file or folder of that name is left out without a word.
pub(super) fn is_junk_part(part: &str) -> bool {
    let compiled = part.len() > 4 && part.as_bytes().ends_with(b".pyc");
    part.starts_with('.') || compiled || part == "__pycache__" || part == "__MACOSX"
}

/// Whether any part of a relative path with `/` between its parts is junk.
pub(super) fn is_junk_path(path: &str) -> bool {
    path.split('/').any(is_junk_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn junk_is_known_by_any_part_of_the_path() {
        for junk in [".git/config", "a/.DS_Store", "__pycache__/bot.cpython-314.pyc", "__MACOSX/a/bot.py"] {
            assert!(is_junk_path(junk), "{junk}");
        }
        for kept in ["bot.py", "lib/aim.py", "notes.txt", "a.b/c", "pyc"] {
            assert!(!is_junk_path(kept), "{kept}");
        }
    }
}
