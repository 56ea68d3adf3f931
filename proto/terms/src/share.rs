//! Shares of a whole, as people write them: `1%`, `0.5%`, `100`.

use std::fmt;
use std::str::FromStr;

/// Decimals that a percentage may have.
const DECIMALS_MAX: usize = 4;
/// Parts of a million that one percent is: one and that many zeros.
const PER_PERCENT: u32 = 10_000;

/// A share, in parts of a million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

/// The text is no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be a percentage from 0% to 100% with at most four decimals, such as 2% or 0.5%")]
pub struct NotAShare;

impl Share {
    /// Nothing.
    pub const NONE: Share = Share(0);
    /// One of a hundred.
    pub const PERCENT: Share = Share(PER_PERCENT);
    /// Everything.
    pub const ALL: Share = Share(100 * PER_PERCENT);

    /// How many of a million it is.
    pub fn per_million(self) -> u32 {
        self.0
    }

    /// Whether something is in the share whose number is one of 2^64 that are all as likely: about so
    /// many are, and always the same ones; those in a smaller share are in a larger one as well.
    pub fn takes(self, number: u64) -> bool {
        // Of 2^64 numbers a million is so little that the remainder favours none of them.
        number % u64::from(Share::ALL.0) < u64::from(self.0)
    }
}

impl FromStr for Share {
    type Err = NotAShare;

    fn from_str(text: &str) -> Result<Share, NotAShare> {
        let trimmed = text.trim();
        let number = trimmed.strip_suffix('%').unwrap_or(trimmed).trim_end();
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain(whole) || !is_plain(decimals) || decimals.len() > DECIMALS_MAX {
            return Err(NotAShare);
        }
        let whole = whole.parse::<u32>().ok().filter(|percent| *percent <= 100).ok_or(NotAShare)?;
        let parts = format!("{decimals:0<DECIMALS_MAX$}").parse::<u32>().map_err(|_| NotAShare)?;
        Some(Share(whole * PER_PERCENT + parts)).filter(|share| *share <= Share::ALL).ok_or(NotAShare)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, parts) = (self.0 / PER_PERCENT, self.0 % PER_PERCENT);
        let decimals = format!("{parts:0>DECIMALS_MAX$}");
        match decimals.trim_end_matches('0') {
            "" => write!(f, "{whole}%"),
            decimals => write!(f, "{whole}.{decimals}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_with_and_without_sign_and_decimals() {
        for (text, share, shown) in [
            ("0", 0, "0%"),
            ("0%", 0, "0%"),
            ("1%", 10_000, "1%"),
            ("2", 20_000, "2%"),
            ("0.5%", 5_000, "0.5%"),
            ("12.25 %", 122_500, "12.25%"),
            ("0.0001%", 1, "0.0001%"),
            ("100%", 1_000_000, "100%"),
            ("100.0000", 1_000_000, "100%"),
        ] {
            assert_eq!(text.parse(), Ok(Share(share)), "{text}");
            assert_eq!(Share(share).to_string(), shown);
        }
        for bad in
            ["", "%", "x", "-1", "+1", "101", "100.0001%", "1.00001", ".5", "1.", "1e1", "1%%", "99999999999"]
        {
            assert_eq!(bad.parse::<Share>(), Err(NotAShare), "{bad:?}");
        }
    }

    #[test]
    fn a_share_takes_about_as_many_as_it_says_and_what_a_smaller_one_takes() {
        let numbers = || (0..100_000_u64).map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let taken = |share: Share| numbers().filter(|number| share.takes(*number)).count();
        assert_eq!((taken(Share::NONE), taken(Share::ALL)), (0, 100_000));
        assert!((900..1_100).contains(&taken(Share::PERCENT)), "{}", taken(Share::PERCENT));
        assert!(numbers().all(|number| Share(20_000).takes(number) || !Share::PERCENT.takes(number)));
    }
}
