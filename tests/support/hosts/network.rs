//! A router, the hosts around it, and what it does to their packets.

use std::collections::BTreeMap;
use std::process::Command;

use super::host::{Host, prefix};
use super::namespaces::Namespaces;
use super::wire::Wire;

/// Hosts whose addresses are known before they are there; coordinators are among them.
const HOSTS_KNOWN: u8 = 8;
/// What the router does with packets of one host to another.
const RULES: &str = "table inet faults { chain forward { type filter hook forward priority 0; }; }";

/// Hosts that reach each other through a router, and nobody else.
#[derive(Debug)]
pub struct Network {
    hosts: BTreeMap<String, Host>,
    // Before the router that it runs on.
    wire: Option<Wire>,
    router: Namespaces,
    numbers: u8,
}

impl Network {
    /// A router with nobody around it.
    pub fn new() -> Network {
        let router = Namespaces::new("router");
        forward(&router, true);
        router.run_command(Command::new("nft").arg(RULES));
        Network { hosts: BTreeMap::new(), router, wire: None, numbers: 0 }
    }

    /// The addresses of the first hosts, which are numbered as they are added.
    pub(super) fn addresses() -> impl Iterator<Item = String> {
        (1..=HOSTS_KNOWN).map(|number| format!("{}2", prefix(number)))
    }

    /// Adds a host.
    pub fn add(&mut self, name: &str) -> &mut Host {
        self.numbers += 1;
        let host = Host::new(name, self.numbers);
        connect(&self.router, &host);
        self.hosts.entry(name.to_owned()).or_insert(host)
    }

    /// Whether there is such a host.
    pub fn has(&self, name: &str) -> bool {
        self.hosts.contains_key(name)
    }

    /// A host.
    pub fn host(&mut self, name: &str) -> &mut Host {
        self.hosts.get_mut(name).unwrap_or_else(|| panic!("no host {name}"))
    }

    fn address(&self, name: &str) -> String {
        self.hosts[name].address()
    }

    /// Nothing reaches that host, and nothing of it arrives.
    pub fn cut(&self, name: &str) {
        let address = self.address(name);
        self.drop_where(&format!("ip saddr {address}"));
        self.drop_where(&format!("ip daddr {address}"));
    }

    /// Nothing of one host reaches the other; the way back is fine.
    pub fn lose(&self, from: &str, to: &str) {
        self.drop_where(&format!("ip saddr {} ip daddr {}", self.address(from), self.address(to)));
    }

    fn drop_where(&self, which: &str) {
        self.router.run(&format!("nft add rule inet faults forward {which} counter drop"));
    }

    /// Takes back what [`Network::cut`] and [`Network::lose`] did. Says how many packets were lost.
    pub fn heal(&self) -> u64 {
        let rules = self.router.run("nft list chain inet faults forward");
        self.router.run("nft flush chain inet faults forward");
        let counted = rules.lines().filter_map(|line| line.split_once("counter packets "));
        counted.filter_map(|(_, rest)| rest.split(' ').next()?.parse::<u64>().ok()).sum()
    }

    /// From now on every packet is lost with that probability in percent, and late otherwise.
    pub fn make_bad(&mut self, percent_lost: u32, delay_ms: u32) {
        forward(&self.router, false);
        let wires = self.hosts.iter().map(|(name, host)| (interface(name), host.mac(), host.prefix()));
        self.wire = Some(Wire::start(&self.router, percent_lost, delay_ms, wires));
    }

    /// Takes it back. Says how many packets were lost and how many were late.
    pub fn make_good(&mut self) -> (u64, u64) {
        let wire = self.wire.take().expect("the wires are good already");
        forward(&self.router, true);
        wire.end()
    }

    /// Gives a host another address; what it had said to others from the old one is not answered.
    pub fn move_host(&mut self, name: &str) {
        let link = interface(name);
        self.router.run(&format!("ip addr flush dev {link}"));
        let host = self.host(name);
        host.run("ip addr flush dev eth0");
        host.note_move();
        let host = &self.hosts[name];
        give_addresses(&self.router, host);
    }

    /// Everything on that host ends at once.
    pub fn unplug(&mut self, name: &str) {
        self.host(name).unplug();
    }

    /// The host is there again, with the same address and nothing running on it.
    pub fn plug(&mut self, name: &str) {
        self.host(name).plug();
        // Its old link went with it, but not necessarily at once.
        let _ = self.router.output(Command::new("ip").args(["link", "del", &interface(name)]));
        connect(&self.router, &self.hosts[name]);
    }
}

impl Default for Network {
    fn default() -> Network {
        Network::new()
    }
}

/// The router's end of the link to a host.
fn interface(host: &str) -> String {
    format!("to-{host}")
}

fn connect(router: &Namespaces, host: &Host) {
    let link = interface(host.name());
    let within = format!("--net=/proc/{}/ns/net", router.first());
    let words = format!(
        "ip link add {link} type veth peer name eth0 address {} netns {}",
        host.mac(),
        host.namespaces().first()
    );
    // Not within the router's own processes: the host's is none of them.
    let output = Command::new("nsenter").arg(within).args(words.split(' ')).output();
    let output = output.expect("the tests of hosts need `nsenter` (Debian: util-linux)");
    assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
    give_addresses(router, host);
}

fn give_addresses(router: &Namespaces, host: &Host) {
    let (link, prefix) = (interface(host.name()), host.prefix());
    for (at, card, last) in [(router, link.as_str(), 1), (host.namespaces(), "eth0", 2)] {
        at.run(&format!("ip addr add {prefix}{last}/24 dev {card}"));
        // Packets of the size that a real card sends, so that losing one is losing one.
        at.run(&format!("ip link set {card} up gso_max_segs 1"));
    }
    host.run(&format!("ip route add default via {prefix}1"));
}

fn forward(router: &Namespaces, on: bool) {
    let line = format!("echo {} > /proc/sys/net/ipv4/ip_forward", u8::from(on));
    router.run_command(Command::new("sh").args(["-c", &line]));
}
