//! What the kernel says about a sealed child and its zygote, and what the shim says about itself.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::process::{Command, Stdio};

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
fn the_zygote_gives_up_what_it_can() {
    let zygote = Zygote::start();
    let status = status(zygote.process.id());
    assert_eq!(line(&status, "NoNewPrivs:"), "1");
    assert_eq!(line(&status, "Threads:"), "1");
    assert_eq!(line(&status, "CapEff:"), "0000000000000000");
    assert_eq!(line(&status, "CapBnd:"), "0000000000000000");
}

#[test]
fn a_zygote_reports_its_layers_in_order() {
    let zygote = Zygote::start();
    let names: Vec<_> = zygote.layers.iter().map(|layer| layer.name.as_str()).collect();
    let mandatory =
        ["capabilities", "not_dumpable", "descriptors", "no_new_privs", "landlock", "rlimits", "seccomp"];
    let reported: Vec<_> = names.iter().copied().filter(|name| mandatory.contains(name)).collect();
    assert_eq!(reported, mandatory);
    for layer in &zygote.layers {
        assert!(layer.enabled || layer.name.ends_with("_namespace"), "{layer:?}");
        assert!(!layer.detail.is_empty());
    }
}

#[test]
fn the_doctor_reports_the_same_layers() {
    let shim = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_sandbox-shim"))
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, text, _) = shim(&["doctor"]);
    assert_eq!(code, Some(0), "{text}");
    let (_, json, _) = shim(&["doctor", "--json"]);
    for layer in &Zygote::start().layers {
        assert!(text.contains(&layer.name) && json.contains(&format!("\"name\":\"{}\"", layer.name)));
    }
    let (code, _, error) = shim(&["dance"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("there is no command \"dance\""), "{error}");
    let (code, help, _) = shim(&["--help"]);
    assert!(code == Some(0) && help.contains("doctor"));
    let zygote = ["zygote", "--native", "x", "--native-digest", &"0".repeat(64), "--stack-bytes", "2097152"];
    let (code, _, error) = shim(&zygote);
    assert!(code == Some(1) && error.contains("SEQPACKET"), "{error}");
}

#[test]
fn without_namespaces_the_mandatory_layers_still_hold() {
    // A user namespace in which no further ones are allowed, like many containers.
    let forbid =
        "for kind in user net ipc uts; do echo 0 > /proc/sys/user/max_${kind}_namespaces; done; exec \"$@\"";
    let output = Command::new("unshare")
        .args([
            "--user",
            "--map-root-user",
            "sh",
            "-c",
            forbid,
            "sh",
            env!("CARGO_BIN_EXE_sandbox-shim"),
            "doctor",
        ])
        .output();
    let Ok(output) = output else { return };
    let text = String::from_utf8(output.stdout).unwrap();
    if text.is_empty() {
        // This system gives no namespace even to forbid others in.
        return;
    }
    assert_eq!(output.status.code(), Some(0), "{text}");
    for kind in ["user", "network", "ipc", "uts"] {
        let name = format!("{kind}_namespace");
        let line = text.lines().find(|line| line.starts_with(&name)).unwrap();
        assert!(
            line.contains(" off ") && line.contains("it needs: allow unprivileged user namespaces"),
            "{line}"
        );
    }
    assert!(text.contains("every mandatory layer is on"), "{text}");
}
