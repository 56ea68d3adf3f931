//! Where standings go: the table on standard output, documents into files that are replaced as a
//! whole or not at all.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};
use tempfile::NamedTempFile;
use terms::printable::is_unfit;

use crate::config::Sink;
use crate::standings::{Report, to_csv, to_text};

/// A document that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{place} cannot be written")]
pub struct OutputError {
    place: String,
    #[source]
    source: io::Error,
}

/// Writes what was asked for. The table goes to standard output unless a document goes there.
///
/// # Errors
/// The first place that cannot be written.
pub fn write(report: &Report, json: Option<&Sink>, csv: Option<&Sink>) -> Result<(), OutputError> {
    if let Some(sink) = json {
        write_json(sink, &report.document)?;
    }
    if let Some(sink) = csv {
        put(sink, |out| out.write_all(to_csv(&report.document).as_bytes()))?;
    }
    if json != Some(&Sink::Stdout) && csv != Some(&Sink::Stdout) {
        put(&Sink::Stdout, |out| out.write_all(to_text(report).as_bytes()))?;
    }
    Ok(())
}

/// Writes one document as JSON.
///
/// # Errors
/// It cannot be written.
pub fn write_json(sink: &Sink, document: &impl Serialize) -> Result<(), OutputError> {
    put(sink, |out| {
        document.serialize(&mut Serializer::with_formatter(&mut *out, Harmless::default()))?;
        out.write_all(b"\n")
    })
}

/// Writes plain text to standard output.
///
/// # Errors
/// It cannot be written.
pub fn print(text: &str) -> Result<(), OutputError> {
    put(&Sink::Stdout, |out| out.write_all(text.as_bytes()))
}

/// Says whether documents can be written where they shall go, before anything is played.
///
/// # Errors
/// The first place that cannot be written.
pub fn check(sinks: [Option<&Sink>; 2]) -> Result<(), OutputError> {
    for sink in sinks.into_iter().flatten() {
        if let Sink::File(path) = sink
            && !is_special(path)
        {
            beside(path).map_err(|source| failed(sink, source))?;
        }
    }
    Ok(())
}

/// Writes JSON for people, without what [`escape_unfit`] escapes, and without ever having all of it
/// in memory: there may be a million matches.
#[derive(Default)]
struct Harmless(PrettyFormatter<'static>);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        out.write_all(escape_unfit(fragment).as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

/// JSON leaves all characters beyond ASCII as they are, also those that a terminal obeys or that
/// reverse a line. Bots wrote some of them, and people look at documents with `cat`: within a
/// string, which is the only place where they can be, an escape means the same.
pub fn escape_unfit(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c == '\n' || !is_unfit(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

fn put(sink: &Sink, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), OutputError> {
    let written = match sink {
        Sink::Stdout => to_stdout(write),
        Sink::File(path) => replace(path, write),
    };
    written.map_err(|source| failed(sink, source))
}

fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    match write(&mut stdout).and_then(|()| stdout.flush()) {
        // `coordinator … | head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// A reader sees the old file or the new one, never a part.
fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if is_special(path) {
        let mut file = BufWriter::new(File::create(path)?);
        return write(&mut file).and_then(|()| file.flush());
    }
    let mut file = beside(path)?;
    let mut buffered = BufWriter::new(file.as_file_mut());
    write(&mut buffered).and_then(|()| buffered.flush())?;
    drop(buffered);
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A pipe or a device, such as /dev/stdout: it is written as it is.
fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let parent: PathBuf = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // Temporary files are for their owner alone; a document is for whoever the umask allows.
    let mut builder = tempfile::Builder::new();
    builder.prefix(".arena-").permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(parent)
}

fn failed(sink: &Sink, source: io::Error) -> OutputError {
    let place = match sink {
        Sink::Stdout => "standard output".to_owned(),
        Sink::File(path) => path.display().to_string(),
    };
    OutputError { place, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_can_be_shown_on_a_terminal_and_means_the_same() {
        let dirty = "a\u{9b}31m b\u{202e}c \u{e0041} d\u{7f} \u{661f} \n e";
        let json = serde_json::to_string_pretty(&vec![dirty, "plain"]).unwrap();
        let shown = escape_unfit(&json);
        assert!(!shown.chars().any(|c| c != '\n' && is_unfit(c)), "{shown:?}");
        assert!(shown.contains('\u{661f}'), "what can be seen stays as it is");
        assert_eq!(serde_json::from_str::<Vec<String>>(&shown).unwrap(), [dirty, "plain"]);
        let dir = tempfile::tempdir().unwrap();
        let sink = Sink::File(dir.path().join("out.json"));
        let document = serde_json::json!({"of\u{7f}": [dirty, {}, []], "n": {"x": [1, 2.5, null, true]}});
        write_json(&sink, &document).unwrap();
        let written = std::fs::read_to_string(dir.path().join("out.json")).unwrap();
        let whole = escape_unfit(&serde_json::to_string_pretty(&document).unwrap());
        assert_eq!(written, whole + "\n");
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.json");
        for text in ["first, and longer", "second"] {
            put(&Sink::File(path.clone()), |out| out.write_all(text.as_bytes())).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_found_before_anything_is_played() {
        let dir = tempfile::tempdir().unwrap();
        for bad in [dir.path().join("missing/out.json"), dir.path().to_owned()] {
            let refused = check([Some(&Sink::File(bad.clone())), None]).unwrap_err().to_string();
            assert!(refused.contains(&bad.display().to_string()), "{refused}");
        }
        check([Some(&Sink::File(dir.path().join("out.json"))), Some(&Sink::Stdout)]).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left behind");
        check([Some(&Sink::File("/dev/null".into())), None]).unwrap();
        put(&Sink::File("/dev/null".into()), |out| out.write_all(b"gone")).unwrap();
    }
}
