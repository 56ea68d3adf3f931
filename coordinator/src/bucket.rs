//! Object stores: how a place in one is reached.

use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::prefix::PrefixStore;
use object_store::{Error, ObjectStore, ObjectStoreScheme, RetryConfig};

use crate::config::Bucket;

/// How often, and for how long, what failed for the store's own reasons is tried again: somebody
/// waits for it.
const RETRIES_MAX: usize = 6;
const RETRY_TIMEOUT: Duration = Duration::from_secs(30);

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
