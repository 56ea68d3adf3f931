//! What an operator reads who forgot something: the thing by its name, and what to do.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::compose::{PLAIN, Volumes, WITH_SERVERS, services};
use crate::container::{Container, Network};
use crate::kubernetes::Manifests;
use crate::tools::{check, sources};

/// The coordinator of the Compose file, and its volumes.
fn coordinator() -> (Container, Volumes) {
    let services: Value = services(&PLAIN, &[("ROUNDS", "1")]);
    let volumes = Volumes::with_papers(&services);
    (volumes.container(&services["coordinator"]), volumes)
}

fn refuses(container: &Container, code: i32, parts: &[&str]) {
    let (is, said) = container.run(&Network::new());
    assert_eq!(is, Some(code), "{said}");
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in {said}");
    }
}

#[test]
fn a_container_that_lacks_something_names_it() {
    let (container, volumes) = coordinator();
    let papers = volumes.folder("papers");

    let locked = |name: &str| {
        let path = papers.join(name);
        chown(&path, Some(0), Some(0)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    };
    // In the order in which they are read, the last first.
    locked("join-token");
    refuses(&container, 2, &["/run/arena/join-token", "Permission denied"]);
    let key = locked("arena.key");
    refuses(&container, 2, &["/run/arena/arena.key", "Permission denied"]);
    fs::remove_file(key).unwrap();
    refuses(&container, 2, &["/run/arena/arena.key", "No such file"]);
}

#[test]
fn a_volume_that_cannot_be_written_and_bots_that_are_not_there_are_named() {
    let (container, volumes) = coordinator();
    let data = volumes.folder("coordinator");
    chown(&data, Some(0), Some(0)).unwrap();
    refuses(&container, 1, &["/var/lib/arena/results.json cannot be written", "Permission denied"]);
    let mut container = container;
    container.command.retain(|word| !word.starts_with("--json="));
    refuses(&container, 1, &["data directory /var/lib/arena", "check its permissions"]);

    container.mounts.retain(|(_, to, _)| to != "/bots");
    refuses(&container, 2, &["/bots"]);
}

#[test]
fn a_password_that_is_not_set_is_asked_for_by_name() {
    for (set, missing) in [("PGPASSWORD", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY", "PGPASSWORD")] {
        let said = check(&WITH_SERVERS, &[(set, "x")].into(), "").unwrap_err();
        assert!(said.contains(missing) && said.contains("deploy/compose/.env"), "{said}");
    }
}

#[test]
fn papers_that_were_not_made_are_named_before_anything_is_applied() {
    let manifests = Manifests::with_papers();
    fs::remove_file(manifests.path("overlays/example/papers/join-token")).unwrap();
    let said = manifests.build("overlays/example").unwrap_err();
    assert!(said.contains("papers/join-token"), "{said}");
}

#[test]
fn a_key_that_is_misspelt_is_found_by_the_schema() {
    let manifests = Manifests::with_papers();
    let path = manifests.path("base/coordinator.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("terminationGracePeriodSeconds", "terminationGracePeriodSecond")).unwrap();
    let said = manifests.build("base").unwrap_err();
    assert!(
        said.contains("Job arena-coordinator") && said.contains("terminationGracePeriodSecond"),
        "{said}"
    );
}

fn papers(folder: &Path, hosts: &[&str]) -> (Option<i32>, String) {
    let made = Command::new(sources().join("deploy/papers")).arg(folder).args(hosts).output().unwrap();
    (made.status.code(), String::from_utf8(made.stderr).unwrap())
}

#[test]
fn papers_are_made_once_for_the_hosts_that_are_named_and_say_what_they_lack() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("papers");
    assert_eq!(papers(&place, &["arena.example.org", "10.0.0.1", "::1"]).0, Some(0));
    let read = || ["arena.pem", "arena.key", "join-token"].map(|name| fs::read(place.join(name)).unwrap());
    let made = read();
    for (name, mode) in [("arena.pem", 0o644), ("arena.key", 0o600), ("join-token", 0o600)] {
        assert_eq!(fs::metadata(place.join(name)).unwrap().permissions().mode() & 0o777, mode, "{name}");
    }
    let (code, said) = papers(&place, &["10.0.0.1", "arena.example.org"]);
    assert_eq!((code, read() == made), (Some(0), true), "{said}");
    assert!(said.contains("stays") && said.contains("good until"), "{said}");
    for (folder, hosts, expected) in [
        (&place, &["other.example.org"][..], "not for other.example.org"),
        (&place, &[], "at least one host"),
        (&place, &["a,DNS:b"], "'a,DNS:b' is neither"),
        (&"/proc/papers".into(), &["a"], "/proc/papers cannot be made"),
    ] {
        let (code, said) = papers(folder, hosts);
        assert!(code == Some(2) && said.contains(expected), "{said}");
    }
    assert!(read() == made);
}
