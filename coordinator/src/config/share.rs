//! Shares in `arena.toml`, which may be numbers as well.

use serde::Deserialize;

/// `audit = 2`, `audit = 0.5` or `audit = "2%"`.
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
