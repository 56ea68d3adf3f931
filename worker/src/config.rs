//! The worker's command line, parsed once into values that cannot be wrong.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Parser;
use rpc::{BadToken, Hidden, HttpAddress, JoinToken};
use telemetry::LogFormat;
use telemetry::traces::Collector;
use terms::Share;
use tonic::transport::Endpoint;

use crate::cluster::Credentials;
use crate::play::PlayArguments;
use crate::slots::usable_cores;

/// Most matches that one worker plays at once.
const SLOTS_MAX: usize = 1_024;

/// Plays matches for a coordinator, each bot in a sealed process of its own.
#[derive(Debug, Parser)]
#[command(
    version,
    subcommand_negates_reqs = true,
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  worker --coordinator http://10.0.0.1:7070
  worker --coordinator http://10.0.0.1:7070 --slots 8 --data-dir /var/lib/arena-worker
  worker --coordinator http://127.0.0.1:7070 --cores 0,1     leave the other cores alone
  worker play mybot.py other.py                              a match at home; see: worker play --help
  worker --coordinator https://arena.example.org:7070 --ca ca.pem --join-token-file token
        encrypted, with a CA of your own (without --ca: those that the system trusts)
  worker --coordinator https://a:7070,https://b:7070 --ca ca.pem --tls-cert me.pem --tls-key me.key
        two coordinators of which one is active; they ask for client certificates

A worker is a plain process without state of its own: whatever can start one is good enough.
  ssh         ssh HOST nohup arena/worker --coordinator http://10.0.0.1:7070 </dev/null >worker.log 2>&1 &
  systemd     deploy/systemd/arena-worker.service: systemctl enable --now arena-worker
  Docker      deploy/compose: docker compose up --scale worker=4 …
  Kubernetes  deploy/kubernetes: kubectl apply -k overlays/example; kubectl scale --replicas 20 …

SIGTERM or Ctrl-C drains: matches that are being played are finished and reported; a second one
stops at once, and the coordinator gives the matches to others. What the coordinator does not take
within 10 seconds, and what is finished while it is away, is kept in DATA_DIR/spool; the next worker
with that data directory reports it.

Exit codes: 0 drained; 1 failed; 2 usage, certificates and tokens included; 3 drained, but results are kept in DATA_DIR/spool, because
the coordinator did not take them; 4 stopped at once."
)]
pub struct Arguments {
    /// What to do instead of playing for a coordinator
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Address of the coordinator, http:// or https://; several, separated by commas or each with a flag
    /// of its own, are tried in turn until one answers
    #[arg(long, value_name = "URL", env = "ARENA_COORDINATOR", value_parser = parse_endpoint)]
    #[arg(value_delimiter = ',', required = true)]
    pub coordinator: Vec<Endpoint>,

    /// The CA that signed the coordinator's certificate, in PEM [default: those that the system trusts]
    #[arg(long, value_name = "FILE", env = "ARENA_CA")]
    pub ca: Option<PathBuf>,

    /// This worker's certificate, in PEM, for a coordinator that asks for one (--client-ca)
    #[arg(long, value_name = "FILE", env = "ARENA_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,

    /// The key of this worker's certificate, in PEM
    #[arg(long, value_name = "FILE", env = "ARENA_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,

    /// A file with the join token of the coordinator
    #[arg(long, value_name = "FILE", env = "ARENA_JOIN_TOKEN_FILE")]
    pub join_token_file: Option<PathBuf>,

    /// The join token itself; everybody on this machine can see arguments, so better use the file or
    /// the variable
    #[arg(long, value_name = "TOKEN", env = "ARENA_JOIN_TOKEN", hide_env_values = true)]
    pub join_token: Option<Hidden>,

    /// Matches played at once [default: one per core]
    #[arg(long, value_name = "N", env = "ARENA_SLOTS", value_parser = parse_slots)]
    pub slots: Option<usize>,

    /// Cores to pin matches to, such as 0,1 [default: all that this process may use]
    #[arg(long, value_name = "LIST", env = "ARENA_CORES", value_delimiter = ',')]
    pub cores: Vec<u16>,

    /// Where this worker keeps its files; workers may share it
    #[arg(long, value_name = "DIR", env = "ARENA_DATA_DIR", default_value = "arena-worker")]
    pub data_dir: PathBuf,

    /// Where bots and native code are cached; workers may share it [default: DATA_DIR/cache]
    #[arg(long, value_name = "DIR", env = "ARENA_CACHE_DIR")]
    pub cache_dir: Option<PathBuf>,

    /// A folder that is only read, with python.wasm and, in its folder `native`, the native code that
    /// `precompile` made of it: what an image brings, so that a worker plays at once
    #[arg(long, value_name = "DIR", env = "ARENA_PREBUILT")]
    pub prebuilt: Option<PathBuf>,

    /// Name in reports [default: host name and process id]
    #[arg(long, env = "ARENA_NAME", value_parser = parse_name)]
    pub name: Option<String>,

