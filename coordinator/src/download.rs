//! Bots from an object store: fetched into a directory of their own, which is then read like any
//! other directory of strangers' files. Never here: a look into a bot.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::path::Path as Key;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_stream::StreamExt;

use crate::bucket;
use crate::config::Bucket;

/// Most objects that are listed.
const OBJECTS_MAX: usize = 200_000;
/// A larger object is no bot. What is written in its place has its size and no contents, so that it
/// is refused for its size.
const OBJECT_BYTES_MAX: u64 = 16 << 20;
/// Objects that are fetched at once.
const FETCHES_MAX: usize = 16;
/// How often everything is listed again because something went away meanwhile.
const LISTINGS_MAX: u32 = 3;

/// Why bots cannot be fetched.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The place cannot be reached, or may not be read.
    #[error(
        "the bots at {place} cannot be listed; check the URL and the credentials (AWS_…, GOOGLE_…, AZURE_…)"
    )]
    List {
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: Box<object_store::Error>,
    },
    /// One object cannot be read.
    #[error("{key} at {place} cannot be fetched")]
    Fetch {
        /// Which.
        key: String,
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: Box<object_store::Error>,
    },
    /// There is nothing.
    #[error("there is nothing at {place}: check the URL given with --bots")]
    Nothing {
        /// Where.
        place: String,
    },
    /// There is more than anybody's bots.
    #[error("there are more than {OBJECTS_MAX} objects at {place}: give --bots the place of the bots alone")]
    TooMany {
        /// Where.
        place: String,
    },
    /// Objects go away faster than they are fetched.
    #[error(
        "{key} at {place} was listed, but is not there any more, {LISTINGS_MAX} times in a row; try again when nobody changes the bots"
    )]
    Unsteady {
        /// Which.
        key: String,
        /// Where.
        place: String,
    },
    /// A key that is no path.
    #[error("{key:?} at {place} is no name that a file can have; rename the object")]
    Name {
        /// Which.
        key: String,
        /// Where.
        place: String,
    },
    /// This machine.
    #[error("{key} cannot be written to a temporary directory")]
    Write {
        /// Which object.
        key: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Fetches everything at that place into a directory that lives as long as what is returned.
///
/// # Errors
/// Something cannot be fetched: bots are never left out silently.
pub async fn download(bucket: &Bucket) -> Result<TempDir, DownloadError> {
    let place = bucket.to_string();
    let unreachable = |source| DownloadError::List { place: place.clone(), source: Box::new(source) };
    let objects: Arc<dyn ObjectStore> = Arc::new(bucket::open(bucket).map_err(unreachable)?);
    let mut listings = 0;
    loop {
        listings += 1;
        let folder = tempfile::tempdir()
            .map_err(|source| DownloadError::Write { key: "a directory".to_owned(), source })?;
        let listed = list(&objects, &place).await?;
        match fetch_all(&objects, listed, folder.path(), &place).await {
            Err(DownloadError::Fetch { source, .. }) if is_gone(&source) && listings < LISTINGS_MAX => {}
            Err(DownloadError::Fetch { key, source, .. }) if is_gone(&source) => {
                return Err(DownloadError::Unsteady { key, place });
            }
            fetched => return fetched.map(|()| folder),
        }
    }
}

fn is_gone(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotFound { .. })
}

async fn list(objects: &Arc<dyn ObjectStore>, place: &str) -> Result<Vec<ObjectMeta>, DownloadError> {
    let mut listed = Vec::new();
    let mut stream = objects.list(None);
    while let Some(found) = stream.next().await {
        let failed = |source| DownloadError::List { place: place.to_owned(), source: Box::new(source) };
        listed.push(found.map_err(failed)?);
        if listed.len() > OBJECTS_MAX {
            return Err(DownloadError::TooMany { place: place.to_owned() });
        }
    }
    if listed.is_empty() {
        return Err(DownloadError::Nothing { place: place.to_owned() });
    }
    Ok(listed)
}

async fn fetch_all(
    objects: &Arc<dyn ObjectStore>,
    listed: Vec<ObjectMeta>,
    folder: &Path,
    place: &str,
) -> Result<(), DownloadError> {
    let mut fetches = JoinSet::new();
    for object in listed {
        if fetches.len() >= FETCHES_MAX {
            finish_one(&mut fetches).await?;
        }
        let path = path_of(&object.location, folder, place)?;
        fetches.spawn(fetch(objects.clone(), object, path, place.to_owned()));
    }
    while !fetches.is_empty() {
        finish_one(&mut fetches).await?;
    }
    Ok(())
}

async fn finish_one(fetches: &mut JoinSet<Result<(), DownloadError>>) -> Result<(), DownloadError> {
    match fetches.join_next().await {
        None => Ok(()),
        Some(Ok(fetched)) => fetched,
        Some(Err(panic)) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// Where an object goes: never outside of the folder, whatever its key is.
fn path_of(key: &Key, folder: &Path, place: &str) -> Result<PathBuf, DownloadError> {
    let mut path = folder.to_owned();
    for part in key.parts() {
        let name = part.as_ref();
        if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
            return Err(DownloadError::Name { key: key.to_string(), place: place.to_owned() });
        }
        path.push(name);
    }
    Ok(path)
}

async fn fetch(
    objects: Arc<dyn ObjectStore>,
    object: ObjectMeta,
    path: PathBuf,
    place: String,
) -> Result<(), DownloadError> {
    let key = object.location.to_string();
    let written = if object.size > OBJECT_BYTES_MAX {
        create(&path).and_then(|file| file.set_len(object.size))
    } else {
        let failed = |source| DownloadError::Fetch {
            key: key.clone(),
            place: place.clone(),
            source: Box::new(source),
        };
        let bytes = objects.get(&object.location).await.map_err(failed)?.bytes().await.map_err(failed)?;
        create(&path).and_then(|mut file| std::io::Write::write_all(&mut file, &bytes))
    };
    written.map_err(|source| DownloadError::Write { key, source })
}

fn create(path: &Path) -> std::io::Result<fs::File> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::File::create_new(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_leads_out_of_the_folder() {
        let folder = Path::new("/folder");
        let path = |key: &str| path_of(&Key::from(key), folder, "s3://bots");
        assert_eq!(path("a.py").unwrap(), folder.join("a.py"));
        assert_eq!(path("pack/bot.py").unwrap(), folder.join("pack/bot.py"));
        for key in ["../a.py", "a/../../b.py", "/etc/passwd", "a//b.py", "a/./b.py"] {
            assert!(
                path(key)
                    .map_or(true, |path| path.starts_with(folder) && !path.to_string_lossy().contains("..")),
                "{key}"
            );
        }
    }
}
