//! A data directory into a file. Looks without the directory's lock: a tournament may be under
//! way, and a result that is recorded has its transcript already.

use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;
use terms::Digest;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{
    ABOUT, About, CORROBORATIONS, CorroborationLine, RESULTS, TransferError, VERSION, transcript_name,
};
use crate::config::Site;
use crate::data_dir;
use crate::driver::now_ms;
use crate::progress::Console;
use crate::run::{Ended, RunError};
use crate::store::{self, AnyStore, Store, to_line};
use crate::transcripts::Transcripts;

/// Writes everything that `site` knows into the file at `path`, which is replaced as a whole.
///
/// # Errors
/// There is no store, or something cannot be read or written.
pub async fn export(site: &Site, path: &Path, console: &Console) -> Result<Ended, RunError> {
    let store = store::open(&data_dir::store_of(site)?, now_ms()).await?;
    let written = write(&store, site, path).await;
    store.close().await;
    let (results, transcripts) = written?;
    console.line(&format!("{results} results and {transcripts} transcripts in {}", path.display()));
    Ok(Ended::Complete { void: 0 })
}

async fn write(store: &AnyStore, site: &Site, path: &Path) -> Result<(usize, usize), RunError> {
    let failed = |source: io::Error| TransferError::File { path: path.to_owned(), what: "written", source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = NamedTempFile::new_in(folder).map_err(failed)?;
    let mut zip = Archive(ZipWriter::new(file));
    zip.start(ABOUT, CompressionMethod::Stored).map_err(failed)?;
    serde_json::to_writer(&mut zip.0, &About { version: VERSION }).map_err(|e| failed(e.into()))?;
    let addresses = write_results(store, &mut zip, failed).await?;
    write_corroborations(store, &mut zip, failed).await?;
    let transcripts = write_transcripts(site, &addresses, &mut zip, failed).await?;
    let file = zip.0.finish().map_err(|error| failed(error.into()))?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok((addresses.len(), transcripts))
}

/// Returns the addresses of the results' transcripts.
async fn write_results(
    store: &AnyStore,
    zip: &mut Archive,
    failed: impl Fn(io::Error) -> TransferError,
) -> Result<Vec<Digest>, RunError> {
    zip.start(RESULTS, CompressionMethod::Deflated).map_err(&failed)?;
    let mut addresses = Vec::new();
    for setting in store.settings().await? {
        let mut written = Ok(());
        let each = |result: crate::store::StoredResult| {
            if let (Ok(()), Some(line)) = (&written, to_line(setting, &result)) {
                written = writeln!(zip.0, "{line}");
                addresses.push(result.outcome.transcript);
            }
        };
        store.for_each_result(setting, each).await?;
        written.map_err(&failed)?;
    }
    Ok(addresses)
}

async fn write_corroborations(
    store: &AnyStore,
    zip: &mut Archive,
    failed: impl Fn(io::Error) -> TransferError,
) -> Result<(), RunError> {
    zip.start(CORROBORATIONS, CompressionMethod::Deflated).map_err(&failed)?;
    for (id, worker) in store.corroborations().await? {
        let line = CorroborationLine { r#match: id.to_string(), worker };
        let line = serde_json::to_string(&line).map_err(|error| failed(error.into()))?;
        writeln!(zip.0, "{line}").map_err(&failed)?;
    }
    Ok(())
}

/// Writes those that there are, and says how many.
async fn write_transcripts(
    site: &Site,
    addresses: &[Digest],
    zip: &mut Archive,
    failed: impl Fn(io::Error) -> TransferError,
) -> Result<usize, RunError> {
    let Some(kept) = Transcripts::to_read(site)? else { return Ok(0) };
    let mut count = 0;
    for address in addresses {
        if let Some(bytes) = kept.find(address).await? {
            zip.start(&transcript_name(address), CompressionMethod::Stored).map_err(&failed)?;
            zip.0.write_all(&bytes).map_err(&failed)?;
            count += 1;
        }
    }
    Ok(count)
}

struct Archive(ZipWriter<NamedTempFile>);

impl Archive {
    fn start(&mut self, name: &str, method: CompressionMethod) -> io::Result<()> {
        // Results of a large tournament are more than the 4 GiB of a small entry.
        let options = SimpleFileOptions::default().compression_method(method).large_file(name == RESULTS);
        Ok(self.0.start_file(name, options)?)
    }
}
