//! The manifests: built by kustomize, valid, and their pods played as they are.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::compose::texts;
use crate::container::Container;
use crate::tools::{check, output, sources, tool};

/// A copy of the manifests, with papers, that a test may change.
pub(crate) struct Manifests(TempDir);

impl Manifests {
    pub(crate) fn with_papers() -> Manifests {
        let folder = tempfile::tempdir().unwrap();
        crate::open_to_all(folder.path());
        for part in ["kubernetes", "prometheus", "grafana"] {
            let from = sources().join("deploy").join(part);
            assert!(Command::new("cp").arg("-a").arg(from).arg(folder.path()).status().unwrap().success());
        }
        let manifests = Manifests(folder);
        let papers = manifests.path("overlays/example/papers");
        output(Command::new(sources().join("deploy/papers")).arg(papers).arg("arena-coordinator"));
        manifests
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join("kubernetes").join(path)
    }

    /// Takes the mark of a comment from a line of the example.
    pub(crate) fn enable(&self, line: &str) {
        let path = self.path("overlays/example/kustomization.yaml");
        let text = fs::read_to_string(&path).unwrap();
        let commented = format!("# - {line}");
        assert!(text.contains(&commented), "{commented}");
        fs::write(&path, text.replace(&commented, &format!("- {line}"))).unwrap();
    }

    /// What `kubectl kustomize` makes of a folder, or says against it.
    pub(crate) fn build(&self, folder: &str) -> Result<Vec<Value>, String> {
        let built = tool("kubectl").arg("kustomize").arg(self.path(folder)).output().unwrap();
        if !built.status.success() {
            return Err(String::from_utf8_lossy(&built.stderr).into_owned());
        }
        let text = String::from_utf8(built.stdout).unwrap();
        let valid = check(&["kubernetes"], &BTreeMap::new(), &text)?;
        Ok(valid.as_array().unwrap().clone())
    }
}

/// The object of a kind whose name begins so.
pub(crate) fn object<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let is_it = |one: &&Value| one["kind"] == kind && name_of(one).starts_with(name);
    objects.iter().find(is_it).unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

pub(crate) fn name_of(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

/// What a pod's volumes are, as far as a cluster would bring them.
pub(crate) struct Cluster<'a> {
    pub(crate) objects: &'a [Value],
    pub(crate) folder: &'a Path,
    /// What the config map of bots is made of.
    pub(crate) bots: &'a Path,
}

impl Cluster<'_> {
    /// The only container of a workload's pods.
    pub(crate) fn container(&self, workload: &Value) -> Container {
        let pod = &workload["spec"]["template"]["spec"];
        let told = &pod["containers"][0];
        let group = u32::try_from(pod["securityContext"]["fsGroup"].as_u64().unwrap()).unwrap();
        let mut container =
            Container { command: texts(&told["args"]), groups: vec![group], ..Container::default() };
        for variable in told["env"].as_array().into_iter().flatten() {
            let source = &variable["valueFrom"];
            let value = match (&source["fieldRef"]["fieldPath"], &source["resourceFieldRef"]["resource"]) {
                (Value::String(path), _) if path == "metadata.name" => "arena-worker-0".to_owned(),
                (_, Value::String(path)) if path == "limits.cpu" => text(&told["resources"]["limits"]["cpu"]),
                _ => panic!("{variable} is something that this test does not know"),
            };
            container.env.insert(text(&variable["name"]), value);
        }
        for mount in told["volumeMounts"].as_array().unwrap() {
            let volumes = pod["volumes"].as_array().unwrap();
            let volume = volumes.iter().find(|one| one["name"] == mount["name"]).unwrap();
            let place = self.volume(name_of(workload), volume, group);
            container = container.mount(&place, &text(&mount["mountPath"]), mount["readOnly"] != true);
        }
        container
    }

    /// A folder as a kubelet lays it out.
    fn volume(&self, pod: &str, volume: &Value, group: u32) -> PathBuf {
        let place = self.folder.join(format!("{pod}-{}", volume["name"].as_str().unwrap()));
        fs::create_dir(&place).unwrap();
        chown(&place, Some(0), Some(group)).unwrap();
        let mut mode = 0o2775;
        if let Some(secret) = volume["secret"]["secretName"].as_str() {
            let data = object(self.objects, "Secret", secret)["data"].as_object().unwrap();
            let files = data.iter().map(|(name, value)| (name.clone(), decoded(value.as_str().unwrap())));
            let mode = u32::try_from(volume["secret"]["defaultMode"].as_u64().unwrap()).unwrap();
            lay_out(&place, files.collect(), mode, group);
        } else if volume["configMap"]["name"] == "arena-bots" {
            let files = fs::read_dir(self.bots).unwrap().map(|entry| entry.unwrap().path());
            let read = |path: PathBuf| (name(&path), fs::read(&path).unwrap());
            lay_out(&place, files.map(read).collect(), 0o644, group);
        } else if volume["emptyDir"].is_object() {
            mode = 0o2777;
        } else {
            let claim = volume["persistentVolumeClaim"]["claimName"].as_str().unwrap();
            object(self.objects, "PersistentVolumeClaim", claim);
            // As some file systems have it at their root.
            fs::create_dir(place.join("lost+found")).unwrap();
        }
        fs::set_permissions(&place, fs::Permissions::from_mode(mode)).unwrap();
        place
    }
}

/// Files as a kubelet writes them: links to a folder that is exchanged as a whole.
fn lay_out(place: &Path, files: Vec<(String, Vec<u8>)>, mode: u32, group: u32) {
    let real = place.join("..2026_01_01_00_00_00.1");
    fs::create_dir(&real).unwrap();
    symlink(real.file_name().unwrap(), place.join("..data")).unwrap();
    for (name, bytes) in files {
        let path = real.join(&name);
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        chown(&path, Some(0), Some(group)).unwrap();
        symlink(Path::new("..data").join(&name), place.join(&name)).unwrap();
    }
    fs::set_permissions(&real, fs::Permissions::from_mode(0o755)).unwrap();
}

fn decoded(text: &str) -> Vec<u8> {
    let program =
        ["-c", "import base64, sys; sys.stdout.write(base64.b64decode(sys.argv[1]).decode())", text];
    output(Command::new("python3").args(program)).into_bytes()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
