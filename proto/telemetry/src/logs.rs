//! The log of both programs: for people, or one JSON object per line.
//!
//! Whatever is logged may repeat what a stranger wrote: it comes out on one line, without what a terminal
//! would obey, and bounded. What the lines say is documented in `docs/tracing.md`.

use std::error::Error;
use std::fmt::{self, Debug, Write};

use clap::ValueEnum;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use terms::printable::clean;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

/// Longest text of a field, or of a line for people, in bytes.
const TEXT_BYTES_MAX: usize = 4_096;
/// Says what is logged, in the words of `tracing_subscriber::EnvFilter`, if it is set.
const VARIABLE: &str = "ARENA_LOG";

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object per line.
    Json,
}

/// How a program logs.
#[derive(Clone, Debug)]
pub struct Log<'a> {
    /// How lines look.
    pub format: LogFormat,
    /// What is logged unless `ARENA_LOG` says so.
    pub filter: &'a str,
    /// Whether lines for people may have colours.
    pub is_colourful: bool,
    /// The program.
    pub program: &'static str,
    /// Its name, if it is a worker.
    pub worker: Option<String>,
}

impl Log<'_> {
    /// Logs from here on. Does nothing if the process logs already.
    pub fn start<W>(self, writer: W)
    where
        W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
    {
        let Log { format, filter, is_colourful, program, worker } = self;
        let filter = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new(filter));
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
        let started = match format {
            LogFormat::Json => log.event_format(Json { program, worker }).try_init(),
            LogFormat::Human => {
                log.with_target(false).with_ansi(is_colourful).fmt_fields(Cleaned::default()).try_init()
            }
        };
        // Only tests start twice.
        let _ = started;
    }
}

/// The text on one line, without what a terminal would obey, and not longer than is good for a log.
fn fit(text: &str) -> String {
    let mut text = clean(text.get(..text.floor_char_boundary(2 * TEXT_BYTES_MAX)).unwrap_or_default());
    if text.len() > TEXT_BYTES_MAX {
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
        text.push('…');
    }
    text
}

/// Fields for people.
#[derive(Debug, Default)]
struct Cleaned(DefaultFields);

impl<'w> FormatFields<'w> for Cleaned {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut text = String::new();
        self.0.format_fields(Writer::new(&mut text), fields)?;
        writer.write_str(&fit(&text))
    }
}

/// Lines of JSON: what every line has first, then what this one says.
struct Json {
    program: &'static str,
    worker: Option<String>,
}

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let line = self.line(event, &fields).map_err(|_| fmt::Error)?;
        writeln!(writer, "{line}")
    }
}

impl Json {
    fn line(&self, event: &Event<'_>, fields: &Fields) -> Result<String, Box<dyn Error>> {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let metadata = event.metadata();
        let mut line = Vec::new();
        let mut serializer = serde_json::Serializer::new(&mut line);
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("timestamp", &time)?;
        object.serialize_entry("level", metadata.level().as_str())?;
        object.serialize_entry("program", self.program)?;
        if let Some(worker) = self.worker.as_ref().filter(|_| !fields.has("worker")) {
            object.serialize_entry("worker", &fit(worker))?;
        }
        object.serialize_entry("message", &fields.message)?;
        for (name, value) in &fields.others {
            object.serialize_entry(name, value)?;
        }
        object.serialize_entry("target", metadata.target())?;
        object.end()?;
        Ok(String::from_utf8(line)?)
    }
}

/// Keys that every line has; a field that is called like one of them would be there twice.
const TAKEN: [&str; 5] = ["timestamp", "level", "program", "message", "target"];

/// What an event says.
#[derive(Debug, Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, Value)>,
}

impl Fields {
    fn has(&self, name: &str) -> bool {
        self.others.iter().any(|(other, _)| *other == name)
    }

    fn add(&mut self, field: &Field, value: impl Into<Value>) {
        // What the `log` crate adds about itself is of no use.
        if !TAKEN.contains(&field.name()) && !field.name().starts_with("log.") && !self.has(field.name()) {
            self.others.push((field.name(), value.into()));
        }
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = fit(value);
        }
        self.add(field, fit(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut source = value.source();
        while let Some(cause) = source.filter(|_| text.len() < TEXT_BYTES_MAX) {
            // Writing into a string does not fail.
            let _ = write!(text, ": {cause}");
            source = cause.source();
        }
        self.add(field, fit(&text));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing::Subscriber;

    use super::*;

    /// Remembers what was written.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        fn written<S: Subscriber + Send + Sync + 'static>(self, log: S, act: impl FnOnce()) -> String {
            tracing::subscriber::with_default(log, act);
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn as_json(act: impl FnOnce()) -> Value {
        let (paper, format) = (Paper::default(), Json { program: "worker", worker: Some("w1".to_owned()) });
        let out = paper.clone();
        let log = tracing_subscriber::fmt().event_format(format).with_writer(move || out.clone()).finish();
        let text = paper.written(log, act);
        assert_eq!(text.lines().count(), 1, "{text:?}");
        serde_json::from_str(&text).unwrap()
    }

    fn for_people(act: impl FnOnce()) -> String {
        let paper = Paper::default();
        let out = paper.clone();
        let log = tracing_subscriber::fmt().fmt_fields(Cleaned::default()).with_ansi(false);
        paper.written(log.with_writer(move || out.clone()).finish(), act)
    }

    #[test]
    fn a_line_of_json_has_what_every_line_has_and_what_this_one_says() {
        let source = io::Error::other("the \u{1b}[31mdisk");
        let line = as_json(|| {
            tracing::warn!(r#match = %"abc", attempt = 2, late = true, error = &source as &dyn Error, "void, {}", 7);
        });
        assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
        let expected = serde_json::json!({
            "timestamp": line["timestamp"], "level": "WARN", "program": "worker", "worker": "w1", "match": "abc",
            "attempt": 2, "late": true, "error": "the disk", "message": "void, 7", "target": line["target"],
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn no_field_is_there_twice() {
        let line = as_json(|| tracing::info!(worker = "w2", level = "high", target = "moon", "hello"));
        assert_eq!(
            (&line["worker"], &line["level"], &line["message"]),
            (&"w2".into(), &"INFO".into(), &"hello".into())
        );
    }

    #[test]
    fn whatever_strangers_wrote_is_one_bounded_line() {
        let dirty = format!("a\r\nb\u{1b}[2J\u{202e}c{}", "é".repeat(100_000));
        let line = as_json(|| tracing::info!(bot = dirty, list = ?["\u{202e}"], "{dirty}"));
        for text in [&line["bot"], &line["message"]].map(|text| text.as_str().unwrap()) {
            assert!(text.starts_with("a  b\u{fffd}cé") && text.ends_with("é…"), "{text:.20}");
            assert!(text.len() <= TEXT_BYTES_MAX + 3);
        }
        let text = for_people(|| tracing::info!(bot = %dirty, "{dirty}"));
        assert!(text.lines().count() == 1 && text.len() < 2 * TEXT_BYTES_MAX, "{text:.80}");
        assert!(!text.trim_end().chars().any(terms::printable::is_unfit), "{text:.80}");
    }
}
