//! Dockerfile and Compose files, as those who know them read them.

use std::path::Path;
use std::process::Command;

use arena_tests::bin;
use serde_json::Value;

use crate::compose::{PLAIN, WITH_SERVERS, mounts, services, texts};
use crate::image::{DOCKERFILE, Image, instructions};
use crate::tools::{output, read, sources, tool};

const SECRETS: [(&str, &str); 2] = [("PGPASSWORD", "x"), ("AWS_SECRET_ACCESS_KEY", "y")];

#[test]
fn hadolint_has_nothing_against_the_dockerfile() {
    output(tool("hadolint").arg(sources().join(DOCKERFILE)));
}

#[test]
fn every_base_image_is_pinned_and_the_toolchain_is_that_of_the_sources() {
    let toolchain = read("rust-toolchain.toml");
    let version =
        toolchain.lines().find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"')).unwrap();
    let of = |wanted: &str| -> Vec<String> {
        instructions().into_iter().filter(|(word, _)| word == wanted).map(|(_, rest)| rest).collect()
    };
    let bases: Vec<String> =
        of("FROM").iter().map(|rest| rest.split(' ').next().unwrap().to_owned()).collect();
    assert!(bases.contains(&format!("rust:{version}-bookworm")), "{bases:?}");
    assert!(of("ENV").iter().any(|rest| *rest == format!("RUSTUP_TOOLCHAIN={version}")));
    for base in bases.iter().filter(|base| *base != "scratch") {
        assert!(is_pinned(base), "{base}");
    }
}

/// Whether an image has a tag that says which release it is.
fn is_pinned(image: &str) -> bool {
    image
        .rsplit_once(':')
        .is_some_and(|(_, tag)| tag.bytes().any(|byte| byte.is_ascii_digit()) && tag != "latest")
}

#[test]
fn a_build_sees_all_that_it_needs_and_no_secret() {
    let ignored = read(".dockerignore");
    let ignored: Vec<&str> = ignored.lines().filter(|line| !line.starts_with('#')).collect();
    let is_ignored = |path: &str| {
        let name = path.rsplit('/').next().unwrap();
        ignored.iter().any(|rule| match rule.strip_prefix("**/") {
            Some(rule) => rule.strip_prefix('*').map_or(name == rule, |end| name.ends_with(end)),
            None => path == *rule || path.starts_with(&format!("{rule}/")),
        })
    };
    let members: toml::Table = toml::from_str(&read("Cargo.toml")).unwrap();
    let members = members["workspace"]["members"].as_array().unwrap().iter();
    let manifests = members.map(|member| format!("{}/Cargo.toml", member.as_str().unwrap()));
    let needed =
        ["Makefile", "Cargo.lock", "deploy/papers", "deploy/docker/assemble", "deploy/python-wasm/build"];
    for path in manifests.chain(needed.map(str::to_owned)) {
        assert!(sources().join(&path).exists() && !is_ignored(&path), "{path}");
    }
    for path in ["target/release/worker", ".git/config", "deploy/compose/.env", "arena.key", "x/join-token"] {
        assert!(is_ignored(path), "{path}");
    }
}

#[test]
fn what_compose_mounts_is_there_and_what_it_starts_is_pinned() {
    let services = services(&WITH_SERVERS, &SECRETS);
    for (name, service) in services.as_object().unwrap() {
        let image = service["image"].as_str().unwrap();
        assert!(is_pinned(image) || image.contains("RELEASE."), "{name}: {image}");
        for (from, _, _) in mounts(service).filter(|(from, ..)| from.starts_with('.')) {
            let path = sources().join("deploy/compose").join(&from);
            let is_empty = std::fs::read_dir(&path).map_or(true, |mut entries| entries.next().is_none());
            assert!(!is_empty, "{name} mounts {from}, where there is nothing");
        }
        let published = texts(&service["ports"]);
        let is_shut =
            |port: &String| port.starts_with("127.0.0.1:") || (name == "coordinator" && port == "7070:7070");
        assert!(published.iter().all(is_shut), "{name} can be reached from elsewhere: {published:?}");
    }
    let profile = |name: &str| texts(&services[name]["profiles"]);
    assert_eq!((profile("postgres"), profile("s3")), (vec!["postgres".to_owned()], vec!["s3".to_owned()]));
    assert_eq!(profile("standby"), ["postgres"]);
    assert_eq!(services["worker"]["deploy"]["replicas"].to_string().trim_matches('"'), "2");
}

