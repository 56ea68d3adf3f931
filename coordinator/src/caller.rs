//! Who calls, as far as fairness goes: what a thief of the join token cannot have any number of.

use std::net::{IpAddr, Ipv6Addr};

use terms::Digest;

/// An address, or what belongs to one owner as a rule: with IPv6 that is a network of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(IpAddr);

impl Origin {
    /// That of an address.
    pub fn of(address: IpAddr) -> Origin {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                Origin(IpAddr::V6(Ipv6Addr::from(network)))
            }
            address => Origin(address),
        }
    }
}

/// Whoever is at the other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Where the connection comes from.
    pub origin: Origin,
    /// The certificate that was shown, if one is asked for.
    pub certificate: Option<Digest>,
}

impl Caller {
    /// A number that differs from that of every caller from elsewhere, or with another certificate.
    pub fn number(&self) -> u64 {
        let Origin(address) = self.origin;
        let certificate = self.certificate.map_or([0; _], |Digest(bytes)| bytes);
        let text = [address.to_string().as_bytes(), &certificate].concat();
        let [a, b, c, d, e, f, g, h, ..] = Digest::of(&text).0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_are_told_apart_by_address_and_by_certificate() {
        let of = |last: u8, certificate: Option<&[u8]>| Caller {
            origin: Origin::of([10, 0, 0, last].into()),
            certificate: certificate.map(Digest::of),
        };
        let all = [of(1, None), of(2, None), of(1, Some(b"one")), of(1, Some(b"other")), of(2, Some(b"one"))];
        let numbers: std::collections::BTreeSet<u64> = all.iter().map(Caller::number).collect();
        assert_eq!(numbers.len(), all.len());
        assert_eq!(of(1, Some(b"one")).number(), of(1, Some(b"one")).number());
    }

    #[test]
    fn who_has_many_addresses_is_still_one() {
        let of = |text: &str| Origin::of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::7"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.2"), of("10.0.0.1"));
    }
}
