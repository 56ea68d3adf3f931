//! Text for a terminal: harmless, by [`terms::printable`], and no wider than there is room.

pub use terms::printable::{clean, is_unfit};

/// The text, cut to at most `columns` columns of a terminal, with `…` where it was cut.
pub fn fit(text: &str, columns: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut left = columns.saturating_sub(1);
    let mut cut: String = text
        .chars()
        .take_while(|c| {
            let width = c.width().unwrap_or(0);
            let fits = width <= left;
            left = left.saturating_sub(width);
            fits
        })
        .collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_text_is_cut_by_columns() {
        assert_eq!(fit("hunter", 6), "hunter");
        assert_eq!(fit("hunters", 6), "hunte…");
        assert_eq!(fit("人工知能", 5), "人工…");
        assert_eq!(fit("人工知能", 8), "人工知能");
        assert_eq!(fit("abc", 0), "…");
    }
}
