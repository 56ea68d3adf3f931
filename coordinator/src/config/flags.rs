//! The command line. Every flag is also an environment variable; nothing has a default here,
//! because the file comes between the flags and the defaults.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use telemetry::LogFormat;

use super::access::AccessFlags;
use super::amount::parse_amount;
use super::policy::PolicyFlags;
use super::traces::TraceFlags;

const EXAMPLES: &str = "\
Examples:
  coordinator --bots my-bots
        everyone against everyone, on this machine; standings on standard output
  coordinator --bots my-bots --rounds 10 --json results.json
        ten seeds for every pairing, each in both seats; everything about it in a file
  coordinator --bots my-bots --listen 0.0.0.0:7070 --tls-cert arena.pem --tls-key arena.key \\
              --join-token-file token
        also take workers from other machines; start them there with `worker --coordinator
        https://THIS-MACHINE:7070 --ca arena.pem --join-token-file token`
  coordinator --bots my-bots --store postgres://arena@db/arena --transcripts s3://BUCKET/PREFIX
        results in a database, the password in PGPASSWORD; started on a second machine as well, that
        one waits and takes over when this one dies
  coordinator --bots my-bots --turn-fuel 10M --ticks 500
        tighter limits, a shorter match
  coordinator --bots my-bots --policy strict --allow-imports heapq,dataclasses
        only these modules and those of the preset; no eval, exec, open
  coordinator replay 2756b51ae240
        play a recorded match again and compare; the file of a transcript will do as well
  coordinator transcript 2756b51ae240 | jq -c 'select(.tick == 17) | .turns'
        what both bots were shown, said and used in tick 17
  coordinator verify --sample 10%
        play a tenth of what is recorded again and compare; a result that is wrong is corrected
  coordinator export tournament.zip
        everything that was played, with transcripts, in one file; `import` takes it in elsewhere

Ctrl-C once finishes what is being played and stops, twice stops at once. The same command goes on
where it stopped: what was played is in the data directory and not played again.

Exit codes: 0 finished; 1 failed; 2 usage or configuration; 3 finished, but some matches stayed
void; 4 interrupted, to be continued by the command that is printed.";

