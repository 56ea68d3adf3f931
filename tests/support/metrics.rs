//! Reading `GET /metrics`, as Prometheus would.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// One page, as it came.
#[derive(Clone, Debug)]
pub struct Page(pub String);

impl Page {
    /// The page at that path; nothing if nobody answers.
    pub fn get(address: SocketAddr, path: &str) -> Option<Page> {
        let mut stream = TcpStream::connect(address).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: arena\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let head = head.to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200 "), "{path} is not there: {head}");
        assert!(head.contains("content-type: text/plain; version=0.0.4"), "Prometheus does not read {head}");
        // In one piece, as long as it says.
        assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
        Some(Page(body.to_owned()))
    }

    /// The value of a series, written as on the page: `name{label="value"}`.
    pub fn find(&self, series: &str) -> Option<f64> {
        let value = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok();
        self.0.lines().find_map(value)
    }

    /// The same, of a series that must be there.
    pub fn value(&self, series: &str) -> f64 {
        self.find(series).unwrap_or_else(|| panic!("no {series} in\n{}", self.0))
    }

    /// Every series of that name, with its labels as they are written, and its value.
    pub fn series<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
        let series = move |line: &'a str| {
            let (series, value) = line.rsplit_once(' ')?;
            let labels = series.strip_prefix(name)?;
            let is_it = labels.is_empty() || labels.starts_with('{');
            Some((labels, value.parse().ok().filter(|_| is_it)?))
        };
        self.0.lines().filter_map(series)
    }

    /// Fails unless every line is one that Prometheus reads, every metric has HELP and TYPE, and buckets
    /// only grow and end with the count.
    pub fn expect_sound(&self) {
        for line in self.0.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line:?} has no value"));
            value.parse::<f64>().unwrap_or_else(|_| panic!("{line:?} has no number"));
            let name = series.split('{').next().unwrap_or_default();
            let has = |kind: &str, name: &str| self.0.contains(&format!("# {kind} {name} "));
            let stem = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part));
            let described = [Some(name), stem].into_iter().flatten().find(|name| has("TYPE", name));
            let described = described.unwrap_or_else(|| panic!("{name} has no TYPE"));
            assert!(has("HELP", described), "{described} has no HELP");
        }
        for described in self.0.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
            let Some(name) = described.strip_suffix(" histogram") else { continue };
            let bucket = format!("{name}_bucket");
            let counts: Vec<f64> = self.series(&bucket).map(|(_, count)| count).collect();
            assert!(counts.is_sorted(), "the buckets of {name} shrink: {counts:?}");
            assert_eq!(counts.last().copied(), self.find(&format!("{name}_count")), "{name}");
        }
    }
}
