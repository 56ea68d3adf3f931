//! The worker's executable: parse, connect, play, drain.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use nix::unistd::gethostname;
use probes::Probes;
use rand::Rng;
use rpc::BadToken;
use telemetry::traces::{Settings, Traces, TracesError};
use telemetry::{Exporter, Log};
use terms::printable::clean;
use tokio::io::AsyncReadExt;
use tokio::runtime::{Handle, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use worker::cluster::spool::{Bounds, Spool};
use worker::cluster::{
    Blobs, Board, ConnectError, Ended, Identity, Programs, Pulse, Ready, Session, Upkeep, Uplink,
};
use worker::config::{Arguments, Command};
use worker::exit::Exit;
use worker::http;
use worker::metrics::{self, Matches, Scrape};
use worker::play::{self, PlayArguments};
use worker::sandbox::{Components, ComponentsConfig, Group};
use worker::slots::{self, Equipment};
use worker::traces::Tracks;

/// How long a worker whose coordinator started it tries to deliver when it goes: a coordinator that is
/// alive answers at once, and the one that comes after it starts another worker.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(2);
/// How long a worker that is told to stop at once may take to put finished results away.
const SPILL_SECONDS_MAX: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let mut arguments = Arguments::parse();
    let name = arguments.name.get_or_insert_with(default_name).clone();
    log_to_stderr(&arguments, name);
    // A panic may quote what a bot or a coordinator sent.
    std::panic::set_hook(Box::new(|panic| tracing::error!("{}", clean(&panic.to_string()))));
    if let Some(Command::Play(arguments)) = &arguments.command {
        return play_at_home(arguments);
    }
    match run(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tracing::error!("{}", clean(&format!("{error:#}")));
            let is_usage = error.is::<ConnectError>() || error.is::<BadToken>() || error.is::<TracesError>();
            ExitCode::from(if is_usage { Exit::USAGE } else { Exit::FAILED })
        }
    }
}

/// One match without a coordinator.
fn play_at_home(arguments: &PlayArguments) -> ExitCode {
    let played = Runtime::new().map_err(play::PlayError::Threads).and_then(|runtime| {
        let _guard = runtime.enter();
        play::run(arguments, runtime.handle())
    });
    ExitCode::from(played.unwrap_or_else(|error| {
        let code = error.code();
        // A bot's name may be in it, and what a problem says of a bot has lines of its own.
        format!("{:#}", anyhow::Error::from(error))
            .lines()
            .for_each(|line| tracing::error!("{}", clean(line)));
        code
    }))
}

fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let runtime = Runtime::new().context("the system gives no threads")?;
    let guard = runtime.enter();
    // Before anything that records: handles that are there sooner record nothing.
    let exporter = arguments.http.map(|_| Exporter::install(metrics::TABLE)).transpose()?;
    // Whoever asked first would choose for everybody; there is nobody else.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let traces = Traces::start(tracing(arguments))?;
    let tracks = Arc::new(Tracks::new(traces.tracer(), arguments.name.clone().unwrap_or_default()));
    let uplink = Arc::new(Uplink::open(&arguments.coordinator, &arguments.credentials()?)?);
    let spool = open_spool(arguments);
    let board = Arc::new(Board::new(arguments.slot_count(), spool.clone()));
    let blobs = Arc::new(Blobs::open(arguments.cache_folder().join("blobs"), uplink.clone())?);
    let cores = arguments.core_list();
    let with = (programs(arguments), upkeep(arguments));
    let components = components(arguments, &with, runtime.handle())?;
    let (runtime_of_slots, metrics) = (runtime.handle().clone(), Matches::new());
    let equipment = Equipment {
        blobs: blobs.clone(),
        components,
        runtime: runtime_of_slots,
        metrics,
        tracks: tracks.clone(),
    };
    let equipment = Arc::new(equipment);
    let slots = slots::start(arguments.slot_count(), &cores, &board, &equipment)?;
    let identity = identity(arguments, spool.as_deref());
    let session = Session::new(identity, uplink, blobs, with, board.clone()).with_tracks(tracks.clone());
    let scrape = Scrape::new(session.pulse(), board.clone(), spool.clone());
    let session = if arguments.until_stdin_closes { session.with_patience(ORPHAN_PATIENCE) } else { session };
    let probes = probes(arguments, exporter.as_ref(), (session.pulse(), scrape), &runtime)?;
    let session = session.reachable_at(arguments.reachable_at(probes.as_ref().map(Probes::address)));
    let drain = drain_on_signal(arguments.until_stdin_closes, board.clone(), equipment.components.clone())?;
    let ended = runtime.block_on(session.run(drain));
    board.close();
    // Nobody hears of what waits for a compiler now.
    equipment.components.close();
    slots.into_iter().for_each(|slot| drop(slot.join()));
    drop(guard);
    // A read of standard input that is under way would hold up an ordinary shutdown for ever.
    runtime.shutdown_background();
    tracks.close();
    traces.close();
    let code = Exit::code(&ended);
    say_farewell(&ended?, spool.as_deref());
    Ok(code)
}

