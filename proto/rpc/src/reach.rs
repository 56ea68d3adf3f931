//! Where a worker answers whoever asks it over HTTP, as it says so itself.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::str::FromStr;

/// Longest name of a host, in bytes.
const NAME_BYTES_MAX: usize = 253;
/// Longest part of one between two dots, in bytes.
const LABEL_BYTES_MAX: usize = 63;

/// `HOST:PORT`, or `:PORT` for the host that the worker calls from. There is no way to write anything else
/// into it: no user, no path, no query.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HttpAddress {
    /// The host, unless it is the one that the worker calls from.
    pub host: Option<Host>,
    /// The port.
    pub port: NonZeroU16,
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// By its address.
    Ip(IpAddr),
    /// By its name.
    Name(HostName),
}

/// The name of a host: letters, digits, `-` and `_` between dots, and nothing that some resolver would read
/// as a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostName(String);

/// Why a text is no such address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("use HOST:PORT, where HOST is a name or an IP address ([::1] for IPv6), or :PORT")]
pub struct BadHttpAddress;

impl HttpAddress {
    /// Longest text of one, in bytes.
    pub const BYTES_MAX: usize = NAME_BYTES_MAX + ":65535".len();

    /// What a worker says that listens there; nothing of port 0, which nobody listens on.
    pub fn of_listener(address: SocketAddr) -> Option<HttpAddress> {
        let ip = address.ip().to_canonical();
        let host = (!ip.is_unspecified()).then_some(Host::Ip(ip));
        Some(HttpAddress { host, port: NonZeroU16::new(address.port())? })
    }
}

impl HostName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it means whatever machine it is resolved on.
    pub fn is_local(&self) -> bool {
        let name = self.0.to_ascii_lowercase();
        name == "localhost" || name.ends_with(".localhost")
    }
}

impl FromStr for HttpAddress {
    type Err = BadHttpAddress;

    fn from_str(text: &str) -> Result<HttpAddress, BadHttpAddress> {
        if text.len() > HttpAddress::BYTES_MAX {
            return Err(BadHttpAddress);
        }
        let (host, port) = text.rsplit_once(':').ok_or(BadHttpAddress)?;
        let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|_| is_number).ok_or(BadHttpAddress)?;
        let host = match host {
            "" => None,
            host => Some(host.parse()?),
        };
        Ok(HttpAddress { host, port })
    }
}

impl FromStr for Host {
    type Err = BadHttpAddress;

    fn from_str(text: &str) -> Result<Host, BadHttpAddress> {
        if let Some(inner) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            return inner
                .parse()
                .map(|ip: std::net::Ipv6Addr| Host::Ip(ip.into()))
                .map_err(|_| BadHttpAddress);
        }
        if let Ok(ip) = text.parse::<std::net::Ipv4Addr>() {
            return Ok(Host::Ip(ip.into()));
        }
        let is_label = |label: &str| {
            let fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            (1..=LABEL_BYTES_MAX).contains(&label.len())
                && label.bytes().all(fine)
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // 127.1 and 0x7f000001 are addresses to some.
        let is_numeric =
            text.rsplit('.').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
        if text.len() <= NAME_BYTES_MAX && text.split('.').all(is_label) && !is_numeric {
            return Ok(Host::Name(HostName(text.to_owned())));
        }
        Err(BadHttpAddress)
    }
}

impl fmt::Display for HttpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            None => write!(f, ":{}", self.port),
            Some(Host::Ip(ip)) => SocketAddr::new(*ip, self.port.get()).fmt(f),
            Some(Host::Name(name)) => write!(f, "{}:{}", name.0, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_address_says_the_same_when_it_is_written() {
        let long = format!("{}.example", "a".repeat(LABEL_BYTES_MAX));
        for text in
            ["10.0.0.7:7071", "[2001:db8::7]:1", ":7071", "worker-3.arena.svc.cluster.local:65535", "a_b:80"]
        {
            assert_eq!(text.parse::<HttpAddress>().unwrap().to_string(), text);
        }
        assert!(format!("{long}:1").parse::<HttpAddress>().is_ok());
    }

    #[test]
    fn nothing_else_is_one() {
        let (label, name) = (format!("{}:1", "a".repeat(LABEL_BYTES_MAX + 1)), "a.".repeat(127) + "a:1");
        let cases = [
            "",
            ":",
            ":0",
            "h",
            "h:",
            "h:0",
            "h:65536",
            "h:+1",
            "h: 1",
            "h:1/x",
            "h/x:1",
            "u@h:1",
            "u:p@h:1",
            "h:1?x",
            "http://h:1",
            "h:1\n",
            "h\0:1",
            "::1:1",
            "[::1",
            "[::1]",
            "[h]:1",
            "[::1%eth0]:1",
            "127.1:1",
            "2130706433:1",
            "0x7f000001:1",
            "-h:1",
            "h-:1",
            "a..b:1",
            ".h:1",
            "h.:1",
            "hö:1",
            "h\":1",
            "{h}:1",
            &label,
            &name,
        ];
        for text in cases {
            assert_eq!(text.parse::<HttpAddress>(), Err(BadHttpAddress), "{text:?}");
        }
    }

    #[test]
    fn a_listener_on_every_address_leaves_the_host_to_whoever_is_called() {
        let of = |text: &str| HttpAddress::of_listener(text.parse().unwrap()).unwrap().to_string();
        assert_eq!(of("0.0.0.0:7071"), ":7071");
        assert_eq!(of("[::]:7071"), ":7071");
        assert_eq!(of("10.0.0.7:7071"), "10.0.0.7:7071");
        assert_eq!(HttpAddress::of_listener("10.0.0.7:0".parse().unwrap()), None);
    }
}
