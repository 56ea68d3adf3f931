//! The units of systemd: what systemd itself says of them, and a tournament by their commands.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::chown;
use std::process::Command;

use arena_tests::{bin_folder, example_bots};

use crate::compose::hosts;
use crate::container::Container;
use crate::image::USER;
use crate::play::play;
use crate::tools::{output, read, sources};

/// Each unit, and the exposure that `systemd-analyze security` may find, in tenths. That of a worker is
/// higher by what the sandbox needs: its own namespaces, system calls and native code.
const UNITS: [(&str, &str); 2] = [("arena-coordinator", "15"), ("arena-worker", "42")];

fn unit(name: &str) -> String {
    read(&format!("deploy/systemd/{name}.service"))
}

/// The values of a setting, in order.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect()
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units_and_little_that_they_leave_open() {
    let folder = tempfile::tempdir().unwrap();
    for (name, exposure_max) in UNITS {
        let path = folder.path().join(format!("{name}.service"));
        let here = bin_folder().display().to_string();
        fs::write(&path, unit(name).replace("/opt/arena", &here)).unwrap();
        let verify =
            Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&path).output().unwrap();
        let said = String::from_utf8_lossy(&verify.stderr);
        // Of other units it may say what it likes.
        assert!(verify.status.success() && !said.contains(name), "{said}");
        let threshold = format!("--threshold={exposure_max}");
        output(Command::new("systemd-analyze").args(["security", "--offline=true", &threshold]).arg(&path));
    }
}

#[test]
fn the_units_play_a_tournament_with_no_other_system_calls_than_they_allow() {
    let folder = tempfile::tempdir().unwrap();
    crate::open_to_all(folder.path());
    let place = |name: &str| folder.path().join(name);
    output(Command::new(sources().join("deploy/papers")).arg(place("papers")).arg("arena.example.org"));
    output(Command::new("chown").args(["-R", &format!("{USER}:{USER}")]).arg(place("papers")));
    let (names, at) = hosts(folder.path(), "arena.example.org");
    let [coordinator, worker] = UNITS.map(|(name, _)| {
        let unit = unit(name);
        let state = place(name);
        fs::create_dir(&state).unwrap();
        chown(&state, Some(USER), Some(USER)).unwrap();
        assert_eq!(values(&unit, "StateDirectory"), [name]);
        let papers: Vec<&str> =
            values(&unit, "LoadCredential").iter().map(|one| one.split(':').next().unwrap()).collect();
        let [command] = values(&unit, "ExecStart")[..] else { panic!("{name} has one command") };
        for word in command.split(' ').filter_map(|word| word.strip_prefix("%d/")) {
            assert!(papers.contains(&word), "{name} loads no {word}");
        }
        let mut words: Vec<String> =
            command.replace("%d", "/run/arena").split(' ').map(str::to_owned).collect();
        if let Some(at) = words.iter().position(|word| word == "--rounds") {
            words.drain(at..at + 2);
        }
        let mut container =
            Container { command: words, tmpfs: vec!["/tmp".to_owned()], ..Container::default() }
                .mount(&place("papers"), "/run/arena", false)
                .mount(&state, &format!("/var/lib/{name}"), true)
                .mount(&names, at, false);
        container.env.insert("ARENA_TICKS".to_owned(), "100".to_owned());
        container.calls = allowed_calls(&unit);
        container
    });
    assert!(coordinator.calls.len() > 100 && worker.calls.is_empty(), "the coordinator alone has a list");
    let coordinator = coordinator.mount(&example_bots(), "/srv/arena/bots", false);
    play(&coordinator, &worker, &place("arena-coordinator").join("results.json"));
}

/// The system calls that a unit allows, if it has a list.
fn allowed_calls(unit: &str) -> Vec<String> {
    let mut allowed = BTreeSet::new();
    for value in values(unit, "SystemCallFilter") {
        let (is_taken_away, sets) = value.strip_prefix('~').map_or((false, value), |sets| (true, sets));
        for call in sets.split(' ').flat_map(calls_of) {
            if is_taken_away {
                allowed.remove(&call)
            } else {
                allowed.insert(call)
            };
        }
    }
    allowed.into_iter().collect()
}

/// The calls of a set, as systemd has them.
fn calls_of(set: &str) -> Vec<String> {
    let said = output(Command::new("systemd-analyze").args(["syscall-filter", "--no-pager", set]));
    let members = said.lines().filter(|line| line.starts_with("    ")).map(str::trim);
    members
        .filter(|member| !member.starts_with('#'))
        .flat_map(|member| if member.starts_with('@') { calls_of(member) } else { vec![member.to_owned()] })
        .collect()
}

#[test]
fn a_unit_that_is_stopped_has_time_to_drain_and_is_not_started_again_for_nothing() {
    for (name, _) in UNITS {
        let unit = unit(name);
        let is = |key: &str, value: &str| assert_eq!(values(&unit, key), [value], "{name} {key}");
        is("KillSignal", "SIGTERM");
        is("TimeoutStopSec", "120");
        // The exit codes of --help: some void, and interrupted or stopped.
        is("SuccessExitStatus", "3 4");
        is("Restart", "on-failure");
        is("DynamicUser", "yes");
        is("NoNewPrivileges", "yes");
        is("ProtectSystem", "strict");
    }
    assert_eq!(values(&unit("arena-coordinator"), "RestartPreventExitStatus"), ["2"], "usage");
}
