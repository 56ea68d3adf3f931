//! The command line of `worker play`.

use std::path::PathBuf;

use clap::Args;
use terms::limits::LimitRow;
use terms::{Limits, Policy};

use crate::config::Arguments;

/// The largest seed: what every reader of JSON takes for the same number.
const SEED_MAX: u64 = (1 << 53) - 1;

/// Play one match between two bots of your own, without a coordinator
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  worker play mybot.py examples/bots/hunter.py
  worker play mybot.py other.zip --seed 4211037421 --json -        the seed of a match in a tournament's JSON
  worker play mybot.py mybot.py --limit turn_fuel=10000000         a limit of a tournament of yours
  worker play --unsandboxed --no-wall-clock mybot.py other.py      breakpoint() in mybot.py stops there

Bots are what a tournament takes: a .py file, a folder or .zip with a bot.py, or a component. The match is
the one that a tournament would play, to the byte, if bots, seed, limits and python.wasm are the same.
What bots print is shown on standard error.

--unsandboxed runs each bot on a plain python3 with all your rights, without fuel and without limits:
breakpoints work, and what bots print appears at once. Only for bots that you trust.

Exit codes: 0 played to the end; 1 failed, or the match is void; 2 usage, bots that cannot be read
included; 3 a bot forfeited; 4 interrupted.")]
pub struct PlayArguments {
    /// The bot of seat 0
    #[arg(value_name = "A")]
    pub zero: PathBuf,

    /// The bot of seat 1
    #[arg(value_name = "B")]
    pub one: PathBuf,

    /// The seed of the match, as in `matches[].seed` of a tournament's JSON
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=SEED_MAX))]
    pub seed: u64,

    /// Ticks that the match lasts at most [default: 1000]
    #[arg(long, value_name = "N")]
    pub ticks: Option<u64>,

    /// Another limit, by its name in a tournament's JSON
    #[arg(long = "limit", value_name = "NAME=N", value_parser = parse_limit)]
    pub limits: Vec<(&'static str, u64)>,

    /// What bots may import and call: open or strict
    #[arg(long, value_name = "POLICY", default_value = "open", value_parser = parse_policy)]
    pub policy: Policy,

    /// The game
    #[arg(long, value_name = "NAME", default_value = "spacecode")]
    pub game: String,

    /// Write the result there as JSON; - for standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Run bots on a plain python3, without sandbox, fuel or limits: only for bots that you trust
    #[arg(long)]
    pub unsandboxed: bool,

    /// The Python for --unsandboxed, 3.9 or newer
    #[arg(long, value_name = "PROGRAM", default_value = "python3", env = "ARENA_PYTHON")]
    pub python: PathBuf,

    /// With --unsandboxed: wait for a bot as long as it takes, for debuggers
    #[arg(long, requires = "unsandboxed")]
    pub no_wall_clock: bool,

    /// The interpreter of the sandbox [default: python.wasm next to this program]
    #[arg(long, value_name = "FILE", env = "ARENA_PYTHON_WASM")]
    pub python_wasm: Option<PathBuf>,

    /// The sandbox-shim executable [default: next to this one]
    #[arg(long, value_name = "FILE", env = "ARENA_SANDBOX_SHIM")]
    pub sandbox_shim: Option<PathBuf>,

    /// The precompile executable [default: next to this one]
    #[arg(long, value_name = "FILE", env = "ARENA_PRECOMPILE")]
    pub precompile: Option<PathBuf>,

    /// Where native code is cached [default: arena in $XDG_CACHE_HOME or ~/.cache]
    #[arg(long, value_name = "DIR", env = "ARENA_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,
}

impl PlayArguments {
    /// The limits of the match.
    ///
    /// # Errors
    /// One that is out of its bounds.
    pub fn limits(&self) -> Result<Limits, terms::limits::BadLimit> {
        let ticks = self.ticks.map(|ticks| ("ticks", ticks));
        let rows = self.limits.iter().copied().chain(ticks);
        rows.filter_map(|(name, value)| Some((LimitRow::named(name)?, value)))
            .try_fold(Limits::default(), |limits, (row, value)| limits.with(row, value))
    }

    /// The interpreter of the sandbox.
    pub fn python_wasm(&self) -> PathBuf {
        Arguments::program(self.python_wasm.as_ref(), "python.wasm")
    }

    /// Where native code is cached.
    pub fn cache_folder(&self) -> PathBuf {
        let home = || std::env::home_dir().map(|home| home.join(".cache"));
        let shared =
            || std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let default = || {
            shared().or_else(home).map_or_else(|| PathBuf::from("arena-cache"), |cache| cache.join("arena"))
        };
        self.cache_dir.clone().unwrap_or_else(default)
    }
}

fn parse_limit(text: &str) -> Result<(&'static str, u64), String> {
    let (name, value) = text.split_once('=').ok_or("use NAME=N, such as turn_fuel=10000000")?;
    let row = LimitRow::named(name).ok_or_else(|| {
        let names: Vec<&str> = terms::limits::ROWS.iter().map(|row| row.name).collect();
        format!("there is no limit {name:?}; there are {}", names.join(", "))
    })?;
    let value = value.parse().map_err(|_| format!("{value:?} is no number"))?;
    Ok((row.name, value))
}

fn parse_policy(text: &str) -> Result<Policy, String> {
    Policy::preset(text).map_err(|bad| bad.to_string())
}
