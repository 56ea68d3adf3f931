//! `arena.toml`: the same names as the flags, with underscores, and a table `[limits]`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use terms::limits::ROWS;

use super::LogFormat;
use super::limits::Amount;
use super::place::without_passwords;
use super::policy::Names;
use super::share::RawShare;

/// Where the file is looked for when nobody names one.
const DEFAULT_PATH: &str = "arena.toml";
/// Largest file that is read, in bytes.
const BYTES_MAX: u64 = 1 << 20;
/// Keys outside of tables, as [`RawFile`] has them.
const KEYS: [&str; 30] = [
    "bots",
    "rounds",
    "seed",
    "game",
    "data_dir",
    "store",
    "transcripts",
    "listen",
    "insecure",
    "http",
    "trust_advertised",
    "tls_cert",
    "tls_key",
    "client_ca",
    "join_token_file",
    "workers_per_address",
    "local_workers",
    "worker_bin",
    "python_wasm",
    "json",
    "csv",
    "log_format",
    "otlp",
    "trace_sample",
    "policy",
    "allow_imports",
    "block_imports",
    "block_calls",
    "audit",
    "limits",
];
/// How alike a known key must be to be suggested, from 0 to 1.
const SUGGEST_FROM: f64 = 0.75;

/// What the file says. Every key optional, unknown ones refused.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) bots: Option<String>,
    pub(super) rounds: Option<u32>,
    pub(super) seed: Option<RawSeed>,
    pub(super) game: Option<String>,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) store: Option<String>,
    pub(super) transcripts: Option<String>,
    pub(super) listen: Option<String>,
    pub(super) insecure: Option<bool>,
    pub(super) http: Option<String>,
    pub(super) trust_advertised: Option<bool>,
    pub(super) tls_cert: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
    pub(super) client_ca: Option<PathBuf>,
    // The token itself has no key: a file of settings is passed on too easily.
    pub(super) join_token_file: Option<PathBuf>,
    pub(super) workers_per_address: Option<u32>,
    pub(super) local_workers: Option<u32>,
    pub(super) worker_bin: Option<PathBuf>,
    pub(super) python_wasm: Option<PathBuf>,
    pub(super) json: Option<PathBuf>,
    pub(super) csv: Option<PathBuf>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) otlp: Option<String>,
    pub(super) trace_sample: Option<RawShare>,
    pub(super) policy: Option<String>,
    pub(super) allow_imports: Option<Names>,
    pub(super) block_imports: Option<Names>,
    pub(super) block_calls: Option<Names>,
    pub(super) audit: Option<RawShare>,
    pub(super) limits: BTreeMap<String, Amount>,
}

/// `seed = 7` or `seed = "random"`.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a number that is not negative, or \"random\"")]
pub(super) enum RawSeed {
    Number(u64),
    Text(String),
}

/// Why a file of settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("settings file {path} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no TOML, or a value is of the wrong kind.
    #[error("settings file {path}: {message}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and what, as the parser says.
        message: String,
    },
    /// A key that does not exist.
    #[error("settings file {path}: there is no key `{key}`{hint}")]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key, with its table.
        key: String,
        /// What may have been meant.
        hint: String,
    },
}

/// Reads the file at `path`, or `arena.toml` if there is one. Nothing there is nothing said.
///
/// # Errors
/// The file cannot be read, or says something that cannot be.
pub(super) fn read(path: Option<&Path>) -> Result<RawFile, FileError> {
    let default = Path::new(DEFAULT_PATH);
    match path {
        Some(path) => read_at(path),
        None if default.exists() => read_at(default),
        None => Ok(RawFile::default()),
    }
}

fn read_at(path: &Path) -> Result<RawFile, FileError> {
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > BYTES_MAX {
        return Err(unreadable(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for settings")));
    }
    parse(&std::fs::read_to_string(path).map_err(unreadable)?, path)
}

/// Whether a text would do as settings, for whoever has them in hand and not in a file.
///
/// # Errors
/// It says something that cannot be.
pub fn check(text: &str, path: &Path) -> Result<(), FileError> {
    parse(text, path).map(drop)
}

pub(super) fn parse(text: &str, path: &Path) -> Result<RawFile, FileError> {
    let malformed = |error: toml::de::Error| FileError::Malformed {
        path: path.to_owned(),
        message: without_passwords(&error.to_string()),
    };
    let table: toml::Table = toml::from_str(text).map_err(malformed)?;
    check_keys(&table, "", &KEYS, path)?;
    if let Some(toml::Value::Table(limits)) = table.get("limits") {
        check_keys(limits, "limits.", &ROWS.map(|row| row.name), path)?;
    }
    // From the text once more, because only then errors have a line.
    toml::from_str(text).map_err(malformed)
}

fn check_keys(table: &toml::Table, prefix: &str, known: &[&str], path: &Path) -> Result<(), FileError> {
    let Some(key) = table.keys().find(|key| !known.contains(&key.as_str())) else { return Ok(()) };
    let key: String = key.chars().take(80).collect();
    let hint = hint(&key, prefix, known);
    Err(FileError::UnknownKey { path: path.to_owned(), key: format!("{prefix}{key}"), hint })
}

fn hint(key: &str, prefix: &str, known: &[&str]) -> String {
    let dashed = key.replace('-', "_");
    let likeness = |name: &&str| strsim::jaro_winkler(&dashed, name);
    let best = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    if let Some(name) = best.filter(|name| likeness(name) >= SUGGEST_FROM) {
        return format!("; did you mean `{prefix}{name}`?");
    }
    if ROWS.iter().any(|row| row.name == dashed) {
        return format!("; did you mean `limits.{dashed}`?");
    }
    format!("; there are {}", known.join(", "))
}
