//! What a run is going to play: bots, interpreter and schedule, read and checked before anything
//! is started.

use std::path::Path;
use std::sync::Arc;

use intake::IntakeError;
use terms::{BySeat, Digest, Digester, MatchSpec, Seed};

use crate::blobs::BlobStore;
use crate::config::{Config, SeedChoice};
use crate::python_wasm::{PythonWasm, PythonWasmError};
use crate::schedule::{Schedule, Setting, TooManyMatches};

/// A tournament before its first match.
#[derive(Debug)]
pub struct Plan {
    /// The digest of everything below: the same tournament has the same id.
    pub id: Digest,
    /// Names and digests, in the order of the names.
    pub bots: Vec<(String, Digest)>,
    /// What the seeds come from.
    pub seed: Seed,
    /// Seed pairs of a pairing.
    pub rounds: u32,
    /// All matches.
    pub schedule: Arc<Schedule>,
    /// The runtime that all workers must have.
    pub runtime: terms::Runtime,
    /// The version of Python.
    pub python: String,
    /// What workers may fetch.
    pub blobs: Arc<BlobStore>,
    /// Sentences for the organiser.
    pub notes: Vec<String>,
}

/// Why there is nothing to play.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The bots.
    #[error(transparent)]
    Bots(#[from] IntakeError),
    /// The interpreter.
    #[error(transparent)]
    Python(#[from] PythonWasmError),
    /// The schedule.
    #[error(transparent)]
    TooMany(#[from] TooManyMatches),
}

impl Plan {
    /// Reads the bots of `folder` and the interpreter and makes the schedule.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub fn new(config: &Config, folder: &Path, seed: Seed) -> Result<Plan, PlanError> {
        let bots = intake::read_bots(folder, &config.limits)?;
        let python = PythonWasm::load(config.site.python_wasm.as_deref())?;
        let notes = bots.notes();
        let contestants = bots.contestants.into_iter().map(|bot| (bot.name, bot.bundle.encode())).collect();
        let plan = Plan::of(config, seed, contestants, python)?;
        Ok(Plan { notes, ..plan })
    }

    /// The plan of these bots, given with their bundles in the order of their names.
    ///
    /// # Errors
    /// There would be too many matches.
    pub fn of(
        config: &Config,
        seed: Seed,
        contestants: Vec<(String, Vec<u8>)>,
        python: PythonWasm,
    ) -> Result<Plan, TooManyMatches> {
        let PythonWasm { bytes, runtime, version } = python;
        let setting = Setting {
            game: config.game.clone(),
            limits: config.limits,
            policy: config.policy.clone(),
            runtime: runtime.fingerprint(),
        };
        let mut blobs = BlobStore::default();
        blobs.add(bytes);
        let bots: Vec<(String, Digest)> =
            contestants.into_iter().map(|(name, bundle)| (name, blobs.add(bundle))).collect();
        let digests = bots.iter().map(|(_, digest)| *digest).collect();
        let id = tournament_id(&setting, seed, config.rounds, &bots);
        let schedule = Schedule::new(setting, digests, seed, config.rounds)?;
        let (rounds, python, notes) = (config.rounds, version, Vec::new());
        let (schedule, blobs) = (Arc::new(schedule), Arc::new(blobs));
        Ok(Plan { id, bots, seed, rounds, schedule, runtime, python, blobs, notes })
    }
}

impl Plan {
    /// The plan of matches that were played before, with the interpreter that there is now. They
    /// have the rules, limits and policy of `like`; `bundles` are all their bots, encoded.
    ///
    /// # Errors
    /// There are too many of them.
    pub fn of_matches(
        like: &MatchSpec,
        matches: &[(Seed, BySeat<Digest>)],
        bundles: Vec<Vec<u8>>,
        python: PythonWasm,
    ) -> Result<Plan, TooManyMatches> {
        let PythonWasm { bytes, runtime, version } = python;
        let mut blobs = BlobStore::default();
        blobs.add(bytes);
        let bots = bundles.into_iter().map(|bundle| blobs.add(bundle));
        let bots = bots.map(|digest| (digest.short(), digest)).collect();
        let (game, limits, policy) = (like.game.clone(), like.limits, like.policy.clone());
        let setting = Setting { game, limits, policy, runtime: runtime.fingerprint() };
        let (id, seed, notes) = (setting.digest(), like.seed, Vec::new());
        let schedule = Arc::new(Schedule::of_matches(setting, matches)?);
        let (rounds, python, blobs) = (1, version, Arc::new(blobs));
        Ok(Plan { id, bots, seed, rounds, schedule, runtime, python, blobs, notes })
    }
}

/// The seed that the user chose, or one that is drawn: short enough to be typed again.
///
/// # Errors
/// The system has no randomness to give.
pub fn draw(choice: SeedChoice) -> Result<Seed, getrandom::Error> {
    match choice {
        SeedChoice::Given(seed) => Ok(seed),
        SeedChoice::Random => Ok(Seed(u64::from(getrandom::u32()?))),
    }
}

fn tournament_id(setting: &Setting, seed: Seed, rounds: u32, bots: &[(String, Digest)]) -> Digest {
    let mut digester = Digester::new("arena tournament 1");
    digester.digest(&setting.digest()).number(seed.0).number(rounds.into());
    for (name, digest) in bots {
        digester.bytes(name.as_bytes()).digest(digest);
    }
    digester.finish()
}
