//! How many workers there are of each address and of each certificate: whoever has stolen a join
//! token can start any number of them, but not from anywhere, nor as anybody.

use std::collections::HashMap;
use std::hash::Hash;
use std::num::NonZeroU32;

use terms::Digest;

use crate::caller::{Caller, Origin};

/// Workers that were met, by whom they belong to.
#[derive(Debug)]
pub(super) struct Crowd {
    max: NonZeroU32,
    origins: Tally<Origin>,
    certificates: Tally<Digest>,
}

impl Crowd {
    /// At most so many of one address, and as many of one certificate.
    pub(super) fn new(max: NonZeroU32) -> Crowd {
        Crowd { max, origins: Tally::default(), certificates: Tally::default() }
    }

    /// Why another one of that caller cannot be met, if so.
    pub(super) fn full(&self, caller: &Caller) -> Option<String> {
        let max = self.max.get();
        let whose = if self.origins.of(&caller.origin) >= max {
            "this address"
        } else if caller.certificate.is_some_and(|certificate| self.certificates.of(&certificate) >= max) {
            "this certificate"
        } else {
            return None;
        };
        Some(format!(
            "there are {max} workers of {whose} already; the coordinator takes more with --workers-per-address"
        ))
    }

    /// One of them came.
    pub(super) fn enter(&mut self, caller: &Caller) {
        self.origins.add(caller.origin);
        caller.certificate.into_iter().for_each(|certificate| self.certificates.add(certificate));
    }

    /// One of them is gone.
    pub(super) fn leave(&mut self, caller: &Caller) {
        self.origins.remove(&caller.origin);
        caller.certificate.iter().for_each(|certificate| self.certificates.remove(certificate));
    }
}

/// How many there are of each. None of them is zero.
#[derive(Debug)]
struct Tally<K>(HashMap<K, u32>);

impl<K> Default for Tally<K> {
    fn default() -> Tally<K> {
        Tally(HashMap::new())
    }
}

impl<K: Eq + Hash> Tally<K> {
    fn of(&self, key: &K) -> u32 {
        self.0.get(key).copied().unwrap_or(0)
    }

    fn add(&mut self, key: K) {
        *self.0.entry(key).or_insert(0) += 1;
    }

    fn remove(&mut self, key: &K) {
        if let Some(count) = self.0.get_mut(key) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(last: u8, certificate: Option<&[u8]>) -> Caller {
        Caller { origin: Origin::of([10, 0, 0, last].into()), certificate: certificate.map(Digest::of) }
    }

    #[test]
    fn each_address_and_each_certificate_has_so_many_and_what_leaves_makes_room() {
        let mut crowd = Crowd::new(NonZeroU32::new(2).unwrap());
        crowd.enter(&caller(1, None));
        crowd.enter(&caller(1, Some(b"own")));
        assert!(crowd.full(&caller(1, None)).unwrap().contains("this address"));
        assert_eq!(crowd.full(&caller(2, None)), None);
        crowd.enter(&caller(2, Some(b"own")));
        assert!(crowd.full(&caller(3, Some(b"own"))).unwrap().contains("this certificate"));
        assert_eq!(crowd.full(&caller(3, Some(b"other"))), None);
        crowd.leave(&caller(1, Some(b"own")));
        assert_eq!(crowd.full(&caller(1, Some(b"own"))), None);
        crowd.leave(&caller(1, None));
        crowd.leave(&caller(2, Some(b"own")));
        assert!(crowd.origins.0.is_empty() && crowd.certificates.0.is_empty(), "nothing is left behind");
    }
}
