//! Flags over environment over file over defaults, each value checked once.

use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use terms::game::UnknownGame;
use terms::limits::BadLimit;
use terms::policy::BadPolicy;
use terms::{GameId, NotAShare, Seed, Share};

use super::access::read_access;
use super::file::{self, FileError, RawFile, RawSeed};
use super::place::{Place, without_passwords};
use super::policy::{Names, PolicyFlags};
use super::share::RawShare;
use super::traces::read_tracing;
use super::{
    AccessError, Bots, Bucket, Command, Config, Flags, Keeping, LOCAL_WORKERS_MAX, LogFormat, Order,
    ROUNDS_MAX, SeedChoice, Sink, Site, Verbosity, WORKERS_PER_ADDRESS, WORKERS_PER_ADDRESS_MAX,
};

/// Why the settings make no sense. Each names the setting, its value and the rule.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Nothing to play with.
    #[error("no bots: name the directory they are in with --bots DIR")]
    NoBots,
    /// A value that breaks a rule.
    #[error("{key} is {value:?}, but {rule}")]
    Bad {
        /// The flag.
        key: &'static str,
        /// What was given.
        value: String,
        /// What it must be.
        rule: String,
    },
    /// A limit out of its bounds.
    #[error(transparent)]
    Limit(#[from] BadLimit),
    /// A limit in the file that is no amount.
    #[error("limits.{key}: {why}")]
    Amount {
        /// The limit.
        key: String,
        /// What is wrong.
        why: String,
    },
    /// A policy that cannot be.
    #[error("{key}: {why}")]
    Policy {
        /// The flag.
        key: &'static str,
        /// What is wrong.
        why: BadPolicy,
    },
    /// A game that does not exist.
    #[error("--game: {0}")]
    Game(#[from] UnknownGame),
    /// Who may call.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Both want standard output.
    #[error("--json and --csv both write to standard output; give one of them a file")]
    TwoOnStdout,
}

/// Makes one configuration of what was said.
///
/// # Errors
/// The first thing that makes no sense.
pub fn resolve(flags: Flags) -> Result<Order, ConfigError> {
    let file = file::read(flags.config.as_deref())?;
    merge(flags, file)
}

pub(super) fn merge(mut flags: Flags, file: RawFile) -> Result<Order, ConfigError> {
    match flags.command.take() {
        None => read_tournament(flags, file).map(|config| Order::Play(Box::new(config))),
        Some(Command::Replay { which }) => Ok(Order::Replay { site: read_site(&flags, &file, 1)?, which }),
        Some(Command::Verify { sample }) => {
            let per_million = read_share("--sample", &sample)?.per_million();
            Ok(Order::Verify { site: read_site(&flags, &file, 0)?, per_million })
        }
        Some(Command::Transcript { which }) => {
            Ok(Order::Transcript { site: read_site(&flags, &file, 0)?, which })
        }
        Some(Command::Export { file: to }) => {
            Ok(Order::Export { site: read_site(&flags, &file, 0)?, file: to })
        }
        Some(Command::Import { file: from }) => {
            Ok(Order::Import { site: read_site(&flags, &file, 0)?, file: from })
        }
    }
}

/// Where to work. `workers_min` is how many local workers there must be.
fn read_site(flags: &Flags, file: &RawFile, workers_min: u32) -> Result<Site, ConfigError> {
    let (flags, file) = (flags.clone(), file.clone());
    let listen = flags.listen.as_deref().or(file.listen.as_deref()).unwrap_or("127.0.0.1:0");
    let listen = read_address("--listen", listen)?;
    let is_insecure = flags.insecure || file.insecure == Some(true);
    let access = read_access(&flags.access, &file, listen, is_insecure)?;
    let tracing = read_tracing(&flags.traces, &file)?;
    let workers = u32::from(listen.ip().is_loopback()).max(workers_min);
    Ok(Site {
        data_dir: flags.data_dir.or(file.data_dir).unwrap_or_else(|| PathBuf::from("arena-data")),
        store: flags.store.or(file.store).map(|url| read_store(&url)).transpose()?,
        transcripts: read_keeping(flags.transcripts.or(file.transcripts))?,
        workers_per_address: read_per_address(flags.access.workers_per_address, file.workers_per_address)?,
        local_workers: read_count(
            "--local-workers",
            flags.local_workers,
            file.local_workers,
            workers,
            workers_min,
            LOCAL_WORKERS_MAX,
        )?,
        listen,
        access,
        worker_bin: flags.worker_bin.or(file.worker_bin),
        python_wasm: flags.python_wasm.or(file.python_wasm),
        json: flags.json.or(file.json).map(read_sink),
        verbosity: verbosity(flags.quiet, flags.verbose),
        log_format: flags.log_format.or(file.log_format).unwrap_or(LogFormat::Human),
        tracing,
    })
}

fn read_tournament(flags: Flags, file: RawFile) -> Result<Config, ConfigError> {
    let site = read_site(&flags, &file, 0)?;
    let mut limits = flags.limits;
    limits.fill_from(file.limits).map_err(|(key, why)| ConfigError::Amount { key, why })?;
    let policy = PolicyFlags {
        policy: flags.policy.policy.or(file.policy),
        allow_imports: flags.policy.allow_imports.or(file.allow_imports.map(Names::into_text)),
        block_imports: flags.policy.block_imports.or(file.block_imports.map(Names::into_text)),
        block_calls: flags.policy.block_calls.or(file.block_calls.map(Names::into_text)),
    };
    let csv = flags.csv.or(file.csv).map(read_sink);
    if site.json == Some(Sink::Stdout) && csv == Some(Sink::Stdout) {
        return Err(ConfigError::TwoOnStdout);
    }
    Ok(Config {
        bots: read_bots(flags.bots.or(file.bots))?,
        rounds: read_count("--rounds", flags.rounds, file.rounds, 1, 1, ROUNDS_MAX)?,
        seed: read_seed(flags.seed, file.seed)?,
        game: GameId::named(flags.game.or(file.game).as_deref().unwrap_or("spacecode"))?,
        limits: limits.resolve()?,
        audit_per_million: read_share(
            "--audit",
            flags.audit.or(file.audit.map(RawShare::into_text)).as_deref().unwrap_or("1%"),
        )?
        .per_million(),
        policy: policy.resolve().map_err(|(key, why)| ConfigError::Policy { key, why })?,
        http: flags.http.or(file.http).map(|http| read_address("--http", &http)).transpose()?,
        trusts_advertised: flags.trust_advertised || file.trust_advertised == Some(true),
        csv,
        site,
    })
}

fn bad(key: &'static str, value: impl ToString, rule: impl Into<String>) -> ConfigError {
    ConfigError::Bad { key, value: value.to_string(), rule: rule.into() }
}

fn read_bots(bots: Option<String>) -> Result<Bots, ConfigError> {
    let bots = bots.ok_or(ConfigError::NoBots)?;
    if bots.is_empty() {
        return Err(ConfigError::NoBots);
    }
    match Bucket::read(&bots) {
        Some(Ok(bucket)) => Ok(Bots::Bucket(bucket)),
        Some(Err(why)) => Err(no_url("--bots", &bots, why)),
        None => Ok(Bots::Directory(read_directory("--bots", &bots)?)),
    }
}

/// A URL may carry a password: only its scheme is repeated.
fn no_url(key: &'static str, text: &str, why: url::ParseError) -> ConfigError {
    let scheme = text.split("://").next().unwrap_or_default();
    bad(key, format!("{scheme}://…"), format!("it is no URL: {why}"))
}

/// A directory, as a path or as a URL.
fn read_directory(key: &'static str, place: &str) -> Result<PathBuf, ConfigError> {
    let Some((scheme, rest)) = place.split_once("://") else {
        let rule = "it must be a directory, or file:///DIR";
        return if place.is_empty() { Err(bad(key, place, rule)) } else { Ok(PathBuf::from(place)) };
    };
    if scheme == "file" && rest.starts_with('/') {
        // As in any URL, %20 is a space.
        let path = url::Url::parse(place).ok().and_then(|url| url.to_file_path().ok());
        return path.ok_or_else(|| bad(key, place, "it is no URL of a directory"));
    }
    Err(bad(key, place, "it must be a directory, file:///DIR, or a place such as s3://BUCKET/PREFIX"))
}

fn read_count(
    key: &'static str,
    flag: Option<String>,
    file: Option<u32>,
    default: u32,
    min: u32,
    max: u32,
) -> Result<u32, ConfigError> {
    let rule = || format!("it must be a number from {min} to {max}");
    let given = match flag {
        Some(text) => Some(text.parse::<u32>().map_err(|_| bad(key, text, rule()))?),
        None => file,
    };
    let value = given.unwrap_or(default);
    if (min..=max).contains(&value) { Ok(value) } else { Err(bad(key, value, rule())) }
}

fn read_per_address(flag: Option<String>, file: Option<u32>) -> Result<NonZeroU32, ConfigError> {
    let (default, max) = (WORKERS_PER_ADDRESS, WORKERS_PER_ADDRESS_MAX);
    let count = read_count("--workers-per-address", flag, file, default, 1, max)?;
    // It is at least one.
    Ok(NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN))
}

