//! Object stores: how a place in one is reached, and what is said of it when it is not.

use std::fmt;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectStore, ObjectStoreScheme, RetryConfig};
use terms::printable::clean;
use tokio::net::TcpStream;

use crate::config::Bucket;

/// How often, and for how long, what failed for the store's own reasons is tried again: somebody
/// waits for it.
const RETRIES_MAX: usize = 6;
const RETRY_TIMEOUT: Duration = Duration::from_secs(30);

/// Where machines of a cloud learn who they are, unless a variable says otherwise.
const METADATA_SERVICE: &str = "169.254.169.254:80";
/// How long it may take to answer there: it is next door or not there at all.
const METADATA_PATIENCE: Duration = Duration::from_secs(2);
/// Variables that say who we are, or that nobody needs to know: with one of them, nobody asks the
/// machine.
const IDENTITIES: [&str; 6] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SKIP_SIGNATURE",
];
/// Most characters of what a server says that are repeated.
const TROUBLE_CHARS_MAX: usize = 700;

/// What went wrong, in words that are fit for a terminal: some of them are a server's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble(String);

impl Trouble {
    /// What an error says, and what it comes from at last.
    pub fn of(error: &Error) -> Trouble {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(deeper) = cause.and_then(std::error::Error::source) {
            cause = Some(deeper);
        }
        // Most errors repeat what they come from.
        if let Some(cause) = cause.map(ToString::to_string).filter(|cause| !text.contains(cause)) {
            text = format!("{text}: {cause}");
        }
        Trouble(clean(&text.chars().take(TROUBLE_CHARS_MAX).collect::<String>()))
    }

    /// The status that the server answered with, if it answered. For a listing the library has it in
    /// words only.
    pub fn status(&self) -> Option<u16> {
        let (_, status) = self.0.split_once("status code: ")?;
        status.get(..3)?.parse().ok()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// Nobody says who we are.
#[derive(Debug, thiserror::Error)]
#[error(
    "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (files of other programs are not read; \
     `aws configure export-credentials --format env` prints them), or AWS_SKIP_SIGNATURE=true for a public bucket; \
     nor does this machine have any, as its metadata service at {service} does not answer"
)]
pub struct NoCredentials {
    service: String,
    #[source]
    source: std::io::Error,
}

/// Whether there is anybody who can say who we are. Without this, a machine outside of the cloud
/// would be asked again and again for half a minute.
///
/// # Errors
/// There is nobody.
pub async fn check_credentials(bucket: &Bucket) -> Result<(), NoCredentials> {
    let Some(service) = metadata_service(bucket) else { return Ok(()) };
    let connecting = tokio::time::timeout(METADATA_PATIENCE, TcpStream::connect(&service));
    match connecting.await.unwrap_or_else(|late| Err(late.into())) {
        Ok(_) => Ok(()),
        Err(source) => Err(NoCredentials { service, source }),
    }
}

/// The host and port that would have to say who we are; nothing if it is said already.
fn metadata_service(bucket: &Bucket) -> Option<String> {
    let is_s3 = matches!(ObjectStoreScheme::parse(&bucket.url), Ok((ObjectStoreScheme::AmazonS3, _)));
    if !is_s3 || IDENTITIES.iter().any(|name| bucket.option(name).is_some()) {
        return None;
    }
    let Some(endpoint) = bucket.option("AWS_METADATA_ENDPOINT") else {
        return Some(METADATA_SERVICE.to_owned());
    };
    // What cannot be read is left to whoever uses it.
    let url = url::Url::parse(endpoint).ok()?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

/// Applies the options that such a builder knows; the others are somebody else's.
macro_rules! built {
    ($builder:ty, $bucket:expr) => {{
        let plain = <$builder>::new().with_url($bucket.url.as_str()).with_retry(retries());
        let options = $bucket.options.iter();
        let builder = options.fold(plain, |builder, (name, value)| match name.to_ascii_lowercase().parse() {
            Ok(key) => builder.with_config(key, value),
            Err(_) => builder,
        });
        Box::new(builder.build()?) as Box<dyn ObjectStore>
    }};
}

/// What is at that place. Nobody is asked yet whether it is there.
///
/// # Errors
/// The URL or the credentials make no sense.
pub fn open(bucket: &Bucket) -> Result<PrefixStore<Box<dyn ObjectStore>>, Error> {
    let (scheme, path) = ObjectStoreScheme::parse(&bucket.url)?;
    let objects = match scheme {
        ObjectStoreScheme::GoogleCloudStorage => built!(GoogleCloudStorageBuilder, bucket),
        ObjectStoreScheme::MicrosoftAzure => built!(MicrosoftAzureBuilder, bucket),
        // The configuration lets no others through.
        _ => built!(AmazonS3Builder, bucket),
    };
    Ok(PrefixStore::new(objects, path))
}

fn retries() -> RetryConfig {
    RetryConfig { max_retries: RETRIES_MAX, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(url: &str, options: &[(&str, &str)]) -> Bucket {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Bucket { url: url.parse().unwrap(), options: options.collect() }
    }

    #[test]
    fn the_machine_is_asked_only_if_nobody_says_who_we_are() {
        let asked = |url: &str, options: &[(&str, &str)]| metadata_service(&bucket(url, options));
        assert_eq!(asked("s3://bots", &[]).as_deref(), Some(METADATA_SERVICE));
        assert_eq!(asked("s3://bots", &[("AWS_REGION", "here")]).as_deref(), Some(METADATA_SERVICE));
        let elsewhere = [("AWS_METADATA_ENDPOINT", "http://127.0.0.1:99")];
        assert_eq!(asked("s3://bots", &elsewhere).as_deref(), Some("127.0.0.1:99"));
        for name in IDENTITIES {
            assert_eq!(asked("s3://bots", &[(name, "x")]), None, "{name}");
        }
        assert_eq!(asked("gs://bots", &[]), None);
        assert_eq!(asked("az://bots", &[]), None);
    }

    #[tokio::test]
    async fn who_has_no_credentials_hears_it_at_once() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let nobody = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let refused = check_credentials(&bucket("s3://bots", &[("AWS_METADATA_ENDPOINT", &nobody)])).await;
        let told = refused.unwrap_err().to_string();
        assert!(told.contains("AWS_ACCESS_KEY_ID") && told.contains("127.0.0.1"), "{told}");
    }

    #[test]
    fn the_status_of_an_answer_is_read_from_its_words() {
        let told = |text: &str| Trouble::of(&Error::Generic { store: "S3", source: text.into() }).status();
        assert_eq!(told("Server returned non-2xx status code: 403 Forbidden: <Error>404</Error>"), Some(403));
        assert_eq!(told("error sending request"), None);
        assert_eq!(told("status code: 4"), None);
    }

    #[test]
    fn what_a_server_says_is_cut_and_cleaned() {
        let source = format!("\u{1b}[31m{}", "x".repeat(100_000)).into();
        let told = Trouble::of(&Error::Generic { store: "S3", source }).to_string();
        assert!(told.len() < 1_000 && !told.contains('\u{1b}'), "{told}");
    }
}