/// Plays a round robin between all bots of a directory and prints the standings.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "coordinator", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(disable_help_subcommand = true)]
pub struct Flags {
    /// What to do instead of playing a tournament.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where the bots are: `.py` files, `.wasm` components, and folders or `.zip` files with a
    /// `bot.py` or `bot.wasm`, in a directory or in a bucket: `s3://BUCKET/PREFIX` (or gs://, az://;
    /// credentials from AWS_…, GOOGLE_…, AZURE_…)
    #[arg(long, value_name = "DIR_OR_URL", env = "ARENA_BOTS")]
    pub bots: Option<String>,
    /// Seed pairs that every pairing plays: two matches each, seats swapped [default: 1]
    #[arg(long, value_name = "N", env = "ARENA_ROUNDS")]
    pub rounds: Option<String>,
    /// What the seeds of the rounds come from: a number, or `random` to draw one [default: 1]
    #[arg(long, value_name = "SEED", env = "ARENA_SEED", allow_hyphen_values = true)]
    pub seed: Option<String>,
    /// Share of the results that are checked by playing their matches again, on another worker where
    /// there is one; 0% checks none [default: 1%]
    #[arg(long, value_name = "PERCENT", env = "ARENA_AUDIT")]
    pub audit: Option<String>,
    /// The game [default: spacecode]
    #[arg(long, value_name = "NAME", env = "ARENA_GAME")]
    pub game: Option<String>,
    /// Where results and caches are kept; one coordinator at a time [default: arena-data]
    #[arg(global = true, long, value_name = "DIR", env = "ARENA_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The store of results: `sqlite:FILE`, or `postgres://USER:PASSWORD@HOST/DATABASE` (parameters
    /// as `?sslmode=require`; PGPASSWORD or .pgpass keep the password out of sight), which several
    /// coordinators may share: one is active, the others wait to take over. They need a common place
    /// for --transcripts then [default: a file in the data directory]
    #[arg(global = true, long, value_name = "URL", env = "ARENA_STORE")]
    pub store: Option<String>,
    /// Where transcripts are kept: a directory, `s3://BUCKET/PREFIX` (or gs://, az://; credentials
    /// from AWS_…, GOOGLE_…, AZURE_…), or `none` [default: in the data directory]
    #[arg(global = true, long, value_name = "PLACE", env = "ARENA_TRANSCRIPTS")]
    pub transcripts: Option<String>,
    /// Where workers call; port 0 takes a free one and prints it [default: 127.0.0.1:0]
    #[arg(global = true, long, value_name = "ADDR:PORT", env = "ARENA_LISTEN")]
    pub listen: Option<String>,
    /// Listen beyond this machine without asking for both TLS and a join token
    #[arg(global = true, long, env = "ARENA_INSECURE", value_parser = FalseyValueParser::new())]
    pub insecure: bool,
    /// Answer there how this is going: GET /healthz and /readyz, gRPC health checks, GET /metrics and
    /// /metrics/bots for Prometheus, GET /sd/workers for its service discovery; port 0 takes a free one
    /// and prints it [default: nowhere]
    #[arg(long, value_name = "ADDR:PORT", env = "ARENA_HTTP")]
    pub http: Option<String>,
    /// List workers in /sd/workers wherever they say that they answer (`worker --http-advertise`), and
    /// not only at the address they call from: whoever has the join token can then send your
    /// Prometheus to any host
    #[arg(long, env = "ARENA_TRUST_ADVERTISED", value_parser = FalseyValueParser::new())]
    pub trust_advertised: bool,
    /// Workers to start on this machine [default: 1 when listening on loopback, otherwise 0]
    #[arg(global = true, long, value_name = "N", env = "ARENA_LOCAL_WORKERS")]
    pub local_workers: Option<String>,
    /// The worker program for local workers [default: next to this program]
    #[arg(global = true, long, value_name = "FILE", env = "ARENA_WORKER_BIN")]
    pub worker_bin: Option<PathBuf>,
    /// The interpreter [default: next to this program, then target/release]
    #[arg(global = true, long, value_name = "FILE", env = "ARENA_PYTHON_WASM")]
    pub python_wasm: Option<PathBuf>,
    /// Write everything about the tournament as JSON; `-` writes it to standard output
    #[arg(global = true, long, value_name = "FILE", env = "ARENA_JSON")]
    pub json: Option<PathBuf>,
    /// Write the standings as CSV; `-` writes them to standard output
    #[arg(long, value_name = "FILE", env = "ARENA_CSV")]
    pub csv: Option<PathBuf>,
    /// Read settings from this file [default: arena.toml, if it is there]
    #[arg(global = true, long, value_name = "FILE", env = "ARENA_CONFIG")]
    pub config: Option<PathBuf>,
    /// Say more; twice: everything
    #[arg(global = true, short, long, action = ArgAction::Count, conflicts_with = "quiet", env = "ARENA_VERBOSE")]
    pub verbose: u8,
    /// Say nothing but errors
    #[arg(global = true, short, long, env = "ARENA_QUIET", value_parser = FalseyValueParser::new())]
    pub quiet: bool,
    /// How log lines look [default: human]
    #[arg(global = true, long, value_name = "FORMAT", env = "ARENA_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What is traced.
    #[command(flatten)]
    pub traces: TraceFlags,
    /// Who may call.
    #[command(flatten)]
    pub access: AccessFlags,
    /// What a bot may import and call.
    #[command(flatten)]
    pub policy: PolicyFlags,
    /// What a bot may use.
    #[command(flatten)]
    pub limits: LimitFlags,
}

impl Flags {
    /// The command line `arguments`, the first of which is the program.
    ///
    /// # Errors
    /// It makes no sense, or a flag of tournaments stands before something else to do.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Flags, clap::Error> {
        let mut command = Flags::command();
        let matches = command.try_get_matches_from_mut(arguments)?;
        if let Some(subcommand) = matches.subcommand_name() {
            let is_typed =
                |flag: &&Arg| matches.value_source(flag.get_id().as_str()) == Some(ValueSource::CommandLine);
            let alien = command.get_arguments().find(|flag| !flag.is_global_set() && is_typed(flag));
            if let Some(alien) = alien {
                let text = format!("{alien} is a flag of tournaments and has no meaning with `{subcommand}`");
                return Err(command.error(ErrorKind::ArgumentConflict, text));
            }
        }
        Flags::from_arg_matches(&matches)
    }
}

