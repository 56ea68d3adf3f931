//! What the kernel says about a sealed child and its zygote, and what the shim says about itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use support::{Answer, Zygote};

fn status(pid: u32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap()
}

fn line<'a>(status: &'a str, name: &str) -> &'a str {
    let found = status.lines().find_map(|line| line.strip_prefix(name));
    found.unwrap_or_else(|| panic!("no {name} in {status}")).trim()
}

#[test]
fn the_kernel_knows_a_sealed_child() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    assert!(matches!(child.load("def bot_main(data): return []\n"), Answer::Loaded(_)));
    let status = status(child.pid);
    assert_eq!(line(&status, "NoNewPrivs:"), "1");
    assert_eq!(line(&status, "Seccomp:"), "2", "a filter");
    assert_eq!(line(&status, "Threads:"), "1");
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(line(&status, set), "0000000000000000", "{set}");
    }
    // Readable for root only, because a child cannot be attached to.
    if let Ok(descriptors) = std::fs::read_dir(format!("/proc/{}/fd", child.pid)) {
        let open: Vec<_> = descriptors.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(open, ["0"]);
    }
    if let Ok(limits) = std::fs::read_to_string(format!("/proc/{}/limits", child.pid)) {
        for limit in ["Max open files", "Max processes", "Max file size", "Max core file size"] {
            let values: Vec<_> = line(&limits, limit).split_whitespace().take(2).collect();
            assert_eq!(values, ["0", "0"], "{limit}");
        }
    }
}

#[test]
fn sandboxes_go_first_when_the_machine_has_no_memory_left() {
    let mut zygote = Zygote::start();
    let child = zygote.fork();
    // More is dearer the other way round: 1000 is the cheapest that there is.
    let price = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/oom_score_adj")).unwrap();
    let ours = price(std::process::id());
    let is_on = zygote.layer("out_of_memory").enabled;
    for pid in [child.pid, zygote.process.id()] {
        assert_eq!(price(pid), if is_on { "1000\n" } else { &ours }, "{pid}");
    }
    assert_eq!(is_on, std::fs::write("/proc/self/oom_score_adj", ours.trim_end()).is_ok());
}

#[test]
fn the_zygote_gives_up_what_it_can() {
    let zygote = Zygote::start();
    let status = status(zygote.process.id());
    assert_eq!(line(&status, "NoNewPrivs:"), "1");
    assert_eq!(line(&status, "Seccomp:"), "2", "a filter");
    assert_eq!(line(&status, "Threads:"), "1");
    assert_eq!(line(&status, "CapEff:"), "0000000000000000");
    assert_eq!(line(&status, "CapBnd:"), "0000000000000000");
}

#[test]
fn a_zygote_reports_its_layers_in_order() {
    let zygote = Zygote::start();
    let names: Vec<_> = zygote.layers.iter().map(|layer| layer.name.as_str()).collect();
    let expected = [
        "out_of_memory",
        "user_namespace",
        "network_namespace",
        "ipc_namespace",
        "uts_namespace",
        "cgroup_namespace",
        "mount_namespace",
        "zygote_no_new_privs",
        "zygote_landlock",
        "pid_namespace",
        "capabilities",
        "not_dumpable",
        "zygote_rlimits",
        "zygote_seccomp",
        "descriptors",
        "no_new_privs",
        "landlock",
        "rlimits",
        "seccomp",
    ];
    assert_eq!(names, expected);
    for layer in &zygote.layers {
        let is_optional = layer.name.ends_with("_namespace") || layer.name == "out_of_memory";
        assert!(layer.enabled || is_optional, "{layer:?}");
        assert!(!layer.detail.is_empty());
    }
}

/// Namespaces of a process other than those of this one.
fn own_namespaces(pid: u32) -> Vec<&'static str> {
    let kinds = ["user", "net", "ipc", "uts", "cgroup", "mnt", "pid"];
    let link = |pid: &str, kind: &str| std::fs::read_link(format!("/proc/{pid}/ns/{kind}")).ok();
    let differs = |kind: &&str| link(&pid.to_string(), kind) != link("self", kind);
    kinds.into_iter().filter(differs).collect()
}

#[test]
fn a_sealed_child_lives_in_the_namespaces_that_are_reported() {
    let mut zygote = Zygote::start();
    let child = zygote.fork();
    if std::fs::read_link(format!("/proc/{}/ns/user", child.pid)).is_err() {
        // The kernel shows the namespaces of a process that cannot be attached to only to root.
        return;
    }
    let own = own_namespaces(child.pid);
    let of_layer = |name: &str| match name.strip_suffix("_namespace")? {
        "network" => Some("net".to_owned()),
        "mount" => Some("mnt".to_owned()),
        other => Some(other.to_owned()),
    };
    let mut reported: Vec<_> = zygote
        .layers
        .iter()
        .filter(|layer| layer.enabled)
        .filter_map(|layer| of_layer(&layer.name))
        .collect();
    reported.sort();
    let mut own: Vec<_> = own.into_iter().map(str::to_owned).collect();
    own.sort();
    assert_eq!(own, reported);
    if own.contains(&"mnt".to_owned()) {
        let root = format!("/proc/{}/root", child.pid);
        assert_eq!(std::fs::read_dir(&root).unwrap().count(), 0, "the root is empty");
        assert!(std::fs::write(format!("{root}/file"), "").is_err(), "and stays so");
        let mounts = std::fs::read_to_string(format!("/proc/{}/mounts", child.pid)).unwrap();
        assert_eq!(mounts.lines().count(), 1, "{mounts}");
    }
    if own.contains(&"net".to_owned()) {
        let devices = std::fs::read_to_string(format!("/proc/{}/net/dev", child.pid)).unwrap_or_default();
        assert!(devices.lines().skip(2).all(|line| line.trim_start().starts_with("lo:")), "{devices}");
    }
}

#[test]
fn a_zygote_that_is_killed_leaves_no_process_behind() {
    let mut zygote = Zygote::start();
    let child = zygote.fork();
    let pid = zygote.process.id();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    assert!(children.split_whitespace().any(|one| one == child.pid.to_string()), "{children}");
    let pidfds: Vec<_> = children
        .split_whitespace()
        .map(|pid| rustix::process::Pid::from_raw(pid.parse().unwrap()).unwrap())
        .map(|pid| rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap())
        .collect();
    zygote.process.kill().unwrap();
    zygote.process.wait().unwrap();
    for pidfd in &pidfds {
        support::wait(pidfd, "the end of whoever the zygote left");
    }
}