    /// The sandbox-shim executable [default: next to this one]
    #[arg(long, value_name = "FILE", env = "ARENA_SANDBOX_SHIM")]
    pub sandbox_shim: Option<PathBuf>,

    /// The precompile executable [default: next to this one]
    #[arg(long, value_name = "FILE", env = "ARENA_PRECOMPILE")]
    pub precompile: Option<PathBuf>,

    /// Matches after which the process that bots are forked from is replaced, so that bots do not
    /// share its layout of memory for ever
    #[arg(long, value_name = "N", env = "ARENA_ZYGOTE_MATCHES", default_value = "500")]
    pub zygote_matches: NonZeroU32,
    /// Play nothing where the system refuses a namespace to the sandbox [see: sandbox-shim doctor]
    #[arg(long, env = "ARENA_REQUIRE_NAMESPACES")]
    pub require_namespaces: bool,

    /// Answer GET /healthz, GET /readyz, gRPC health checks and GET /metrics (Prometheus) there; port 0
    /// takes a free one and prints it [default: nowhere]
    #[arg(long, value_name = "ADDR:PORT", env = "ARENA_HTTP")]
    pub http: Option<SocketAddr>,

    /// Where others reach what --http answers, if that is not the address from which this worker calls the
    /// coordinator: behind NAT, or with a name of its own. The coordinator lists it for Prometheus if it is
    /// started with --trust-advertised
    #[arg(long, value_name = "HOST:PORT", env = "ARENA_HTTP_ADVERTISE", value_parser = parse_advertised)]
    #[arg(requires = "http")]
    pub http_advertise: Option<HttpAddress>,

    /// Drain when standard input ends: for whoever starts a worker and must not leave it behind
    #[arg(long)]
    pub until_stdin_closes: bool,

    /// Say more; twice: everything
    #[arg(short, long, action = clap::ArgAction::Count, env = "ARENA_VERBOSE")]
    pub verbose: u8,

    /// Format of the log on standard error
    #[arg(long, value_name = "FORMAT", env = "ARENA_LOG_FORMAT", default_value = "human")]
    pub log_format: LogFormat,

    /// Send traces of matches to this collector, http:// or https://, by OTLP over gRPC; nothing depends on
    /// whether it is there [default: nowhere]
    #[arg(long, value_name = "URL", env = "ARENA_OTLP")]
    pub otlp: Option<Collector>,

    /// Share of the matches that is traced, always the same ones, where the coordinator does not say which
    #[arg(long, value_name = "PERCENT", env = "ARENA_TRACE_SAMPLE", default_value_t = Share::PERCENT)]
    pub trace_sample: Share,
}

/// What a worker does when it plays for no coordinator.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Play one match between two bots of your own, without a coordinator
    Play(PlayArguments),
}

impl Arguments {
    /// The slots, at least one.
    pub fn slot_count(&self) -> usize {
        self.slots.unwrap_or_else(|| self.core_list().len()).max(1)
    }

    /// The cores that slots are pinned to.
    pub fn core_list(&self) -> Vec<u16> {
        if self.cores.is_empty() { usable_cores() } else { self.cores.clone() }
    }

    /// Where bots and native code are cached.
    pub fn cache_folder(&self) -> PathBuf {
        self.cache_dir.clone().unwrap_or_else(|| self.data_dir.join("cache"))
    }

    /// What this worker shows to coordinators, and whom it believes.
    ///
    /// # Errors
    /// There are two join tokens, or there is one that cannot be used.
    pub fn credentials(&self) -> Result<Credentials, BadToken> {
        Ok(Credentials {
            authorities: self.ca.clone(),
            identity: self.tls_cert.clone().zip(self.tls_key.clone()),
            token: JoinToken::given(self.join_token.as_ref(), self.join_token_file.as_deref())?,
        })
    }

    /// Where this worker says that it answers HTTP, if it listens at that address.
    pub fn reachable_at(&self, listens: Option<SocketAddr>) -> Option<HttpAddress> {
        let listens = listens.and_then(HttpAddress::of_listener)?;
        Some(self.http_advertise.clone().unwrap_or(listens))
    }

    /// Where results are kept that the coordinator does not take.
    pub fn spool_folder(&self) -> PathBuf {
        self.data_dir.join("spool")
    }

    /// A program that is built together with this one.
    pub fn program(given: Option<&PathBuf>, name: &str) -> PathBuf {
        let beside = || Some(std::env::current_exe().ok()?.with_file_name(name));
        given.cloned().or_else(beside).unwrap_or_else(|| PathBuf::from(name))
    }
}

fn parse_endpoint(text: &str) -> Result<Endpoint, String> {
    let url = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let rule = "use http://HOST:PORT or https://HOST:PORT";
    let endpoint = Endpoint::from_str(&url).map_err(|error| format!("{error}; {rule}"))?;
    let has_host = endpoint.uri().host().is_some_and(|host| !host.is_empty());
    match endpoint.uri().scheme_str() {
        Some("http" | "https") if has_host && endpoint.uri().port().is_some() => Ok(endpoint),
        _ => Err(rule.into()),
    }
}