/// What else a coordinator does.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Play a recorded match again and say whether it goes the same way, or where it differs
    Replay {
        /// The match's id, the beginning of one, or the file of its transcript
        #[arg(value_name = "MATCH")]
        which: String,
    },
    /// Play a sample of everything that is recorded again, elsewhere where there is another worker
    Verify {
        /// How much of it, at least one match
        #[arg(long, value_name = "PERCENT", default_value = "5%")]
        sample: String,
    },
    /// Print the transcript of a match: one line of JSON for each tick
    Transcript {
        /// The match's id, the beginning of one, or the file of its transcript
        #[arg(value_name = "MATCH")]
        which: String,
    },
    /// Write all results and transcripts of the data directory into one file
    Export {
        /// The file, which is replaced
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Take in what `export` wrote on another machine; what is there already stays
    Import {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// One flag for each limit; the names are those of `terms::limits::ROWS`, with dashes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Limits (50_000_000, 50M, 64MiB, 2s)")]
pub struct LimitFlags {
    /// Largest source of a bot, unpacked, in bytes [default: 1MiB]
    #[arg(long, value_name = "BYTES", env = "ARENA_SOURCE_BYTES", value_parser = parse_amount)]
    pub source_bytes: Option<u64>,
    /// Most files of a bot [default: 64]
    #[arg(long, value_name = "N", env = "ARENA_SOURCE_FILES", value_parser = parse_amount)]
    pub source_files: Option<u64>,
    /// Fuel for loading [default: 2G]
    #[arg(long, value_name = "FUEL", env = "ARENA_LOAD_FUEL", value_parser = parse_amount)]
    pub load_fuel: Option<u64>,
    /// Fuel for one turn; what is left is not banked [default: 50M]
    #[arg(long, value_name = "FUEL", env = "ARENA_TURN_FUEL", value_parser = parse_amount)]
    pub turn_fuel: Option<u64>,
    /// Memory of a bot, in bytes [default: 64MiB]
    #[arg(long, value_name = "BYTES", env = "ARENA_MEMORY_BYTES", value_parser = parse_amount)]
    pub memory_bytes: Option<u64>,
    /// Stack of a bot, in bytes [default: 2MiB]
    #[arg(long, value_name = "BYTES", env = "ARENA_STACK_BYTES", value_parser = parse_amount)]
    pub stack_bytes: Option<u64>,
    /// Largest reply of a turn, in bytes [default: 64KiB]
    #[arg(long, value_name = "BYTES", env = "ARENA_REPLY_BYTES", value_parser = parse_amount)]
    pub reply_bytes: Option<u64>,
    /// Log kept per bot and match, in bytes [default: 64KiB]
    #[arg(long, value_name = "BYTES", env = "ARENA_LOG_BYTES", value_parser = parse_amount)]
    pub log_bytes: Option<u64>,
    /// Exceptions and bad replies after which a bot forfeits [default: 10]
    #[arg(long, value_name = "N", env = "ARENA_STRIKES", value_parser = parse_amount)]
    pub strikes: Option<u64>,
    /// Ticks of a match [default: 1000]
    #[arg(long, value_name = "N", env = "ARENA_TICKS", value_parser = parse_amount)]
    pub ticks: Option<u64>,
    /// Wall clock of a turn; never decides a match, only voids it [default: 2s]
    #[arg(long, value_name = "TIME", env = "ARENA_TURN_WALL_MS", value_parser = parse_amount)]
    pub turn_wall_ms: Option<u64>,
    /// Wall clock of a load; never decides a match, only voids it [default: 10s]
    #[arg(long, value_name = "TIME", env = "ARENA_LOAD_WALL_MS", value_parser = parse_amount)]
    pub load_wall_ms: Option<u64>,
}
