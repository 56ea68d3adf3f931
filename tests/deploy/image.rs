//! The image, laid out here by what the Dockerfile runs, and described by what the Dockerfile says.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arena_tests::{bin_folder, native};
use tempfile::TempDir;

use crate::tools::{output, read, sources};

pub(crate) const DOCKERFILE: &str = "deploy/docker/Dockerfile";
/// Who runs everything.
pub(crate) const USER: u32 = 65532;

/// What the last stage of the Dockerfile makes.
pub(crate) struct Image {
    folder: TempDir,
    /// Variables of every container.
    pub(crate) env: BTreeMap<String, String>,
    /// Where a container starts.
    pub(crate) workdir: String,
    /// What a container does that is told nothing else.
    pub(crate) command: Vec<String>,
}

impl Image {
    /// The image; there is one for all tests that run at a time, and it goes with the last of them.
    pub(crate) fn get() -> Arc<Image> {
        static SHARED: Mutex<Weak<Image>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let image = Arc::new(Image::make());
            *shared = Arc::downgrade(&image);
            image
        })
    }

    /// All its files, below a folder that stands for `/`.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    fn make() -> Image {
        let stage = last_stage(&instructions());
        let folder = tempfile::tempdir().unwrap();
        // An image's root can be entered by everybody.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let [root, data] = ["root", "data"].map(|name| folder.path().join(name));
        bring_native_code(&root.join("opt/arena/native"));
        let script = sources().join("deploy/docker/assemble");
        output(Command::new(script).arg(bin_folder()).arg(&root).arg(&data));
        copy_as_told(&stage, &root, &data);
        let mut image = Image { folder, env: BTreeMap::new(), workdir: "/".to_owned(), command: Vec::new() };
        for (word, rest) in &stage {
            match word.as_str() {
                "ENV" => image.env.extend(pairs(rest)),
                "WORKDIR" => image.workdir.clone_from(rest),
                "USER" => assert_eq!(rest, &format!("{USER}:{USER}")),
                "CMD" => image.command = serde_json::from_str(rest).unwrap(),
                "FROM" => assert_eq!(rest, "scratch AS arena", "nothing else is below it"),
                "COPY" | "LABEL" | "STOPSIGNAL" => {}
                // What is not read here is not proven here.
                other => panic!("the last stage has a {other} that this test does not know"),
            }
        }
        image
    }
}

/// Native code from the cache of all tests, if it fits, saves its compilation: the script looks itself.
fn bring_native_code(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let made = native().path;
    for extension in ["cwasm", "blake3"] {
        let from = made.with_extension(extension);
        fs::copy(&from, folder.join(from.file_name().unwrap())).unwrap();
    }
}

/// Follows the two COPY of the last stage: all that the script made, and the folder for data.
fn copy_as_told(stage: &[(String, String)], root: &Path, data: &Path) {
    let copies: Vec<&str> =
        stage.iter().filter(|(word, _)| word == "COPY").map(|(_, rest)| rest.as_str()).collect();
    let expected = ["--from=build /image/ /", "--from=build --chown=65532:65532 /data/ /var/lib/arena/"];
    assert_eq!(copies, expected, "what is copied is not what this test lays out");
    let made_of = "deploy/docker/assemble target/release /image /data";
    assert!(read(DOCKERFILE).contains(made_of), "the Dockerfile does not run {made_of}");
    let home = root.join("var/lib/arena");
    fs::create_dir_all(&home).unwrap();
    fs::set_permissions(&home, fs::metadata(data).unwrap().permissions()).unwrap();
    assert_eq!(fs::read_dir(data).unwrap().count(), 0, "there are no data in an image");
    chown(&home, Some(USER), Some(USER)).unwrap();
}

/// The instructions of the Dockerfile, each on one line.
pub(crate) fn instructions() -> Vec<(String, String)> {
    let text = read(DOCKERFILE);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let whole = lines.join("\n").replace("\\\n", " ");
    let words = whole.lines().filter_map(|line| line.trim().split_once(' '));
    words
        .map(|(word, rest)| (word.to_owned(), rest.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect()
}

fn last_stage(instructions: &[(String, String)]) -> Vec<(String, String)> {
    let from = instructions.iter().rposition(|(word, _)| word == "FROM").unwrap();
    instructions[from..].to_vec()
}

fn pairs(rest: &str) -> Vec<(String, String)> {
    let one = |word: &str| {
        let (name, value) = word.split_once('=').unwrap();
        (name.to_owned(), value.trim_matches('"').to_owned())
    };
    rest.split(' ').map(one).collect()
}

/// Every file below a folder, by its path there.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(one).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path().strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// Whether a file can be changed by whoever runs in a container.
pub(crate) fn is_writable_by_user(path: &Path) -> bool {
    let metadata = fs::symlink_metadata(path).unwrap();
    !metadata.is_symlink() && (metadata.uid() == USER || metadata.mode() & 0o022 != 0)
}
