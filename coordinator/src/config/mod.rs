//! What the user wants: flags, environment, `arena.toml` and defaults, in this order, made into
//! one [`Config`] that cannot be wrong.
//!
//! The only place that reads the environment or knows the name of a flag. Never here: doing what
//! the configuration says.

mod access;
mod amount;
mod bucket;
mod file;
mod flags;
mod limits;
mod place;
mod policy;
mod resolve;
mod share;
#[cfg(test)]
mod tests;
mod traces;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

use terms::{GameId, Limits, Policy, Seed};

pub use access::{Access, AccessError, AccessFlags, Tls};
pub use bucket::Bucket;
pub use file::{FileError, check as check_file};
pub use flags::{Command, Flags, LimitFlags};
pub use place::{Database, Place, without_passwords};
pub use policy::PolicyFlags;
pub use resolve::{ConfigError, resolve};
pub use telemetry::LogFormat;
pub use traces::{TraceFlags, Tracing};

/// Most seed pairs of a pairing.
pub const ROUNDS_MAX: u32 = 1_000_000;
/// Most local workers.
pub const LOCAL_WORKERS_MAX: u32 = 64;
/// Workers of one address if nobody says otherwise, enough for a fleet behind one router; and the most
/// that can be asked for, which is as many as there may be at all.
const WORKERS_PER_ADDRESS: u32 = 1_000;
const WORKERS_PER_ADDRESS_MAX: u32 = 20_000;

/// What to do, and where.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Play a tournament.
    Play(Box<Config>),
    /// Play a recorded match again and compare.
    Replay {
        /// Where.
        site: Site,
        /// The match's id, the beginning of one, or a transcript's file.
        which: String,
    },
    /// Play a sample of what is recorded again.
    Verify {
        /// Where.
        site: Site,
        /// How much, in parts of a million.
        per_million: u32,
    },
    /// Print a match's transcript.
    Transcript {
        /// Where.
        site: Site,
        /// The match's id, the beginning of one, or a transcript's file.
        which: String,
    },
    /// Write everything that was recorded into one file.
    Export {
        /// Where.
        site: Site,
        /// The file.
        file: PathBuf,
    },
    /// Take in such a file.
    Import {
        /// Where.
        site: Site,
        /// The file.
        file: PathBuf,
    },
}

impl Order {
    /// Where and with what this coordinator works.
    pub fn site(&self) -> &Site {
        match self {
            Order::Play(config) => &config.site,
            Order::Replay { site, .. }
            | Order::Verify { site, .. }
            | Order::Transcript { site, .. }
            | Order::Export { site, .. }
            | Order::Import { site, .. } => site,
        }
    }
}

/// A tournament to play.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where and with what this coordinator works.
    pub site: Site,
    /// Where the bots are.
    pub bots: Bots,
    /// Seed pairs that every pairing plays.
    pub rounds: u32,
    /// What the seeds of the rounds come from.
    pub seed: SeedChoice,
    /// The rules.
    pub game: GameId,
    /// What bots may use.
    pub limits: Limits,
    /// What bots may import and call.
    pub policy: Policy,
    /// Results that are checked by playing their matches again, in parts of a million.
    pub audit_per_million: u32,
    /// Where it is answered how this is going.
    pub http: Option<SocketAddr>,
    /// Whether workers are believed where they say that they answer HTTP.
    pub trusts_advertised: bool,
    /// Where the CSV goes.
    pub csv: Option<Sink>,
}

/// Where and with what a coordinator works, whatever it does.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Where the store, and the local worker's cache, live.
    pub data_dir: PathBuf,
    /// Where results are kept, if it is not in the data directory.
    pub store: Option<Place>,
    /// Where transcripts are kept.
    pub transcripts: Keeping,
    /// Where workers call. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// What they have to show.
    pub access: Access,
    /// Most workers of one address.
    pub workers_per_address: NonZeroU32,
    /// Workers to start as child processes.
    pub local_workers: u32,
    /// The worker's executable, if it is not next to this one.
    pub worker_bin: Option<PathBuf>,
    /// The interpreter, if it is not in one of the usual places.
    pub python_wasm: Option<PathBuf>,
    /// Where the JSON goes.
    pub json: Option<Sink>,
    /// How much to say.
    pub verbosity: Verbosity,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is traced.
    pub tracing: Tracing,
}

/// Where bots are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bots {
    /// In that directory.
    Directory(PathBuf),
    /// In that place of an object store.
    Bucket(Bucket),
}

/// Where transcripts are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// In the data directory.
    #[default]
    DataDir,
    /// In that directory.
    Directory(PathBuf),
    /// In that place of an object store.
    Bucket(Bucket),
    /// Nowhere.
    Nowhere,
}

/// Where the seed comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedChoice {
    /// The user named it.
    Given(Seed),
    /// One is drawn and printed.
    Random,
}

/// Where a document goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sink {
    /// `-`
    Stdout,
    /// A file, replaced as a whole.
    File(PathBuf),
}

/// How much to say on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Errors only, and no progress.
    Quiet,
    /// Progress and warnings.
    Normal,
    /// What happens to workers and matches.
    Verbose,
    /// Everything.
    Debug,
}
