//! The Compose files: valid, complete, and played as they are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::container::Container;
use crate::image::USER;
use crate::tools::{check, output, sources};

pub(crate) const PLAIN: [&str; 2] = ["compose", "deploy/compose/compose.yaml"];
pub(crate) const WITH_SERVERS: [&str; 3] =
    ["compose", "deploy/compose/compose.yaml", "deploy/compose/servers.yaml"];

/// The services as Compose would read them, with a few variables set.
pub(crate) fn services(files: &[&str], variables: &[(&str, &str)]) -> Value {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    check(files, &variables, "").unwrap_or_else(|said| panic!("{said}"))["services"].clone()
}

/// The volumes of a project, each a folder.
pub(crate) struct Volumes(TempDir);

impl Volumes {
    /// Volumes, the papers in them made by the service that makes them.
    pub(crate) fn with_papers(services: &Value) -> Volumes {
        let volumes = Volumes(tempfile::tempdir().unwrap());
        crate::open_to_all(volumes.0.path());
        let papers = &services["papers"];
        let places: BTreeMap<String, PathBuf> =
            mounts(papers).map(|(from, to, _)| (to, volumes.folder(&from))).collect();
        let mut command = Command::new(sources().join("deploy/papers"));
        let at = |text: &str| places.get(text).map_or(text.into(), |path| path.clone().into_os_string());
        command.args(texts(&papers["command"]).iter().map(|word| at(word)));
        for (name, value) in papers["environment"].as_object().unwrap() {
            command.env(name, at(value.as_str().unwrap()));
        }
        output(&mut command);
        volumes
    }

    /// The folder of a volume, or the path of what lies in the sources. A new one belongs to the user of
    /// the image, as an engine makes it from the image's own folder.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        if name.starts_with(['.', '/']) {
            return sources().join("deploy/compose").join(name);
        }
        let folder = self.0.path().join(name);
        if !folder.exists() {
            std::fs::create_dir(&folder).unwrap();
            std::os::unix::fs::chown(&folder, Some(USER), Some(USER)).unwrap();
        }
        folder
    }

    /// The container of a service of ours, just as its entry says.
    pub(crate) fn container(&self, service: &Value) -> Container {
        assert_eq!(service["read_only"], true);
        assert_eq!(service["cap_drop"], serde_json::json!(["ALL"]));
        assert_eq!(service["security_opt"], serde_json::json!(["no-new-privileges:true"]));
        let mut container = Container { command: texts(&service["command"]), ..Container::default() };
        for (name, value) in service["environment"].as_object().into_iter().flatten() {
            // YAML makes numbers of what looks like one; Compose makes texts of them again.
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            container.env.insert(name.clone(), text);
        }
        let in_memory = texts(&service["tmpfs"]);
        container.tmpfs = in_memory.iter().map(|one| one.split(':').next().unwrap().to_owned()).collect();
        for (from, to, is_writable) in mounts(service) {
            container = container.mount(&self.folder(&from), &to, is_writable);
        }
        container
    }
}

/// What a service mounts: from, to, and whether it may write.
pub(crate) fn mounts(service: &Value) -> impl Iterator<Item = (String, String, bool)> {
    texts(&service["volumes"]).into_iter().map(|text| {
        let parts: Vec<&str> = text.split(':').collect();
        (parts[0].to_owned(), parts[1].to_owned(), parts.get(2) != Some(&"ro"))
    })
}

/// A list of texts; none if there is no list.
pub(crate) fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned());
    texts.collect()
}

/// A file with names for the network that containers share, and where it is mounted.
pub(crate) fn hosts(folder: &Path, names: &str) -> (PathBuf, &'static str) {
    let path = folder.join("hosts");
    std::fs::write(&path, format!("127.0.0.1 localhost {names}\n")).unwrap();
    crate::open_to_all(&path);
    (path, "/etc/hosts")
}
