//! Where transcripts are kept: one file for each, named by its address, written once.
//!
//! A result's transcript is here before the result is in the store. It is not forced to the disk
//! as a result is: after a loss of power the newest may be missing or cut, which reading them
//! finds out, and a match that is played again gives the same transcript. Never here: what is in
//! a transcript.

mod folder;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use terms::Digest;

use crate::bucket;
use crate::config::{Bucket, Keeping, Site};
use crate::data_dir;
use folder::Folder;

/// Largest transcript that is read, in bytes.
pub const FILE_BYTES_MAX: u64 = 64 << 20;

/// A place for transcripts, or none.
#[derive(Clone, Debug)]
pub struct Transcripts {
    place: Option<Place>,
}

#[derive(Clone, Debug)]
struct Place {
    objects: Arc<dyn ObjectStore>,
    /// The directory, if it is one.
    folder: Option<Folder>,
    /// For people.
    shown: String,
}

/// Why transcripts cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptsError {
    /// The place cannot be used at all.
    #[error(
        "transcripts cannot be kept in {place}; check it, choose another place with --transcripts, or none"
    )]
    Unusable {
        /// Where.
        place: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// One cannot be written.
    #[error("transcript {address} cannot be written to {place}; what was played before is recorded")]
    Unwritable {
        /// Which.
        address: Digest,
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// One cannot be read.
    #[error("transcript {address} cannot be read from {place}")]
    Unreadable {
        /// Which.
        address: Digest,
        /// Where.
        place: String,
        /// Why.
        #[source]
        source: Box<object_store::Error>,
    },
    /// One is larger than any transcript.
    #[error(
        "transcript {address} in {place} has {bytes} bytes, more than the {FILE_BYTES_MAX} of any transcript"
    )]
    TooLarge {
        /// Which.
        address: Digest,
        /// Where.
        place: String,
        /// Its length.
        bytes: u64,
    },
    /// There is no place.
    #[error("transcripts are not kept (--transcripts none)")]
    Nowhere,
}

impl Transcripts {
    /// No place: what is put there is dropped.
    pub fn nowhere() -> Transcripts {
        Transcripts { place: None }
    }

    /// The place that `site` names for them, to be written: made if it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn to_write(site: &Site) -> Result<Transcripts, TranscriptsError> {
        match &site.transcripts {
            Keeping::DataDir => Transcripts::in_directory(&data_dir::transcripts_dir_of(&site.data_dir)),
            Keeping::Directory(path) => Transcripts::in_directory(path),
            Keeping::Bucket(bucket) => Transcripts::in_bucket(bucket),
            Keeping::Nowhere => Ok(Transcripts::nowhere()),
        }
    }

    /// The place that `site` names for them, to be read; nothing if it is not there.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn to_read(site: &Site) -> Result<Option<Transcripts>, TranscriptsError> {
        let directory = match &site.transcripts {
            Keeping::DataDir => data_dir::transcripts_dir_of(&site.data_dir),
            Keeping::Directory(path) => path.clone(),
            Keeping::Bucket(bucket) => return Transcripts::in_bucket(bucket).map(Some),
            Keeping::Nowhere => return Ok(None),
        };
        directory.is_dir().then(|| Transcripts::in_directory(&directory)).transpose()
    }

    /// A place in an object store. Nobody is asked yet whether it is there.
    ///
    /// # Errors
    /// The URL or the credentials make no sense.
    pub fn in_bucket(bucket: &Bucket) -> Result<Transcripts, TranscriptsError> {
        let objects = bucket::open(bucket).map_err(|source| TranscriptsError::Unusable {
            place: bucket.to_string().into(),
            source: source.into(),
        })?;
        let objects = Arc::new(objects);
        Ok(Transcripts { place: Some(Place { objects, folder: None, shown: bucket.to_string() }) })
    }

    /// A directory, which is made if it is not there.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn in_directory(path: &Path) -> Result<Transcripts, TranscriptsError> {
        let unusable = |source| TranscriptsError::Unusable { place: path.to_owned(), source };
        std::fs::create_dir_all(path).map_err(|error| unusable(error.into()))?;
        let objects = LocalFileSystem::new_with_prefix(path).map_err(|error| unusable(error.into()))?;
        let (folder, shown) = (Some(Folder::new(path)), path.display().to_string());
        let place = Place { objects: Arc::new(objects), folder, shown };
        Ok(Transcripts { place: Some(place) })
    }

    /// Whether there is a place.
    pub fn are_kept(&self) -> bool {
        self.place.is_some()
    }

    /// Whether the place is on this machine, so that [`Transcripts::put_here`] keeps what it is given.
    pub fn are_here(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.folder.is_some())
    }

    /// Keeps a transcript's file under its address. The same one twice is no harm.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn put(&self, address: &Digest, file: Vec<u8>) -> Result<(), TranscriptsError> {
        let Some(place) = &self.place else { return Ok(()) };
        let written = place.objects.put(&key(address), PutPayload::from(file)).await;
        written.map(drop).map_err(|source| place.unwritable(address, source.into()))
    }

    /// The same for a place that is a directory, for whoever may wait for the disk. Nothing is done where
    /// it is none.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn put_here(&self, address: &Digest, file: &[u8]) -> Result<(), TranscriptsError> {
        let Some((place, folder)) =
            self.place.as_ref().and_then(|place| Some((place, place.folder.as_ref()?)))
        else {
            return Ok(());
        };
        folder.put(key(address).as_ref(), file).map_err(|source| place.unwritable(address, source.into()))
    }

    /// The file of that address, if it is there.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn find(&self, address: &Digest) -> Result<Option<Vec<u8>>, TranscriptsError> {
        match self.get(address).await {
            Ok(file) => Ok(Some(file)),
            Err(TranscriptsError::Unreadable { source, .. })
                if matches!(*source, object_store::Error::NotFound { .. }) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The file of that address.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub async fn get(&self, address: &Digest) -> Result<Vec<u8>, TranscriptsError> {
        let Some(Place { objects, shown, .. }) = &self.place else { return Err(TranscriptsError::Nowhere) };
        let failed = |source| {
            let (place, source) = (shown.clone(), Box::new(source));
            TranscriptsError::Unreadable { address: *address, place, source }
        };
        let found = objects.get(&key(address)).await.map_err(failed)?;
        let bytes = found.meta.size;
        if bytes > FILE_BYTES_MAX {
            return Err(TranscriptsError::TooLarge { address: *address, place: shown.clone(), bytes });
        }
        Ok(found.bytes().await.map_err(failed)?.into())
    }
}

