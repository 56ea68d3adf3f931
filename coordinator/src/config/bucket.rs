//! Places in object stores: a URL, and credentials where other programs look for them.

use std::fmt;

use url::Url;

/// Schemes of object stores.
const SCHEMES: [&str; 7] = ["s3", "s3a", "gs", "az", "azure", "abfs", "abfss"];
/// How the variables begin that say how object stores are reached.
const VARIABLES: [&str; 3] = ["AWS_", "GOOGLE_", "AZURE_"];

/// A place in an object store.
#[derive(Clone, PartialEq, Eq)]
pub struct Bucket {
    /// `s3://BUCKET/PREFIX` and its like.
    pub url: Url,
    /// Names and values as the environment has them. Some are secret.
    pub options: Vec<(String, String)>,
}

impl Bucket {
    /// The place that a text names, if it begins like one.
    pub(super) fn read(text: &str) -> Option<Result<Bucket, url::ParseError>> {
        let (scheme, _) = text.split_once("://")?;
        let url = SCHEMES.contains(&scheme).then(|| Url::parse(text))?;
        Some(url.map(|url| Bucket { url, options: options() }))
    }
}

fn options() -> Vec<(String, String)> {
    let is_ours = |name: &String| VARIABLES.iter().any(|prefix| name.starts_with(prefix));
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    std::env::vars_os().filter_map(text).filter(|(name, _)| is_ours(name)).collect()
}

/// Without what is secret: neither the options nor a password in the URL.
impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.url.scheme(), self.url.host_str().unwrap_or_default(), self.url.path())
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
