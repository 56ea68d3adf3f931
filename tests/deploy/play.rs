//! Tournaments, played by the image as Compose and as Kubernetes start it.

use std::fs;
use std::path::Path;

use arena_tests::{descendants, example_bots, wait_for};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::compose::{PLAIN, Volumes, hosts, services};
use crate::container::{Container, Network};
use crate::image::{Image, USER, files, is_writable_by_user};
use crate::kubernetes::{Cluster, Manifests, object};

/// The layers that a worker does not play without, as `sandbox-shim doctor` in the image names them.
fn mandatory_layers(network: &Network) -> Vec<String> {
    let doctor = Container {
        command: ["sandbox-shim", "doctor", "--json"].map(str::to_owned).to_vec(),
        ..Container::default()
    };
    let said = doctor.output(network);
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["can_host"], true, "{report}");
    let layers = report["layers"].as_array().unwrap().iter();
    let is_on = |layer: &&Value| layer["enabled"] == true;
    let off: Vec<&Value> = layers.clone().filter(|layer| !is_on(layer)).collect();
    assert!(!off.is_empty(), "a container as strict as Docker's gives no namespaces: {report}");
    assert!(off.iter().all(|layer| layer["mandatory"] == false), "{off:?}");
    let mandatory = layers.filter(|layer| layer["mandatory"] == true);
    mandatory.map(|layer| layer["name"].as_str().unwrap().to_owned()).collect()
}

/// Plays it: the coordinator to its end, then the worker is told to go.
pub(crate) fn play(coordinator: &Container, worker: &Container, results: &Path) -> String {
    let network = Network::new();
    let coordinator = coordinator.start(&network);
    wait_for("the coordinator's probe", || {
        network.get(7080, "/readyz").filter(|said| said.contains(" 200 "))
    });
    let worker = worker.start(&network);
    wait_for("the worker's probe", || network.get(7071, "/readyz").filter(|said| said.contains(" 200 ")));
    let status = fs::read_to_string(format!("/proc/{}/status", inner(worker.program().id()))).unwrap();
    let is = |line: &str| {
        assert!(status.lines().any(|is| is.split_whitespace().eq(line.split(' '))), "{line}: {status}")
    };
    is(&format!("Uid: {USER} {USER} {USER} {USER}"));
    ["CapPrm: 0000000000000000", "CapBnd: 0000000000000000", "NoNewPrivs: 1", "Seccomp: 2"]
        .iter()
        .for_each(|line| is(line));
    let (code, log) = coordinator.end();
    assert_eq!(code, Some(0), "{log}");
    worker.program().send(Signal::SIGTERM);
    let (code, log) = worker.end();
    assert_eq!(code, Some(0), "{log}");
    let results: Value = serde_json::from_slice(&fs::read(results).unwrap()).unwrap();
    let tournament = &results["tournament"];
    assert_eq!((&tournament["played"], &tournament["void"]), (&56.into(), &0.into()), "{tournament}");
    let [worker] = &results["workers"].as_array().unwrap()[..] else { panic!("{}", results["workers"]) };
    let layers = worker["layers"].as_array().unwrap();
    for layer in mandatory_layers(&network) {
        assert!(layers.contains(&layer.as_str().into()), "{layer} is off: {layers:?}");
    }
    log
}

/// The first process within a container, below runc.
fn inner(runc: u32) -> u32 {
    descendants(runc, "").into_iter().min().expect("runc has a child")
}

#[test]
fn the_image_plays_a_tournament_as_compose_starts_it() {
    let services = services(&PLAIN, &[("ROUNDS", "1"), ("SLOTS", "2")]);
    let volumes = Volumes::with_papers(&services);
    let folder = tempfile::tempdir().unwrap();
    let (names, at) = hosts(folder.path(), "coordinator");
    let mut both =
        ["coordinator", "worker"].map(|name| volumes.container(&services[name]).mount(&names, at, false));
    for container in &mut both {
        container.env.insert("ARENA_TICKS".to_owned(), "100".to_owned());
    }
    let [coordinator, worker] = both;
    let log = play(&coordinator, &worker, &volumes.folder("coordinator").join("results.json"));

    // It started at once: python.wasm was neither fetched nor compiled.
    for said in ["precompile: ", "fetching python.wasm", "is not used"] {
        assert!(!log.contains(said), "{log}");
    }
    let kept = files(&volumes.folder("workers"));
    let is_of_python = |path: &&std::path::PathBuf| {
        let is_large = fs::metadata(volumes.folder("workers").join(path)).unwrap().len() > 1 << 20;
        is_large || path.extension().is_some_and(|extension| extension == "cwasm")
    };
    assert_eq!(kept.iter().filter(is_of_python).count(), 0, "{kept:?}");
}

#[test]
fn the_image_plays_a_tournament_as_kubernetes_starts_it() {
    let manifests = Manifests::with_papers();
    let objects = manifests.build("overlays/example").unwrap();
    let folder = tempfile::tempdir().unwrap();
    crate::open_to_all(folder.path());
    let (names, at) = hosts(folder.path(), "arena-coordinator");
    let cluster = Cluster { objects: &objects, folder: folder.path(), bots: &example_bots() };
    let both = [("Job", "arena-coordinator"), ("Deployment", "arena-worker")].map(|(kind, name)| {
        let mut container = cluster.container(object(&objects, kind, name)).mount(&names, at, false);
        container.command.retain(|argument| !argument.starts_with("--rounds="));
        container.env.insert("ARENA_TICKS".to_owned(), "100".to_owned());
        container
    });
    play(&both[0], &both[1], &folder.path().join("arena-coordinator-data/results.json"));
}

#[test]
fn nothing_is_in_the_image_but_what_it_plays_with() {
    let image = Image::get();
    let root = image.root();
    let is_program = |path: &&std::path::PathBuf| fs::read(root.join(path)).unwrap().starts_with(b"\x7fELF");
    let programs: Vec<String> =
        files(&root).iter().filter(is_program).map(|path| path.display().to_string()).collect();
    let (libraries, programs): (Vec<_>, Vec<_>) =
        programs.into_iter().partition(|path| path.starts_with("lib"));
    let native = |path: &String| path.starts_with("opt/arena/native/") && path.ends_with(".cwasm");
    let (native, programs): (Vec<_>, Vec<_>) = programs.into_iter().partition(native);
    let expected =
        ["coordinator", "precompile", "sandbox-shim", "worker"].map(|name| format!("opt/arena/{name}"));
    assert_eq!(programs, expected, "no shell, no tools");
    assert!(libraries.len() <= 6 && native.len() == 1, "{libraries:?} {native:?}");
    for path in files(&root) {
        assert!(!is_writable_by_user(&root.join(&path)), "{} can be changed from within", path.display());
    }
    // What somebody sees who runs it without knowing anything.
    let said = Container::default().output(&Network::new());
    assert!(said.contains("Usage: coordinator"), "{said}");
}
