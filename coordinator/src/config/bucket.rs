//! Places in object stores: a URL, and credentials where other programs look for them.

use std::fmt;

use url::Url;

/// Schemes of object stores.
const SCHEMES: [&str; 7] = ["s3", "s3a", "gs", "az", "azure", "abfs", "abfss"];
/// How the variables begin that say how object stores are reached.
const VARIABLES: [&str; 3] = ["AWS_", "GOOGLE_", "AZURE_"];
/// Where S3 is reached if not at Amazon; the first one counts.
const ENDPOINTS: [&str; 3] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"];
/// Lets an endpoint be reached without encryption.
const ALLOW_HTTP: &str = "AWS_ALLOW_HTTP";

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
        Some(url.map(|url| Bucket { url, options: completed(options()) }))
    }

    /// The value of that variable, if it is there.
    pub fn option(&self, wanted: &str) -> Option<&str> {
        option(&self.options, wanted)
    }
}

fn option<'a>(options: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    options.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

/// Who names an endpoint that is not encrypted means it, as other programs understand it.
fn completed(mut options: Vec<(String, String)>) -> Vec<(String, String)> {
    let endpoint = ENDPOINTS.iter().find_map(|name| option(&options, name));
    let is_plain = endpoint.is_some_and(|url| url.starts_with("http://"));
    if is_plain && option(&options, ALLOW_HTTP).is_none() {
        options.push((ALLOW_HTTP.to_owned(), "true".to_owned()));
    }
    options
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_without_encryption_is_used_if_it_is_named() {
        let allowed = |options: &[(&str, &str)]| {
            let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            option(&completed(options.collect()), ALLOW_HTTP).map(str::to_owned)
        };
        assert_eq!(allowed(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")]).as_deref(), Some("true"));
        assert_eq!(allowed(&[("AWS_ENDPOINT_URL", "https://s3.example.org")]), None);
        assert_eq!(allowed(&[]), None);
        let forbidden = [("AWS_ENDPOINT_URL", "http://127.0.0.1:9000"), (ALLOW_HTTP, "false")];
        assert_eq!(allowed(&forbidden).as_deref(), Some("false"));
    }

    #[test]
    fn no_secret_is_shown() {
        let options = vec![("AWS_SECRET_ACCESS_KEY".to_owned(), "geheim".to_owned())];
        let bucket = Bucket { url: "s3://user:password@bots/here".parse().unwrap(), options };
        let shown = format!("{bucket} {bucket:?}");
        assert!(shown.contains("s3://bots/here") && !shown.contains("geheim") && !shown.contains("password"));
    }
}