fn read_seed(flag: Option<String>, file: Option<RawSeed>) -> Result<SeedChoice, ConfigError> {
    let text = match (flag, file) {
        (Some(text), _) | (None, Some(RawSeed::Text(text))) => text,
        (None, Some(RawSeed::Number(number))) => number.to_string(),
        (None, None) => "1".to_owned(),
    };
    if text == "random" {
        return Ok(SeedChoice::Random);
    }
    // JSON readers and databases keep signed 64-bit numbers exact.
    match text.parse::<u64>().ok().filter(|seed| i64::try_from(*seed).is_ok()) {
        Some(seed) => Ok(SeedChoice::Given(Seed(seed))),
        None => Err(bad("--seed", text, format!("it must be a number from 0 to {}, or `random`", i64::MAX))),
    }
}

fn read_share(key: &'static str, share: &str) -> Result<Share, ConfigError> {
    share.parse().map_err(|rule: NotAShare| bad(key, share, rule.to_string()))
}

fn read_store(url: &str) -> Result<Place, ConfigError> {
    Place::read(url).map_err(|rule| bad("--store", without_passwords(url), rule))
}

fn read_keeping(place: Option<String>) -> Result<Keeping, ConfigError> {
    match place.as_deref() {
        None => Ok(Keeping::DataDir),
        Some("none") => Ok(Keeping::Nowhere),
        Some(place) => match Bucket::read(place) {
            Some(Ok(bucket)) => Ok(Keeping::Bucket(bucket)),
            Some(Err(why)) => Err(no_url("--transcripts", place, why)),
            None => Ok(Keeping::Directory(read_directory("--transcripts", place)?)),
        },
    }
}

fn read_address(key: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    let rule = "it must be an address of this machine and a port, such as 127.0.0.1:7070 or 0.0.0.0:7070";
    let found = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| bad(key, text, rule))
}

fn read_sink(path: PathBuf) -> Sink {
    if path == Path::new("-") { Sink::Stdout } else { Sink::File(path) }
}

fn verbosity(quiet: bool, verbose: u8) -> Verbosity {
    match (quiet, verbose) {
        (true, _) => Verbosity::Quiet,
        (false, 0) => Verbosity::Normal,
        (false, 1) => Verbosity::Verbose,
        (false, _) => Verbosity::Debug,
    }
}
