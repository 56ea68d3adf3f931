//! A file into a data directory. Whoever wrote the file is not believed: what a transcript can
//! prove is compared with it. An import that was interrupted is simply made again.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use terms::{Digest, MatchId, MatchSpec};
use transcript::file::{self, Packed};
use zip::ZipArchive;
use zip::result::ZipError;

use super::{
    ABOUT, About, CORROBORATIONS, CorroborationLine, RESULTS, TransferError, VERSION, transcript_name,
};
use crate::config::Site;
use crate::data_dir::DataDir;
use crate::driver::now_ms;
use crate::progress::Console;
use crate::run::{Ended, RunError};
use crate::schedule::Setting;
use crate::store::{self, Amendment, AnyStore, Store, StoredResult, Written, from_line, worker_name};
use crate::transcripts::{FILE_BYTES_MAX, Transcripts};

/// Longest line, in bytes: all faults that a result lists, at full length and escaped.
const LINE_BYTES_MAX: u64 = 8 << 20;
/// Results that are written together.
const BATCH: usize = 256;

/// What became of what was in the file.
#[derive(Debug, Default)]
struct Taken {
    new: BTreeSet<MatchId>,
    known: usize,
    conflicts: usize,
    without_transcript: usize,
}

/// Takes everything that is in the file at `path` into `site`.
///
/// # Errors
/// The file is no whole export, or something cannot be written.
pub async fn import(site: &Site, path: &Path, console: &Console) -> Result<Ended, RunError> {
    let mut archive = open(path)?;
    let data_dir = DataDir::open(&site.data_dir)?;
    let store = store::claim(&data_dir.store_of(site), now_ms()).await?;
    let taken = take(&mut archive, path, &store, site, console).await;
    store.close().await;
    let Taken { new, known, conflicts, without_transcript } = taken?;
    let new = new.len();
    console.line(&format!(
        "{new} results taken in, {known} were there already, {conflicts} contradict what is there; \
         {without_transcript} without a transcript"
    ));
    Ok(if conflicts > 0 { Ended::Differs } else { Ended::Complete { void: 0 } })
}

type Archive = ZipArchive<BufReader<File>>;

fn open(path: &Path) -> Result<Archive, TransferError> {
    let unreadable = |source| TransferError::File { path: path.to_owned(), what: "read", source };
    let bad = |source| TransferError::Zip { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(bad)?;
    let foreign = |what: String| TransferError::Foreign { path: path.to_owned(), what };
    let about = archive.by_name(ABOUT).map_err(|error| foreign(format!("{ABOUT}: {error}")))?;
    let about: About = serde_json::from_reader(about.take(LINE_BYTES_MAX))
        .map_err(|error| foreign(format!("{ABOUT}: {error}")))?;
    match about.version {
        VERSION => Ok(archive),
        found => Err(TransferError::Newer { path: path.to_owned(), found }),
    }
}

async fn take(
    archive: &mut Archive,
    path: &Path,
    store: &AnyStore,
    site: &Site,
    console: &Console,
) -> Result<Taken, RunError> {
    let kept = Transcripts::to_write(site)?;
    let mut taken = Taken::default();
    let mut batch: Vec<(Digest, StoredResult)> = Vec::new();
    // Lines and transcripts are read in turn, so each have a reader of their own.
    let mut of_lines = open(path)?;
    let mut lines = Lines::new(path, RESULTS, part(&mut of_lines, path, RESULTS)?);
    while let Some((setting, result)) = lines.next(from_line)? {
        match transcript_of(archive, path, &result)? {
            Some((bytes, proof)) => {
                prove(path, setting, &result, &proof)?;
                kept.put(&result.outcome.transcript, bytes).await?;
            }
            None => taken.without_transcript += 1,
        }
        batch.push((setting, result));
        if batch.len() >= BATCH {
            record(store, std::mem::take(&mut batch), &mut taken, console).await?;
        }
    }
    record(store, batch, &mut taken, console).await?;
    take_corroborations(path, store, &taken.new).await?;
    Ok(taken)
}

/// The bytes of a result's transcript and what is in them, if the file has it.
fn transcript_of(
    archive: &mut Archive,
    path: &Path,
    result: &StoredResult,
) -> Result<Option<(Vec<u8>, Packed)>, TransferError> {
    let entry = match archive.by_name(&transcript_name(&result.outcome.transcript)) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(source) => return Err(TransferError::Zip { path: path.to_owned(), source }),
    };
    let mut bytes = Vec::new();
    let unreadable = |source| TransferError::File { path: path.to_owned(), what: "read", source };
    entry.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    let bad = |source| TransferError::Transcript { path: path.to_owned(), id: result.id, source };
    let packed = file::unpack(&bytes).map_err(bad)?;
    Ok(Some((bytes, packed)))
}

