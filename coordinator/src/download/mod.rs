//! Bots from an object store: fetched into a directory of their own, which is then read like any
//! other directory of strangers' files. Never here: a look into a bot.
//!
//! ```text
//! list, all pages ─► selection ─► fetch, 16 at once ─► a temporary directory ─► intake
//!   ▲                                  │
//!   └── something is another, or gone ─┘   at most three times
//! ```

mod error;
mod selection;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use object_store::{Error, ObjectMeta, ObjectStore, ObjectStoreExt};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_stream::StreamExt;

use crate::bucket::{self, Trouble};
use crate::config::Bucket;
pub use error::DownloadError;
use selection::{Wanted, select};

/// Most objects that are listed.
const OBJECTS_MAX: usize = 200_000;
/// A larger object is no bot. What is written in its place has its size and no contents, so that it
/// is refused for its size.
const OBJECT_BYTES_MAX: u64 = 16 << 20;
/// Most bytes of all bots together.
const TOTAL_BYTES_MAX: u64 = 8 << 30;
/// Objects that are fetched at once.
const FETCHES_MAX: usize = 16;
/// How often everything is listed again because something changed or went away meanwhile.
const LISTINGS_MAX: u32 = 3;
/// How long whoever changes the bots is given to come to an end.
const PAUSE: Duration = Duration::from_millis(500);
/// How often people hear how far it is.
const SAY_INTERVAL: Duration = Duration::from_secs(5);

/// How far it is.
#[derive(Debug, Default)]
struct Progress {
    listed: AtomicUsize,
    fetched: AtomicUsize,
}

/// Why one object was not fetched.
enum Missed {
    /// It is not what was listed any more.
    Changed(String),
    Failed(DownloadError),
}

impl From<DownloadError> for Missed {
    fn from(error: DownloadError) -> Missed {
        Missed::Failed(error)
    }
}

/// Fetches everything at that place into a directory that lives as long as what is returned. `say`
/// hears now and then how far it is.
///
/// # Errors
/// Something cannot be fetched: bots are never left out silently.
pub async fn download(bucket: &Bucket, say: impl Fn(&str)) -> Result<TempDir, DownloadError> {
    let place = bucket.to_string();
    let no_credentials = |source| DownloadError::NoCredentials { place: place.clone(), source };
    bucket::check_credentials(bucket).await.map_err(no_credentials)?;
    let progress = Arc::new(Progress::default());
    let working = work(bucket, &place, progress.clone());
    tokio::pin!(working);
    let mut interval = tokio::time::interval(SAY_INTERVAL);
    interval.reset();
    loop {
        tokio::select! {
            done = &mut working => return done,
            _ = interval.tick() => say(&progress.sentence(&place)),
        }
    }
}

impl Progress {
    fn sentence(&self, place: &str) -> String {
        let (listed, fetched) = (self.listed.load(Ordering::Relaxed), self.fetched.load(Ordering::Relaxed));
        match (listed, fetched) {
            (0, _) => {
                format!("still waiting for an answer of {place}; what fails is tried again for a while …")
            }
            (listed, 0) => format!("{listed} objects listed at {place} …"),
            (listed, fetched) => format!("{fetched} of {listed} objects fetched from {place} …"),
        }
    }
}

async fn work(bucket: &Bucket, place: &str, progress: Arc<Progress>) -> Result<TempDir, DownloadError> {
    let objects: Arc<dyn ObjectStore> =
        Arc::new(bucket::open(bucket).map_err(|error| cannot_list(place, &error))?);
    fetch_steadily(&objects, place, &progress).await
}