fn parse_advertised(text: &str) -> Result<HttpAddress, String> {
    let address: HttpAddress = text.parse().map_err(|bad: rpc::BadHttpAddress| bad.to_string())?;
    if address.host.is_some() { Ok(address) } else { Err("use HOST:PORT".to_owned()) }
}

fn parse_slots(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(slots @ 1..=SLOTS_MAX) => Ok(slots),
        _ => Err(format!("use a number from 1 to {SLOTS_MAX}")),
    }
}

fn parse_name(text: &str) -> Result<String, String> {
    let is_fine = !text.is_empty() && text.len() <= 64 && !text.chars().any(char::is_control);
    if is_fine { Ok(text.to_owned()) } else { Err("use 1 to 64 bytes without control characters".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Arguments, String> {
        Arguments::try_parse_from([&["worker"], arguments].concat()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_coordinator_is_all_that_is_needed() {
        let arguments = parse(&["--coordinator", "10.0.0.1:7070"]).unwrap();
        let addresses = |arguments: &Arguments| {
            arguments.coordinator.iter().map(|one| one.uri().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(addresses(&arguments), ["http://10.0.0.1:7070/"]);
        let several = ["--coordinator", "http://a:1,https://b:2", "--coordinator", "c:3"];
        assert_eq!(addresses(&parse(&several).unwrap()), ["http://a:1/", "https://b:2/", "http://c:3/"]);
        assert!(arguments.slot_count() >= 1);
    }

    #[test]
    fn it_says_where_it_listens_unless_it_is_told_to_say_something_else() {
        let of = |more: &[&str], listens: &str| {
            let arguments =
                parse(&[&["--coordinator", "h:1", "--http", "0.0.0.0:0"], more].concat()).unwrap();
            arguments.reachable_at(Some(listens.parse().unwrap())).unwrap().to_string()
        };
        assert_eq!(of(&[], "0.0.0.0:4000"), ":4000");
        assert_eq!(of(&[], "10.0.0.7:4000"), "10.0.0.7:4000");
        assert_eq!(of(&["--http-advertise", "worker-3.arena:80"], "0.0.0.0:4000"), "worker-3.arena:80");
        assert_eq!(parse(&["--coordinator", "h:1"]).unwrap().reachable_at(None), None);
    }

    #[test]
    fn wrong_flags_name_themselves_their_value_and_the_rule() {
        let with = |more: [&'static str; 2]| [vec!["--coordinator", "http://h:1"], more.to_vec()].concat();
        let long = Box::leak("n".repeat(65).into_boxed_str());
        let cases: [(Vec<&str>, &[&str]); 18] = [
            (vec![], &["--coordinator"]),
            (vec!["--coordinator", "ftp://x:1"], &["ftp://x:1", "http://HOST:PORT"]),
            (vec!["--coordinator", "http://x"], &["http://HOST:PORT"]),
            (vec!["--coordinator", "https://x"], &["https://HOST:PORT"]),
            (with(["--tls-cert", "a.pem"]), &["--tls-key"]),
            (with(["--tls-key", "a.key"]), &["--tls-cert"]),
            (with(["--slots", "0"]), &["--slots", "'0'", "1 to 1024"]),
            (with(["--slots", "many"]), &["--slots", "many"]),
            (with(["--zygote-matches", "0"]), &["--zygote-matches", "0"]),
            (with(["--cores", "0,x"]), &["--cores", "x"]),
            (with(["--name", long]), &["--name", "1 to 64"]),
            (with(["--http", "localhost"]), &["--http", "localhost"]),
            (with(["--otlp", "localhost:4317"]), &["--otlp", "http://HOST:PORT", "4317"]),
            (with(["--trace-sample", "101%"]), &["--trace-sample", "101%", "0% to 100%"]),
            (with(["--http-advertise", "h:1"]), &["--http "]),
            (with(["--http-advertise", ":1"]), &["--http-advertise", "HOST:PORT"]),
            (with(["--http-advertise", "http://h:1"]), &["--http-advertise", "http://h:1", "HOST:PORT"]),
            (with(["--colour", "red"]), &["--colour"]),
        ];
        let token = parse(&["--coordinator", "h:1", "--join-token", "hunter2"]).unwrap();
        assert!(!format!("{token:?}").contains("hunter2"));
        let refused = token.credentials().unwrap_err().to_string();
        assert!(refused.contains("7 bytes") && !refused.contains("hunter2"), "{refused}");
        for (arguments, parts) in cases {
            let refused = parse(&arguments).unwrap_err();
            for part in parts {
                assert!(refused.contains(part), "{refused:?} does not contain {part:?}");
            }
        }
    }
}