/// What is only started with servers that this machine has not. The rest is started for real.
#[test]
fn every_flag_and_every_variable_is_one_of_the_programs() {
    let help = |program: &str| output(Command::new(bin(program)).arg("--help"));
    let (coordinator, worker) = (help("coordinator"), help("worker"));
    let services = services(&WITH_SERVERS, &SECRETS);
    let mut variables: Vec<String> = Image::get().env.keys().cloned().collect();
    for service in services.as_object().unwrap().values() {
        let command = texts(&service["command"]);
        let help = match command.first().map(String::as_str) {
            Some("coordinator") => &coordinator,
            Some("worker") => &worker,
            _ => continue,
        };
        for flag in
            command.iter().filter_map(|word| word.split('=').next()).filter(|word| word.starts_with("--"))
        {
            assert!(help.contains(&format!("{flag} <")), "there is no {flag}");
        }
        variables.extend(service["environment"].as_object().into_iter().flat_map(|map| map.keys().cloned()));
    }
    let manifests = read("deploy/kubernetes/base/worker.yaml")
        + &read("deploy/kubernetes/components/postgres/kustomization.yaml");
    let words = manifests.split(|letter: char| !(letter.is_ascii_uppercase() || letter == '_'));
    variables.extend(words.filter(|word| word.starts_with("ARENA_")).map(str::to_owned));
    for variable in variables.iter().filter(|name| name.starts_with("ARENA_")) {
        let is_known = [&coordinator, &worker].iter().any(|help| help.contains(&format!("env: {variable}=")));
        assert!(is_known, "there is no {variable}");
    }
    assert!(variables.len() > 8, "{variables:?}");
}

#[test]
fn prometheus_and_grafana_are_told_where_their_files_are() {
    let services = services(&PLAIN, &[]);
    let told = texts(&services["prometheus"]["command"]);
    let config = told.iter().find_map(|word| word.strip_prefix("--config.file=")).unwrap();
    let is_there = |service: &Value, path: &str| {
        mounts(service).any(|(from, to, _)| {
            path.strip_prefix(&to).is_some_and(|rest| {
                from.starts_with('.')
                    && sources()
                        .join("deploy/compose")
                        .join(&from)
                        .join(rest.trim_start_matches('/'))
                        .exists()
            })
        })
    };
    assert!(is_there(&services["prometheus"], config), "{config}");
    for path in dashboard_folders() {
        assert!(is_there(&services["grafana"], &path), "the dashboards of {path} are mounted elsewhere");
    }
}

#[test]
fn every_rule_and_every_dashboard_reaches_kubernetes_as_well() {
    for (folder, part) in [("grafana", "dashboards"), ("prometheus", "rules")] {
        let told = read(&format!("deploy/{folder}/kustomization.yaml"));
        for entry in std::fs::read_dir(sources().join("deploy").join(folder).join(part)).unwrap() {
            let file = format!("- {part}/{}", entry.unwrap().file_name().to_str().unwrap());
            assert!(
                told.lines().any(|line| line.trim() == file),
                "{folder}/kustomization.yaml lacks {file:?}"
            );
        }
    }
}

/// Where Grafana is told to look for dashboards.
fn dashboard_folders() -> Vec<String> {
    let folder = sources().join("deploy/grafana/provisioning/dashboards");
    let paths = |path: &Path| -> Vec<String> {
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix("path:"));
        lines.map(|path| path.trim().trim_matches('"').to_owned()).collect()
    };
    let found: Vec<String> =
        std::fs::read_dir(folder).unwrap().flat_map(|entry| paths(&entry.unwrap().path())).collect();
    assert!(!found.is_empty(), "no provisioning says where dashboards are");
    found
}
