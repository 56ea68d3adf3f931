//! What people see on standard error while a tournament runs: a bar on a terminal, a line every
//! few seconds elsewhere. Never here: standard output.

use std::error::Error;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use tracing_subscriber::fmt::MakeWriter;

use crate::config::{LogFormat, Verbosity};
use crate::engine::Counts;

/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// How long nobody needs to know that we wait.
const WAIT_UNSAID: Duration = Duration::from_secs(1);
/// How the bar looks.
const BAR: &str = "{bar:30} {pos}/{len} matches  {rate}  {eta} left  {msg}";
/// How it looks while there is nothing to count.
const WAITING: &str = "{spinner} {msg}";

/// Standard error, shared by the bar, the log and the workers' logs so that they do not mix.
#[derive(Clone, Debug)]
pub struct Console {
    bar: ProgressBar,
    is_quiet: bool,
    is_json: bool,
}

impl Console {
    /// The console for that much talk.
    pub fn new(verbosity: Verbosity, log_format: LogFormat) -> Console {
        let is_quiet = verbosity == Verbosity::Quiet;
        let is_json = log_format == LogFormat::Json;
        let draws = io::stderr().is_terminal() && !is_quiet && !is_json;
        let bar = if draws { ProgressBar::no_length() } else { ProgressBar::hidden() };
        if draws {
            // Hidden until there is something to show.
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
        Console { bar, is_quiet, is_json }
    }

    /// Writes a line, whatever it says.
    pub fn line(&self, line: &str) {
        self.bar.suspend(|| {
            // Who closed standard error does not want to know.
            let _ = writeln!(io::stderr().lock(), "{line}");
        });
    }

    /// Tells people why it does not go on, with everything behind it.
    pub fn error(&self, error: &dyn Error) {
        let mut text = format!("error: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            text.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        if self.is_json { tracing::error!("{text}") } else { self.line(&text) }
    }

    /// Whether log lines may have colours.
    pub fn is_colourful(&self) -> bool {
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
    }

    /// Tells people something, unless they asked for quiet.
    pub fn say(&self, text: &str) {
        match (self.is_json, self.is_quiet) {
            (true, _) => tracing::info!("{text}"),
            (false, true) => {}
            (false, false) => self.line(text),
        }
    }
}

impl<'a> MakeWriter<'a> for Console {
    type Writer = ConsoleWriter;

    fn make_writer(&'a self) -> ConsoleWriter {
        ConsoleWriter(self.clone())
    }
}

/// Writes log lines around the bar.
#[derive(Debug)]
pub struct ConsoleWriter(Console);

impl Write for ConsoleWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.bar.suspend(|| io::stderr().lock().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().lock().flush()
    }
}

fn write_rate(state: &ProgressState, out: &mut dyn fmt::Write) {
    // Writing into the bar's line buffer does not fail.
    let _ = write!(out, "{:.1}/s", state.per_sec());
}

/// The progress of one tournament.
#[derive(Debug)]
pub struct Progress {
    console: Console,
    /// When the first result came, and how many there were before it.
    started: Option<(Instant, u32)>,
    done_before: Option<u32>,
    last_line: Instant,
    last_wait: String,
}

impl Progress {
    /// Progress on that console.
    pub fn new(console: Console) -> Progress {
        Progress {
            console,
            started: None,
            done_before: None,
            last_line: Instant::now(),
            last_wait: String::new(),
        }
    }

    /// Tells people something.
    pub fn say(&self, text: &str) {
        self.console.say(text);
    }

    /// Shows how far it is. `waiting_for` says why nothing happens, if nothing does.
    pub fn show(&mut self, counts: Counts, waiting_for: impl FnOnce() -> Option<String>) {
        let done = counts.done();
        let before = *self.done_before.get_or_insert(done);
        if self.started.is_none() && done > before {
            self.started = Some((Instant::now(), done));
        }
        match waiting_for() {
            Some(wait) => self.show_wait(&wait),
            None => self.show_counts(counts, done),
        }
    }

    fn show_wait(&mut self, wait: &str) {
        if !self.console.bar.is_hidden() {
            if let Ok(style) = ProgressStyle::with_template(WAITING) {
                self.console.bar.set_style(style);
            }
            self.console.bar.set_message(wait.to_owned());
            self.console.bar.tick();
        } else if self.last_wait != wait && self.last_line.elapsed() >= WAIT_UNSAID {
            self.last_line = Instant::now();
            self.last_wait = wait.to_owned();
            self.say(wait);
        }
    }

    fn show_counts(&mut self, counts: Counts, done: u32) {
        let void = if counts.given_up > 0 { format!("{} void", counts.given_up) } else { String::new() };
        let bar = &self.console.bar;
        if !bar.is_hidden() {
            if bar.length().is_none() {
                bar.set_length(counts.total().into());
                bar.set_position(done.into());
                bar.reset_eta();
                bar.reset_elapsed();
            }
            if let Ok(style) = ProgressStyle::with_template(BAR) {
                bar.set_style(style.with_key("rate", write_rate).progress_chars("━╸─"));
            }
            bar.set_message(void);
            bar.set_position(done.into());
        } else if self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            self.say(&self.line(counts, done));
        }
    }

    fn line(&self, counts: Counts, done: u32) -> String {
        let rate = self.started.map_or(0.0, |(at, first)| {
            f64::from(done.saturating_sub(first)) / at.elapsed().as_secs_f64().max(0.001)
        });
        let left = f64::from(counts.total().saturating_sub(done));
        let eta = if rate > 0.0 { format!(", about {:.0} s left", left / rate) } else { String::new() };
        format!("{done}/{} matches, {rate:.1}/s{eta}, {} void", counts.total(), counts.given_up)
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.console.bar.finish_and_clear();
    }
}
