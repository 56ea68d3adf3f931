//! Shares as people write them: `1%`, `0.5%`, `100`.

use serde::Deserialize;

/// A share in `arena.toml`: `audit = 2`, `audit = 0.5` or `audit = "2%"`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a percentage such as 2, 0.5 or \"2%\"")]
pub(super) enum RawShare {
    Whole(u64),
    Part(f64),
    Text(String),
}

impl RawShare {
    /// As it would stand on the command line.
    pub(super) fn into_text(self) -> String {
        match self {
            RawShare::Whole(number) => number.to_string(),
            RawShare::Part(number) => number.to_string(),
            RawShare::Text(text) => text,
        }
    }
}

/// Decimals that a percentage may have.
const DECIMALS_MAX: usize = 4;
/// Parts of a million that one percent is: one and that many zeros.
const PER_PERCENT: u32 = 10_000;

/// Reads a percentage as parts of a million. Nothing if it is none.
pub(super) fn parse_share(text: &str) -> Option<u32> {
    let trimmed = text.trim();
    let number = trimmed.strip_suffix('%').unwrap_or(trimmed).trim_end();
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(whole) || !is_plain(decimals) || decimals.len() > DECIMALS_MAX {
        return None;
    }
    let whole = whole.parse::<u32>().ok().filter(|percent| *percent <= 100)? * PER_PERCENT;
    let parts = format!("{decimals:0<DECIMALS_MAX$}").parse::<u32>().ok()?;
    Some(whole + parts).filter(|share| *share <= 100 * PER_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_with_and_without_sign_and_decimals() {
        for (text, share) in [
            ("0", 0),
            ("0%", 0),
            ("1%", 10_000),
            ("2", 20_000),
            ("0.5%", 5_000),
            ("12.25 %", 122_500),
            ("0.0001%", 1),
            ("100%", 1_000_000),
            ("100.0000", 1_000_000),
        ] {
            assert_eq!(parse_share(text), Some(share), "{text}");
        }
        for bad in
            ["", "%", "x", "-1", "+1", "101", "100.0001%", "1.00001", ".5", "1.", "1e1", "1%%", "99999999999"]
        {
            assert_eq!(parse_share(bad), None, "{bad:?}");
        }
    }
}
