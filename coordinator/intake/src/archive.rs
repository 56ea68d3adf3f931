//! A `.zip` with a `bot.py` or a `bot.wasm`, as a bundle.
//!
//! An archive comes from a stranger: it is read only where every zip reader would find the same
//! files in it, and unpacked against a budget of real bytes.

use std::io::Cursor;
use std::path::Path;

use terms::{Bundle, Limits};
use zip::read::{ArchiveOffset, Config};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::archive_fault::ArchiveFault;
use super::end_record;
use super::gathering::{Gathering, ends_the_reading};
use super::junk::is_junk_path;
use super::open::Root;
use super::{Reason, name, start};

/// What a packed archive may weigh beyond its unpacked source: directories, junk that is left out.
const PACKED_EXTRA_BYTES: u64 = 4 << 20;
/// The bits of a Unix mode that say what kind of file it is, and two of the kinds.
const MODE_KIND: u32 = 0o170_000;
const MODE_FILE: u32 = 0o100_000;
const MODE_FOLDER: u32 = 0o040_000;
const MODE_LINK: u32 = 0o120_000;

/// Reads the files of the archive at `path`.
///
/// # Errors
/// Everything in it that cannot be taken.
pub(super) fn read(root: Root<'_>, path: &Path, limits: &Limits) -> Result<Bundle, Vec<Reason>> {
    let max = u64::from(limits.source_bytes).saturating_add(PACKED_EXTRA_BYTES);
    let mut packed = Vec::new();
    let file = root.open(path).map_err(|reason| vec![reason])?;
    let read = std::io::Read::take(file, max + 1);
    let copied = std::io::copy(&mut { read }, &mut packed).map_err(|e| vec![root.unreadable(path, e)])?;
    if copied > max {
        return Err(vec![ArchiveFault::TooLarge { max }.into()]);
    }
    unpack(&packed, limits)
}

/// The files of an archive's bytes.
///
/// # Errors
/// Everything in it that cannot be taken.
pub fn unpack(packed: &[u8], limits: &Limits) -> Result<Bundle, Vec<Reason>> {
    let mut archive = open(packed).map_err(|fault| vec![fault.into()])?;
    let entries = list(&archive).map_err(Reason::shortened)?;
    agree(&mut archive).map_err(|fault| vec![fault.into()])?;
    let mut gathering = Gathering::new(limits);
    let mut reasons = Vec::new();
    let outer = outer_folder(&entries);
    for entry in &entries {
        let within = entry.path.strip_prefix(&outer).unwrap_or(&entry.path);
        if let Err(reason) = add(&mut gathering, &mut archive, entry.index, within) {
            reasons.push(reason);
        }
        if reasons.last().is_some_and(ends_the_reading) {
            break;
        }
    }
    if !reasons.is_empty() {
        return Err(Reason::shortened(reasons));
    }
    with_entry(gathering.finish()).map_err(|reason| vec![reason])
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// A file of the archive that is no junk.
struct Entry {
    index: usize,
    path: String,
}

fn open(packed: &[u8]) -> Result<Archive<'_>, ArchiveFault> {
    let declared = end_record::check(packed).map_err(ArchiveFault::End)?;
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let archive = ZipArchive::with_config(config, Cursor::new(packed)).map_err(damaged)?;
    if archive.has_duplicate_names() {
        return Err(ArchiveFault::Twice);
    }
    if archive.len() != usize::from(declared) {
        return Err(ArchiveFault::Damaged("its directory has another number of entries".to_owned()));
    }
    Ok(archive)
}

fn damaged(error: ZipError) -> ArchiveFault {
    ArchiveFault::Damaged(terms::printable::clean(&error.to_string()))
}

/// Entries must not overlap, and the directory and the entries themselves must tell the same.
fn agree(archive: &mut Archive<'_>) -> Result<(), ArchiveFault> {
    archive.validate_header_consistency().map_err(|error| {
        let what = error.to_string();
        ArchiveFault::Inconsistent(what.rsplit(": ").next().unwrap_or(&what).to_owned())
    })
}

