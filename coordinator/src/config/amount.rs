//! Numbers as people write them: `50_000_000`, `50M`, `64MiB`.

/// Suffixes and what they multiply by.
const SUFFIXES: [(&str, u64); 9] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("k", 1_000),
    ("K", 1_000),
    ("M", 1_000_000),
    ("G", 1_000_000_000),
    ("ms", 1),
    ("s", 1_000),
];

/// Reads a number with an optional suffix. `s` and `ms` are for limits in milliseconds.
///
/// # Errors
/// A sentence for people.
pub(super) fn parse_amount(text: &str) -> Result<u64, String> {
    let trimmed = text.trim();
    let suffix = SUFFIXES.iter().find_map(|(suffix, factor)| Some((trimmed.strip_suffix(suffix)?, *factor)));
    let (digits, factor) = suffix.unwrap_or((trimmed, 1));
    let digits = digits.trim_end().replace('_', "");
    let number = digits.parse::<u64>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let refused =
        || format!("{text:?} is no amount: write 50000000, 50_000_000, 50M, 64MiB or, for times, 2s");
    number.and_then(|number| number.checked_mul(factor)).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_with_and_without_suffix() {
        for (text, value) in [
            ("0", 0),
            ("50000000", 50_000_000),
            ("50_000_000", 50_000_000),
            ("50M", 50_000_000),
            ("64MiB", 64 << 20),
            ("64 MiB", 64 << 20),
            ("2s", 2_000),
            ("250ms", 250),
            ("1k", 1_000),
        ] {
            assert_eq!(parse_amount(text), Ok(value), "{text}");
        }
        for bad in ["", "x", "-1", "+1", "1.5M", "M", "99999999999999999999", "99999999999999G", "1 2"] {
            assert!(parse_amount(bad).is_err(), "{bad:?} was accepted");
        }
    }
}