/// Says what becomes of results that the coordinator did not take.
fn say_farewell(ended: &Ended, spool: Option<&Spool>) {
    let Ended::Undelivered { kept, lost } = ended else { return };
    if let Some(spool) = spool.filter(|_| *kept > 0) {
        let folder = spool.folder().display();
        tracing::warn!(
            "the coordinator did not take {kept} results; they are kept in {folder}, and the next worker with \
             this data directory reports them"
        );
    }
    if *lost > 0 {
        tracing::error!("{lost} results are lost, and their matches will be played again");
    }
}

/// The spool. A worker that cannot have one plays all the same: what it loses is played again.
fn open_spool(arguments: &Arguments) -> Option<Arc<Spool>> {
    let opened = Spool::open(&arguments.spool_folder(), Bounds::default(), rand::rng().random());
    let no_spool = |error: &_| {
        tracing::warn!("results are kept in memory alone: {}", clean(&format!("{error}")));
    };
    opened.inspect_err(no_spool).ok().map(Arc::new)
}

fn probes(
    arguments: &Arguments,
    exporter: Option<&Exporter>,
    (pulse, scrape): (Arc<Pulse>, Scrape),
    runtime: &Runtime,
) -> anyhow::Result<Option<Probes>> {
    let (Some(address), Some(exporter)) = (arguments.http, exporter) else { return Ok(None) };
    let serving = runtime.block_on(http::serve(address, pulse, exporter, scrape));
    let probes = serving.with_context(|| format!("cannot listen on {address}; choose another --http"))?;
    Ok(Some(probes))
}

fn identity(arguments: &Arguments, spool: Option<&Spool>) -> Identity {
    Identity {
        instance: spool.map_or_else(|| format!("{:032x}", rand::rng().random::<u128>()), Spool::instance),
        name: arguments.name.clone().unwrap_or_else(default_name),
        slots: arguments.slot_count(),
    }
}

/// Host name and process id.
fn default_name() -> String {
    let host = gethostname().ok().and_then(|host| host.into_string().ok());
    format!("{}-{}", host.as_deref().unwrap_or("worker"), std::process::id())
}

fn tracing(arguments: &Arguments) -> Settings {
    Settings {
        collector: arguments.otlp.clone(),
        share: arguments.trace_sample,
        program: "arena-worker",
        instance: arguments.name.clone().unwrap_or_default(),
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn programs(arguments: &Arguments) -> Programs {
    Programs {
        shim: Arguments::program(arguments.sandbox_shim.as_ref(), "sandbox-shim"),
        precompile: Arguments::program(arguments.precompile.as_ref(), "precompile"),
        native_folder: arguments.cache_folder().join("native"),
        prebuilt: arguments.prebuilt.clone(),
        require_namespaces: arguments.require_namespaces,
    }
}

fn upkeep(arguments: &Arguments) -> Upkeep {
    let (slots, zygote_matches) = (arguments.slot_count(), arguments.zygote_matches);
    Upkeep { slots, zygote_matches, group: Group::claim().map(Arc::new) }
}

fn components(
    arguments: &Arguments,
    (programs, upkeep): &(Programs, Upkeep),
    runtime: &Handle,
) -> std::io::Result<Arc<Components>> {
    let config = ComponentsConfig {
        shim: programs.shim.clone(),
        precompile: programs.precompile.clone(),
        folder: arguments.cache_folder().join("components"),
        require_namespaces: programs.require_namespaces,
        slots: upkeep.slots,
        zygote_matches: upkeep.zygote_matches,
        group: upkeep.group.clone().ok(),
    };
    Components::start(config, runtime).map(Arc::new)
}

/// The first signal, or the end of standard input, drains; the next signal stops at once.
fn drain_on_signal(
    until_stdin_closes: bool,
    board: Arc<Board<Ready>>,
    components: Arc<Components>,
) -> std::io::Result<CancellationToken> {
    let drain = CancellationToken::new();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let token = drain.clone();
    tokio::spawn(async move {
        let mut stdin = tokio::io::stdin();
        let mut byte = [0];
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = stdin.read(&mut byte), if until_stdin_closes => {}
        }
        tracing::info!("draining: finishing what is being played; again to stop at once");
        token.cancel();
        // A match that waits for a compiler has not begun: it goes back.
        board.close();
        components.close();
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::warn!("stopped; the coordinator gives the matches to others");
        // What is finished is worth a moment, but no more.
        let spilling = tokio::task::spawn_blocking(move || board.spill());
        let _ = tokio::time::timeout(SPILL_SECONDS_MAX, spilling).await;
        std::process::exit(Exit::STOPPED.into());
    });
    Ok(drain)
}

fn log_to_stderr(arguments: &Arguments, name: String) {
    let filter = match arguments.verbose {
        0 => "warn,worker=info",
        1 => "info,worker=debug",
        _ => "trace",
    };
    // As `tracing_subscriber` has it where nobody says otherwise.
    let is_colourful = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let (format, program, worker) = (arguments.log_format, "worker", Some(name));
    Log { format, filter, is_colourful, program, worker }.start(std::io::stderr);
}
