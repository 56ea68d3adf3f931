//! Which workers answer HTTP, and where: what Prometheus is told when it asks whom to scrape.
//!
//! Everything that a worker says is untrusted, and whoever asks us for this list goes to each address in it.
//! So a worker is listed at the address that it calls from, and nowhere else, unless the operator trusts what
//! workers advertise (`--trust-advertised`); and one host has a few entries at most.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rpc::{Host, HttpAddress};
use serde::Serialize;

use crate::engine::WorkerKey;

/// Most workers that are listed of one host, as many as a coordinator starts on its own.
const OF_ONE_HOST_MAX: u32 = crate::config::LOCAL_WORKERS_MAX;
/// Most characters of a worker's name.
const NAME_CHARS_MAX: usize = 64;

/// Where a worker says that it answers HTTP, and where its call came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// What it says.
    pub http: HttpAddress,
    /// Who called.
    pub peer: IpAddr,
}

/// Why a worker is not listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    /// It says that it is somewhere else.
    #[error(
        "it says that it answers HTTP at {0}, but calls from {1}: if that is meant to be, start the coordinator \
         with --trust-advertised"
    )]
    Elsewhere(HttpAddress, IpAddr),
    /// Nobody else can mean that by this address.
    #[error("it says that it answers HTTP at {0}, which no other machine can reach")]
    Unreachable(HttpAddress),
    /// There are many.
    #[error("{OF_ONE_HOST_MAX} workers of its host are listed already")]
    TooMany,
}

/// The list, shared by who keeps it and who shows it.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Nothing if nobody looks.
    list: Option<Arc<Mutex<List>>>,
    trusts_advertised: bool,
}

#[derive(Debug, Default)]
struct List {
    workers: BTreeMap<WorkerKey, Entry>,
    of_host: HashMap<IpAddr, u32>,
    listed: usize,
}

#[derive(Debug)]
struct Entry {
    name: String,
    reach: Reach,
    /// Nothing if it is left out.
    target: Option<String>,
}

/// One entry as Prometheus wants it.
#[derive(Serialize)]
struct Group<'a> {
    targets: [&'a str; 1],
    labels: Labels<'a>,
}

#[derive(Serialize)]
struct Labels<'a> {
    worker: &'a str,
}

impl Targets {
    /// A list that somebody looks at.
    pub fn new(trusts_advertised: bool) -> Targets {
        Targets { list: Some(Arc::default()), trusts_advertised }
    }

    fn list(&self) -> Option<MutexGuard<'_, List>> {
        self.list.as_ref().map(|list| list.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A worker called. Says why it is not listed, if that is news.
    pub(crate) fn heard(&self, key: WorkerKey, name: &str, reach: Option<Reach>) -> Option<LeftOut> {
        let mut list = self.list()?;
        let Some(reach) = reach else {
            list.remove(key);
            return None;
        };
        let before = list.workers.get(&key);
        let is_known = before.is_some_and(|before| before.reach == reach);
        if is_known && before.is_some_and(|before| before.target.is_some()) {
            return None;
        }
        list.remove(key);
        let allowed = allowed(&reach, self.trusts_advertised).and_then(|target| {
            list.take_place(reach.peer)?;
            Ok(target)
        });
        let (target, why) = match allowed {
            Ok(target) => (Some(target), None),
            Err(why) => (None, Some(why)),
        };
        let name = name.chars().take(NAME_CHARS_MAX).collect();
        list.workers.insert(key, Entry { name, reach, target });
        why.filter(|_| !is_known)
    }

    /// A worker is gone.
    pub(crate) fn forget(&self, key: WorkerKey) {
        if let Some(mut list) = self.list() {
            list.remove(key);
        }
    }

    /// How many are listed, and how many that answer HTTP are not.
    pub fn counts(&self) -> (usize, usize) {
        self.list().map_or((0, 0), |list| (list.listed, list.workers.len() - list.listed))
    }

    /// The list in the JSON of Prometheus' HTTP service discovery.
    pub fn to_json(&self) -> String {
        let Some(list) = self.list() else { return "[]".to_owned() };
        // Of those that say the same address, the last one to come is there.
        let by_target: BTreeMap<&str, &str> = list
            .workers
            .values()
            .filter_map(|entry| Some((entry.target.as_deref()?, entry.name.as_str())))
            .collect();
        let groups: Vec<Group<'_>> = by_target
            .iter()
            .map(|(target, worker)| Group { targets: [target], labels: Labels { worker } })
            .collect();
        // Texts and lists of them are always JSON.
        serde_json::to_string(&groups).unwrap_or_default()
    }
}

impl List {
    fn take_place(&mut self, host: IpAddr) -> Result<(), LeftOut> {
        let count = self.of_host.entry(host).or_default();
        if *count >= OF_ONE_HOST_MAX {
            return Err(LeftOut::TooMany);
        }
        *count += 1;
        self.listed += 1;
        Ok(())
    }

