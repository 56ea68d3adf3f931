//! Plays a round robin between all bots of a directory: parse, announce, run, exit code.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use coordinator::config::{self, Config, Flags, LogFormat, Order, SeedChoice, Site, Verbosity};
use coordinator::exit::Exit;
use coordinator::progress::Console;
use coordinator::replay::{replay, show};
use coordinator::run::{Ended, RunError, run};
use coordinator::transfer::{export, import};
use coordinator::verify::verify;
use coordinator::{again, descriptors, interrupts, plan};
use telemetry::Log;
use tokio::sync::mpsc;

fn main() -> ExitCode {
    let flags = Flags::read(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let order = match config::resolve(flags) {
        Ok(order) => order,
        Err(error) => return refuse(error),
    };
    // Whoever asked first would choose for everybody; there is nobody else.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let site = order.site();
    let console = Console::new(site.verbosity, site.log_format);
    start_log(site, &console);
    descriptors::allow_many();
    site.access.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let ended = match &order {
        Order::Play(config) => play(config, &console),
        Order::Replay { site, which } => waiting(|interrupts| replay(site, which, &console, interrupts)),
        Order::Verify { site, per_million } => {
            at_once(verify(site, *per_million, &console, interrupts::listen))
        }
        Order::Transcript { site, which } => at_once(show(site, which)),
        Order::Export { site, file } => at_once(export(site, file, &console)),
        Order::Import { site, file } => at_once(import(site, file, &console)),
    };
    ExitCode::from(Exit::code(&ended.inspect_err(|error| console.error(error))))
}

fn play(config: &Config, console: &Console) -> Result<Ended, RunError> {
    let seed = plan::draw(config.seed)?;
    let drawn = (config.seed == SeedChoice::Random).then_some(seed);
    if drawn.is_some() {
        console.say(&format!("seed {seed}"));
    }
    let ended = waiting(|interrupts| run(config, seed, console, interrupts))?;
    if ended == Ended::Interrupted {
        let arguments: Vec<String> = std::env::args().collect();
        console.line(&format!("interrupted; to go on: {}", again::command(&arguments, drawn)));
    }
    Ok(ended)
}

/// Runs what ends by itself when the user wants it to stop.
fn waiting<F>(work: impl FnOnce(mpsc::Receiver<()>) -> F) -> Result<Ended, RunError>
where
    F: Future<Output = Result<Ended, RunError>>,
{
    at_once(async { work(interrupts::listen().map_err(RunError::Runtime)?).await })
}

/// Runs what may be stopped at any instant.
fn at_once(work: impl Future<Output = Result<Ended, RunError>>) -> Result<Ended, RunError> {
    tokio::runtime::Runtime::new().map_err(RunError::Runtime)?.block_on(work)
}

fn refuse(error: config::ConfigError) -> ExitCode {
    Console::new(Verbosity::Normal, LogFormat::Human).error(&error);
    ExitCode::from(Exit::USAGE)
}

/// `ARENA_LOG` says what to log, otherwise the flags do.
fn start_log(site: &Site, console: &Console) {
    let level = match (site.verbosity, site.log_format) {
        (Verbosity::Quiet, _) => "error",
        // Who reads JSON gets the progress as log lines.
        (Verbosity::Normal, LogFormat::Json) => "warn,coordinator=info",
        (Verbosity::Normal, LogFormat::Human) => "warn",
        (Verbosity::Verbose, _) => "info",
        (Verbosity::Debug, _) => "debug",
    };
    let (format, is_colourful) = (site.log_format, console.is_colourful());
    let log = Log { format, filter: level, is_colourful, program: "coordinator", worker: None };
    log.start(console.clone());
}