impl Place {
    fn unwritable(
        &self,
        address: &Digest,
        source: Box<dyn std::error::Error + Send + Sync>,
    ) -> TranscriptsError {
        TranscriptsError::Unwritable { address: *address, place: self.shown.clone(), source }
    }
}

/// `ab/abcd….transcript`: directories of a size that people and file systems can live with.
fn key(address: &Digest) -> Key {
    let name = address.to_string();
    let folder = name.get(..2).unwrap_or_default();
    Key::from(format!("{folder}/{name}.transcript"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_put_is_found_under_its_address() {
        let dir = tempfile::tempdir().unwrap();
        let transcripts = Transcripts::in_directory(&dir.path().join("kept")).unwrap();
        let address = Digest::of(b"a match");
        transcripts.put(&address, b"first".to_vec()).await.unwrap();
        transcripts.put(&address, b"first".to_vec()).await.unwrap();
        assert_eq!(transcripts.get(&address).await.unwrap(), b"first");
        let name = address.to_string();
        assert!(dir.path().join(format!("kept/{}/{name}.transcript", &name[..2])).is_file());
    }

    #[tokio::test]
    async fn what_is_not_there_or_too_large_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let transcripts = Transcripts::in_directory(dir.path()).unwrap();
        let address = Digest::of(b"a match");
        let missing = transcripts.get(&address).await.unwrap_err().to_string();
        assert!(missing.contains(&address.to_string()), "{missing}");
        let folder = dir.path().join(&address.to_string()[..2]);
        std::fs::create_dir(&folder).unwrap();
        let file = std::fs::File::create(folder.join(format!("{address}.transcript"))).unwrap();
        file.set_len(FILE_BYTES_MAX + 1).unwrap();
        let refused = transcripts.get(&address).await.unwrap_err();
        assert!(matches!(refused, TranscriptsError::TooLarge { .. }), "{refused}");
    }

    #[tokio::test]
    async fn a_place_that_cannot_be_is_named_and_none_keeps_nothing() {
        let refused = Transcripts::in_directory(Path::new("/proc/arena/transcripts")).unwrap_err();
        assert!(refused.to_string().contains("/proc/arena/transcripts"), "{refused}");
        let nowhere = Transcripts::nowhere();
        nowhere.put(&Digest::of(b""), Vec::new()).await.unwrap();
        assert!(matches!(nowhere.get(&Digest::of(b"")).await, Err(TranscriptsError::Nowhere)));
    }
}