    fn remove(&mut self, key: WorkerKey) {
        let Some(Entry { reach, target: Some(_), .. }) = self.workers.remove(&key) else { return };
        self.listed -= 1;
        if let Some(count) = self.of_host.get_mut(&reach.peer) {
            *count -= 1;
            if *count == 0 {
                self.of_host.remove(&reach.peer);
            }
        }
    }
}

/// The address that may be listed of a worker.
fn allowed(reach: &Reach, trusts_advertised: bool) -> Result<String, LeftOut> {
    let Reach { http, peer } = reach;
    let here = |ip: IpAddr| HttpAddress { host: Some(Host::Ip(ip)), port: http.port }.to_string();
    let elsewhere = || LeftOut::Elsewhere(http.clone(), *peer);
    match &http.host {
        None => Ok(here(*peer)),
        Some(Host::Ip(ip)) if ip.to_canonical() == *peer => Ok(here(*peer)),
        // All of loopback is this machine, for a worker that calls from there.
        Some(Host::Ip(ip)) if ip.is_loopback() && peer.is_loopback() => Ok(here(*ip)),
        Some(Host::Ip(ip)) if !is_reachable(ip.to_canonical()) => Err(LeftOut::Unreachable(http.clone())),
        Some(Host::Name(name)) if name.is_local() => Err(LeftOut::Unreachable(http.clone())),
        Some(_) if trusts_advertised => Ok(http.to_string()),
        Some(_) => Err(elsewhere()),
    }
}

/// Whether an address means the same machine, and only one, wherever it is used: link-local ones are where
/// clouds keep what only their own machines may ask for.
fn is_reachable(ip: IpAddr) -> bool {
    let is_odd = ip.is_loopback() || ip.is_unspecified() || ip.is_multicast();
    !is_odd
        && match ip {
            IpAddr::V4(ip) => !ip.is_link_local() && !ip.is_broadcast(),
            IpAddr::V6(ip) => !ip.is_unicast_link_local(),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(http: &str, peer: &str) -> Reach {
        Reach { http: http.parse().unwrap(), peer: peer.parse().unwrap() }
    }

    #[test]
    fn a_worker_is_listed_where_it_calls_from_and_nowhere_else() {
        let of = |http, peer| allowed(&reach(http, peer), false);
        assert_eq!(of(":7071", "10.0.0.7").unwrap(), "10.0.0.7:7071");
        assert_eq!(of(":7071", "2001:db8::7").unwrap(), "[2001:db8::7]:7071");
        assert_eq!(of("10.0.0.7:7071", "10.0.0.7").unwrap(), "10.0.0.7:7071");
        assert_eq!(of("[::ffff:10.0.0.7]:7071", "10.0.0.7").unwrap(), "10.0.0.7:7071");
        assert_eq!(of("127.0.0.1:4000", "127.0.0.1").unwrap(), "127.0.0.1:4000");
        for other in ["10.0.0.8:7071", "victim.example.org:80"] {
            assert!(matches!(of(other, "10.0.0.7"), Err(LeftOut::Elsewhere(..))), "{other}");
        }
        for nobody in ["127.0.0.1:22", "localhost:80", "a.localhost:80", "169.254.169.254:80", "[fe80::1]:80"]
        {
            assert!(matches!(of(nobody, "10.0.0.7"), Err(LeftOut::Unreachable(_))), "{nobody}");
        }
    }

    #[test]
    fn who_trusts_what_is_advertised_still_asks_nobody_on_his_own_machine() {
        let of = |http| allowed(&reach(http, "10.0.0.7"), true);
        assert_eq!(of("10.0.0.8:7071").unwrap(), "10.0.0.8:7071");
        assert_eq!(of("worker-3.arena:7071").unwrap(), "worker-3.arena:7071");
        for never in [
            "127.0.0.1:22",
            "[::1]:22",
            "[::ffff:127.0.0.1]:22",
            "0.0.0.0:80",
            "[::]:80",
            "LocalHost:80",
            "169.254.169.254:80",
            "[fe80::1]:80",
            "224.0.0.1:80",
            "255.255.255.255:80",
        ] {
            assert!(matches!(of(never), Err(LeftOut::Unreachable(_))), "{never}");
        }
    }

    #[test]
    fn workers_come_change_and_go() {
        let targets = Targets::new(false);
        let json = || serde_json::from_str::<serde_json::Value>(&targets.to_json()).unwrap();
        assert_eq!(json(), serde_json::json!([]));
        let strange = "\"}],\u{fffd}\\ {\n".repeat(100);
        assert_eq!(targets.heard(WorkerKey(1), &strange, Some(reach(":1", "10.0.0.1"))), None);
        assert_eq!(json()[0]["targets"], serde_json::json!(["10.0.0.1:1"]));
        assert_eq!(json()[0]["labels"]["worker"].as_str().unwrap().chars().count(), NAME_CHARS_MAX);
        // Another port, another host, none at all.
        targets.heard(WorkerKey(1), "w", Some(reach(":2", "10.0.0.1")));
        targets.heard(WorkerKey(1), "w", Some(reach(":2", "10.0.0.2")));
        assert_eq!(json(), serde_json::json!([{"targets": ["10.0.0.2:2"], "labels": {"worker": "w"}}]));
        targets.heard(WorkerKey(1), "w", None);
        assert_eq!((json(), targets.counts()), (serde_json::json!([]), (0, 0)));
        // Who comes back at the same address replaces who is not known to be gone yet.
        targets.heard(WorkerKey(2), "before", Some(reach(":3", "10.0.0.1")));
        targets.heard(WorkerKey(3), "after", Some(reach(":3", "10.0.0.1")));
        assert_eq!(json(), serde_json::json!([{"targets": ["10.0.0.1:3"], "labels": {"worker": "after"}}]));
        targets.forget(WorkerKey(3));
        targets.forget(WorkerKey(3));
        assert_eq!(json()[0]["labels"]["worker"], "before");
        targets.forget(WorkerKey(2));
        assert!(targets.list().unwrap().of_host.is_empty(), "nothing is remembered of who is gone");
    }

    #[test]
    fn why_one_is_left_out_is_said_once_and_who_may_be_listed_later_is() {
        let targets = Targets::new(false);
        let elsewhere = || targets.heard(WorkerKey(1), "w", Some(reach("h.example:1", "10.0.0.1")));
        assert!(elsewhere().is_some_and(|why| why.to_string().contains("--trust-advertised")));
        assert_eq!(elsewhere(), None);
        assert_eq!(targets.counts(), (0, 1));
        let come =
            |number| targets.heard(WorkerKey(number), "w", Some(reach(&format!(":{number}"), "10.0.0.2")));
        let refused = (100..1_100).filter_map(come).count();
        assert_eq!(
            (refused, targets.counts()),
            (1_000 - OF_ONE_HOST_MAX as usize, (OF_ONE_HOST_MAX as usize, 937))
        );
        targets.forget(WorkerKey(100));
        assert_eq!((come(1_099), targets.counts().0), (None, OF_ONE_HOST_MAX as usize));
        assert!(targets.to_json().contains("10.0.0.2:1099"));
    }

    #[test]
    fn where_nobody_looks_nothing_is_kept() {
        let targets = Targets::default();
        targets.heard(WorkerKey(1), "w", Some(reach(":1", "10.0.0.1")));
        assert_eq!((targets.counts(), targets.to_json().as_str()), ((0, 0), "[]"));
    }
}
