//! Where traces go.

use std::fmt;
use std::str::FromStr;

/// The address of a collector that speaks OTLP over gRPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collector(String);

/// The text is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must be http://HOST:PORT or https://HOST:PORT of a collector that takes OTLP over gRPC, usually on port 4317; \
     credentials belong in OTEL_EXPORTER_OTLP_HEADERS"
)]
pub struct NotACollector;

impl Collector {
    /// Whether it is reached over TLS.
    pub(super) fn is_encrypted(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// As it was written, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Collector {
    type Err = NotACollector;

    fn from_str(text: &str) -> Result<Collector, NotACollector> {
        let uri: http::Uri = text.parse().map_err(|_| NotACollector)?;
        let is_known = matches!(uri.scheme_str(), Some("http" | "https"));
        // What an address says besides would be lost without a word, or shown to everybody.
        let is_plain = matches!(uri.path(), "" | "/") && uri.query().is_none();
        let names_a_port = uri.authority().is_some_and(|authority| {
            !authority.as_str().contains('@') && !authority.host().is_empty() && authority.port().is_some()
        });
        if !is_known || !is_plain || !names_a_port {
            return Err(NotACollector);
        }
        Ok(Collector(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_a_scheme_a_host_and_a_port_and_nothing_else() {
        for (text, shown) in [
            ("http://localhost:4317", "http://localhost:4317"),
            ("https://otel.example.org:443/", "https://otel.example.org:443"),
            ("http://[::1]:4317", "http://[::1]:4317"),
        ] {
            assert_eq!(text.parse::<Collector>().unwrap().to_string(), shown);
        }
        for bad in [
            "",
            "localhost:4317",
            "localhost",
            "http://localhost",
            "http://:4317",
            "grpc://localhost:4317",
            "http://me:secret@localhost:4317",
            "http://localhost:4317/v1/traces",
            "http://localhost:4317?x=1",
            "http://localhost:99999",
            "http://a b:4317",
        ] {
            assert_eq!(bad.parse::<Collector>(), Err(NotACollector), "{bad:?}");
        }
    }
}