/// Lists and fetches, again if something changed meanwhile.
async fn fetch_steadily(
    objects: &Arc<dyn ObjectStore>,
    place: &str,
    progress: &Arc<Progress>,
) -> Result<TempDir, DownloadError> {
    for listing in 1.. {
        let folder = tempfile::tempdir()
            .map_err(|source| DownloadError::Write { key: "a directory".to_owned(), source })?;
        progress.listed.store(0, Ordering::Relaxed);
        progress.fetched.store(0, Ordering::Relaxed);
        let wanted = select(list(objects, place, progress).await?, place)?;
        match fetch_all(objects, wanted, folder.path(), place, progress).await {
            Ok(()) => return Ok(folder),
            Err(Missed::Failed(error)) => return Err(error),
            Err(Missed::Changed(key)) if listing >= LISTINGS_MAX => {
                return Err(DownloadError::Unsteady { key, place: place.to_owned() });
            }
            Err(Missed::Changed(key)) => {
                tracing::info!("{key} at {place} has changed; listing everything again")
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    // The loop has no other end.
    Err(DownloadError::Nothing { place: place.to_owned() })
}

fn cannot_list(place: &str, error: &Error) -> DownloadError {
    let (place, source) = (place.to_owned(), Trouble::of(error));
    match (error, source.status()) {
        // The listing has a key in it that the library has no words for.
        (Error::InvalidPath { .. }, _) => DownloadError::Name { key: source.to_string(), place },
        (_, Some(401 | 403)) => DownloadError::Denied { place, source },
        (_, Some(404)) => DownloadError::NoBucket { place, source },
        _ => DownloadError::List { place, source },
    }
}

async fn list(
    objects: &Arc<dyn ObjectStore>,
    place: &str,
    progress: &Progress,
) -> Result<Vec<ObjectMeta>, DownloadError> {
    let mut listed = Vec::new();
    let mut stream = objects.list(None);
    while let Some(found) = stream.next().await {
        listed.push(found.map_err(|error| cannot_list(place, &error))?);
        progress.listed.store(listed.len(), Ordering::Relaxed);
        if listed.len() > OBJECTS_MAX {
            return Err(DownloadError::TooMany { place: place.to_owned() });
        }
    }
    Ok(listed)
}

async fn fetch_all(
    objects: &Arc<dyn ObjectStore>,
    wanted: Vec<Wanted>,
    folder: &Path,
    place: &str,
    progress: &Arc<Progress>,
) -> Result<(), Missed> {
    let mut fetches = JoinSet::new();
    for wanted in wanted {
        if fetches.len() >= FETCHES_MAX {
            finish_one(&mut fetches, progress).await?;
        }
        fetches.spawn(fetch(objects.clone(), wanted, folder.to_owned(), place.to_owned()));
    }
    while !fetches.is_empty() {
        finish_one(&mut fetches, progress).await?;
    }
    Ok(())
}

async fn finish_one(fetches: &mut JoinSet<Result<(), Missed>>, progress: &Progress) -> Result<(), Missed> {
    match fetches.join_next().await {
        None => Ok(()),
        Some(Ok(fetched)) => {
            progress.fetched.fetch_add(1, Ordering::Relaxed);
            fetched
        }
        Some(Err(panic)) => std::panic::resume_unwind(panic.into_panic()),
    }
}

async fn fetch(
    objects: Arc<dyn ObjectStore>,
    wanted: Wanted,
    folder: PathBuf,
    place: String,
) -> Result<(), Missed> {
    let Wanted { object, path } = wanted;
    let key = object.location.to_string();
    let unwritable = |source| DownloadError::Write { key: key.clone(), source };
    let mut file = create(&folder.join(path)).map_err(unwritable)?;
    if object.size > OBJECT_BYTES_MAX {
        return Ok(file.set_len(object.size).map_err(unwritable)?);
    }
    // Nothing is in it, and what stands for an empty folder cannot be asked for.
    if object.size == 0 {
        return Ok(());
    }
    let missed = |error| match error {
        Error::NotFound { .. } | Error::Precondition { .. } => Missed::Changed(key.clone()),
        error => {
            let (key, place) = (key.clone(), place.clone());
            DownloadError::Fetch { key, place, source: Trouble::of(&error) }.into()
        }
    };
    let found = objects.get(&object.location).await.map_err(missed)?;
    if is_another(&object, &found.meta) {
        return Err(Missed::Changed(key));
    }
    let (mut stream, mut bytes) = (found.into_stream(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(missed)?;
        bytes += chunk.len() as u64;
        // Whatever was announced: no more is taken than was listed.
        if bytes > object.size {
            return Err(Missed::Changed(key));
        }
        file.write_all(&chunk).map_err(unwritable)?;
    }
    if bytes == object.size { Ok(()) } else { Err(Missed::Changed(key)) }
}

/// Whether what is there now is not what was listed.
fn is_another(listed: &ObjectMeta, found: &ObjectMeta) -> bool {
    let tags = listed.e_tag.as_ref().zip(found.e_tag.as_ref());
    listed.size != found.size || tags.is_some_and(|(listed, found)| listed != found)
}

fn create(path: &Path) -> io::Result<File> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    File::create_new(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(size: u64, e_tag: Option<&str>) -> ObjectMeta {
        ObjectMeta {
            location: "a.py".into(),
            last_modified: std::time::SystemTime::UNIX_EPOCH.into(),
            size,
            e_tag: e_tag.map(str::to_owned),
            version: None,
        }
    }

    #[test]
    fn another_size_or_another_tag_is_another_object() {
        assert!(is_another(&object(5, None), &object(6, None)));
        assert!(is_another(&object(5, Some("a")), &object(5, Some("b"))));
        assert!(!is_another(&object(5, Some("a")), &object(5, Some("a"))));
        // A server that has tags in one place only says nothing by that.
        assert!(!is_another(&object(5, None), &object(5, Some("b"))));
    }

    #[test]
    fn people_hear_how_far_it_is() {
        let progress = Progress::default();
        assert!(progress.sentence("s3://bots").contains("still waiting for an answer of s3://bots"));
        progress.listed.store(7, Ordering::Relaxed);
        progress.fetched.store(3, Ordering::Relaxed);
        assert!(progress.sentence("s3://bots").starts_with("3 of 7 objects"));
    }
}
