//! What is traced, and where traces go.

use clap::Args;
use telemetry::traces::{Collector, NotACollector};
use terms::{NotAShare, Share};

use super::ConfigError;
use super::file::RawFile;
use super::share::RawShare;

/// What is traced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracing {
    /// Where traces go; nothing is traced if nobody says so.
    pub collector: Option<Collector>,
    /// Which share of the matches is traced.
    pub share: Share,
}

/// One flag for each part of it.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Traces")]
pub struct TraceFlags {
    /// Send traces of matches to this collector, http:// or https://, by OTLP over gRPC; nothing depends
    /// on whether it is there. Local workers do so as well [default: nowhere]
    #[arg(global = true, long, value_name = "URL", env = "ARENA_OTLP")]
    pub otlp: Option<String>,
    /// Share of the matches that is traced, always the same ones [default: 1%]
    #[arg(global = true, long, value_name = "PERCENT", env = "ARENA_TRACE_SAMPLE")]
    pub trace_sample: Option<String>,
}

pub(super) fn read_tracing(flags: &TraceFlags, file: &RawFile) -> Result<Tracing, ConfigError> {
    let (flags, file) = (flags.clone(), file.clone());
    let collector = flags.otlp.or(file.otlp).map(|url| {
        let bad = |rule: NotACollector| ConfigError::Bad {
            key: "--otlp",
            value: without_credentials(&url),
            rule: rule.to_string(),
        };
        url.parse().map_err(bad)
    });
    let share = flags.trace_sample.or(file.trace_sample.map(RawShare::into_text)).map(|share| {
        let bad = |rule: NotAShare| ConfigError::Bad {
            key: "--trace-sample",
            value: share.clone(),
            rule: rule.to_string(),
        };
        share.parse().map_err(bad)
    });
    Ok(Tracing { collector: collector.transpose()?, share: share.transpose()?.unwrap_or(Share::PERCENT) })
}

/// Somebody may have put a password before the host, where it does not belong.
fn without_credentials(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => url.to_owned(),
    }
}
