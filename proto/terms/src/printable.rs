//! Makes text that strangers wrote fit for a terminal, a log line or a page: what a bot's author can
//! put into a name, a message or a traceback must not move the cursor, colour the screen or reverse
//! the line.

/// What stands for a character that is not shown.
const PLACEHOLDER: char = '\u{fffd}';

/// The text on one line, without escape sequences and with a placeholder for whatever a terminal
/// would obey instead of show.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{1b}' => skip_sequence(&mut rest),
            c if is_unfit(c) => out.push(PLACEHOLDER),
            c => out.push(c),
        }
    }
    out
}

/// Whether a character does something to the text around it instead of being seen.
///
/// Controls; line separators; marks that reverse or isolate direction (Unicode TR 9); characters
/// of no width, but for the joiners that emoji and several scripts are written with; and tags.
pub fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Passes over what follows an ESC if it is a sequence of the form `[ parameters final` (ECMA-48
/// 5.4); other sequences lose their ESC, which leaves text.
fn skip_sequence(rest: &mut std::str::Chars<'_>) {
    let mut ahead = rest.clone();
    if ahead.next() != Some('[') {
        return;
    }
    let end = ahead.find(|c| !matches!(c, '\u{20}'..='\u{3f}'));
    if matches!(end, Some('\u{40}'..='\u{7e}')) {
        *rest = ahead;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escape_sequences_go_and_text_stays() {
        for (dirty, cleaned) in [
            ("plain ünïcode 人 👩‍🚀", "plain ünïcode 人 👩‍🚀"),
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b]0;title\x07x", "]0;title\u{fffd}x"),
            ("\x1b[2J\x1b[1;1Hgone", "gone"),
            ("\u{9b}31mred", "\u{fffd}31mred"),
            ("a\r\nb\tc", "a  b c"),
            ("\x08\x7f\0", "\u{fffd}\u{fffd}\u{fffd}"),
            ("abc\u{202e}yp.tob", "abc\u{fffd}yp.tob"),
            ("\x1b", ""),
            ("\x1b[", "["),
            ("\x1b[12\x1b[3m", "[12"),
        ] {
            assert_eq!(clean(dirty), cleaned, "{dirty:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_unfit_survives_and_cleaning_twice_changes_nothing(text: String) {
            let once = clean(&text);
            prop_assert!(!once.chars().any(is_unfit));
            prop_assert_eq!(clean(&once), once);
        }
    }
}