/// Whether a transcript is that of its result, as far as it shows.
fn prove(path: &Path, setting: Digest, result: &StoredResult, proof: &Packed) -> Result<(), TransferError> {
    let mismatch = |what| Err(TransferError::Mismatch { path: path.to_owned(), id: result.id, what });
    let (outcome, end) = (&result.outcome, proof.transcript.end());
    let spec = &proof.transcript.header().spec;
    if *proof.transcript.address() != outcome.transcript {
        return mismatch("is not what its name says");
    }
    if spec.id() != result.id || spec.seed != result.seed || spec.bots != result.bots {
        return mismatch("is that of another match");
    }
    if setting_of(spec) != setting {
        return mismatch("was played under another setting");
    }
    if (end.verdict, end.ticks) != (outcome.verdict, outcome.ticks) {
        return mismatch("ended in another way");
    }
    if (end.digest, end.fuel_digest) != (outcome.digest, outcome.fuel_digest) {
        return mismatch("has other digests");
    }
    Ok(())
}

fn setting_of(spec: &MatchSpec) -> Digest {
    let MatchSpec { game, limits, policy, runtime, .. } = spec.clone();
    Setting { game, limits, policy, runtime }.digest()
}

/// Records results, those of one setting together.
async fn record(
    store: &AnyStore,
    mut batch: Vec<(Digest, StoredResult)>,
    taken: &mut Taken,
    console: &Console,
) -> Result<(), RunError> {
    batch.sort_by_key(|(setting, _)| *setting);
    for group in batch.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((setting, _)) = group.first() else { continue };
        let results: Vec<StoredResult> = group.iter().map(|(_, result)| result.clone()).collect();
        for (result, written) in results.iter().zip(store.record(*setting, &results).await?) {
            match written {
                Written::New => drop(taken.new.insert(result.id)),
                Written::Same => taken.known += 1,
                Written::Conflict { .. } => {
                    taken.conflicts += 1;
                    console.line(&format!(
                        "match {} has another result here, which stays: play it again with `coordinator replay {}`",
                        result.id,
                        result.id.0.short()
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Only of what is new: whoever wrote the file cannot vouch for what was here before.
async fn take_corroborations(path: &Path, store: &AnyStore, new: &BTreeSet<MatchId>) -> Result<(), RunError> {
    let mut amendments = Vec::new();
    let mut archive = open(path)?;
    let mut lines = Lines::new(path, CORROBORATIONS, part(&mut archive, path, CORROBORATIONS)?);
    while let Some((id, worker)) = lines.next(corroboration)? {
        if new.contains(&id) {
            amendments.push(Amendment::Corroborate { id, worker });
        }
        if amendments.len() >= BATCH {
            // The setting matters only to what is taken from a worker.
            store.amend(Digest::NONE, &std::mem::take(&mut amendments), now_ms()).await?;
        }
    }
    store.amend(Digest::NONE, &amendments, now_ms()).await?;
    Ok(())
}

fn corroboration(line: &str) -> Result<(MatchId, String), String> {
    let line: CorroborationLine = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let id = line.r#match.parse().map_err(|error| format!("match: {error}"))?;
    Ok((MatchId(id), worker_name(&line.worker)?))
}

/// One part of the file, from its beginning.
fn part<'a>(archive: &'a mut Archive, path: &Path, name: &str) -> Result<impl Read + 'a, TransferError> {
    let bad = |source| TransferError::Zip { path: path.to_owned(), source };
    archive.by_name(name).map_err(bad)
}

/// The lines of one part of the file, one at a time.
struct Lines<'a, R> {
    path: &'a Path,
    part: &'static str,
    reader: BufReader<R>,
    number: usize,
}

impl<'a, R: Read> Lines<'a, R> {
    fn new(path: &'a Path, part: &'static str, entry: R) -> Lines<'a, R> {
        Lines { path, part, reader: BufReader::new(entry), number: 0 }
    }

    /// The next line, if it can be had, and how to complain about it.
    fn next<T>(&mut self, read: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, TransferError> {
        let mut line = String::new();
        let read_bytes = self.reader.by_ref().take(LINE_BYTES_MAX).read_line(&mut line);
        self.number += 1;
        let bad = |what: String| TransferError::Line {
            path: self.path.to_owned(),
            part: self.part,
            line: self.number,
            what,
        };
        match read_bytes {
            Ok(0) => Ok(None),
            Ok(_) if !line.ends_with('\n') => Err(bad("it has no end".to_owned())),
            Ok(_) => read(line.trim_end_matches('\n')).map(Some).map_err(bad),
            Err(error) => Err(bad(error.to_string())),
        }
    }
}