fn list(archive: &Archive<'_>) -> Result<Vec<Entry>, Vec<Reason>> {
    let (mut entries, mut reasons) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        match look(archive, index) {
            Ok(Some(path)) => entries.push(Entry { index, path }),
            Ok(None) => {}
            Err(reason) => reasons.push(reason),
        }
    }
    if reasons.is_empty() { Ok(entries) } else { Err(reasons) }
}

/// The path of an entry that is a file worth reading; nothing for folders and junk.
///
/// Paths are checked before junk is set aside: `../x` begins with a dot, too.
fn look(archive: &Archive<'_>, index: usize) -> Result<Option<String>, Reason> {
    let entry = archive.by_index_data(index).map_err(damaged)?;
    let shown = || terms::printable::clean(&String::from_utf8_lossy(entry.name_raw()));
    let path = std::str::from_utf8(entry.name_raw()).map_err(|_| ArchiveFault::NameNotUtf8(shown()))?;
    Bundle::default().add(path.strip_suffix('/').unwrap_or(path), Vec::new())?;
    match entry.unix_mode().map(|mode| mode & MODE_KIND) {
        None | Some(0 | MODE_FILE | MODE_FOLDER) => {}
        Some(MODE_LINK) => return Err(ArchiveFault::Link(shown()).into()),
        Some(_) => return Err(ArchiveFault::Special(shown()).into()),
    }
    if path.ends_with('/') || is_junk_path(path) {
        return Ok(None);
    }
    if entry.encrypted() {
        return Err(ArchiveFault::Encrypted(shown()).into());
    }
    match entry.compression() {
        CompressionMethod::Stored | CompressionMethod::Deflated => {}
        other => return Err(ArchiveFault::Method { entry: shown(), method: number_of(other) }.into()),
    }
    for part in path.split('/') {
        name::check(part.as_ref())
            .map_err(|reason| Reason::Inside { path: shown(), reason: Box::new(reason) })?;
    }
    Ok(Some(path.to_owned()))
}

#[expect(
    deprecated,
    reason = "the number is what an author can look up, and there is no other way to get it"
)]
fn number_of(method: CompressionMethod) -> u16 {
    method.to_u16()
}

fn add(
    gathering: &mut Gathering,
    archive: &mut Archive<'_>,
    index: usize,
    within: &str,
) -> Result<(), Reason> {
    let entry_damaged =
        |what: String| Reason::from(ArchiveFault::EntryDamaged { entry: within.to_owned(), what });
    let content = archive.by_index(index).map_err(|error| entry_damaged(error.to_string()))?;
    gathering.add(within, content, |error| entry_damaged(error.to_string()))
}

/// The folder, with its `/`, that holds the whole bot, as archives packed by a file manager have
/// it; empty if the bot lies at the top.
fn outer_folder(entries: &[Entry]) -> String {
    let starts_in =
        |outer: &str| entries.iter().filter_map(|e| e.path.strip_prefix(outer)).any(start::is_start);
    let outer =
        entries.first().and_then(|entry| entry.path.split_once('/')).map(|(outer, _)| format!("{outer}/"));
    match outer {
        Some(outer) if starts_in(&outer) && entries.iter().all(|entry| entry.path.starts_with(&outer)) => {
            outer
        }
        _ => String::new(),
    }
}

fn with_entry(bundle: Bundle) -> Result<Bundle, Reason> {
    let nothing = || Reason::NoEntry {
        entry: terms::bundle::ENTRY,
        hint: "add one: it is the file a bot starts with".to_owned(),
    };
    match start::check(&bundle) {
        Some(checked) => checked.map(|()| bundle),
        None => Err(start::missing(&bundle).unwrap_or_else(nothing)),
    }
}
