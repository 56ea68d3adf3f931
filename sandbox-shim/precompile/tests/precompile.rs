//! `precompile` as a worker and as people use it. The smallest component is enough for most of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A component without anything in it.
const EMPTY_COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

struct Place {
    dir: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { dir: TempDir::new().unwrap() }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn cache(&self) -> PathBuf {
        self.dir.path().join("cache")
    }

    fn run(&self, wasm: &Path) -> Said {
        precompile(wasm, &self.cache())
    }

    /// The files of the cache with that extension.
    fn cached(&self, extension: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.cache().join("native")).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
    }
}

#[derive(Debug)]
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    fn refused(&self, expected: &str) {
        let refused = self.code == Some(1) && self.out.is_empty() && self.err.contains(expected);
        assert!(refused, "expected {expected:?}: {self:?}");
    }
}

fn command(wasm: &Path, cache: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_precompile"));
    command.arg(wasm).arg("--cache-dir").arg(cache);
    command
}

fn precompile(wasm: &Path, cache: &Path) -> Said {
    command(wasm, cache).output().unwrap().into()
}

#[test]
fn what_is_no_component_is_named() {
    let place = Place::new();
    place.run(Path::new("/nothing/here.wasm")).refused("there is no file /nothing/here.wasm");
    place.run(place.dir.path()).refused("cannot read");
    for (name, bytes, expected) in [
        ("empty", &b""[..], "it is empty"),
        ("module", b"\0asm\x01\0\0\0", "it is a core module"),
        ("text", b"(component)", "it is a text file"),
        ("short", b"\0asm\x0d", "it ends after its first few bytes"),
        ("noise", &[0xfe; 300], "does not begin like WebAssembly"),
        ("damaged", b"\0asm\x0d\0\x01\0\x01\x7f", "does not compile"),
    ] {
        place.run(&place.file(name, bytes)).refused(expected);
    }
    assert!(!place.cache().join("native").exists() || place.cached("cwasm").is_empty());
}

#[test]
fn a_second_call_finds_what_the_first_one_made() {
    let place = Place::new();
    let wasm = place.file("a.wasm", EMPTY_COMPONENT);
    let (first, second) = (place.run(&wasm), place.run(&wasm));
    assert!(first.err.contains("compiling") && !second.err.contains("compiling"), "{first:?} {second:?}");
    let (first, second) = (first.json(), second.json());
    assert_eq!((&first["cached"], &second["cached"]), (&false.into(), &true.into()));
    assert_eq!((&first["path"], &first["blake3"]), (&second["path"], &second["blake3"]));
    let native = fs::read(first["path"].as_str().unwrap()).unwrap();
    assert_eq!(first["blake3"], terms::Digest::of(&native).to_string());
}

#[test]
fn what_came_with_the_programs_is_used_where_it_lies_unless_others_could_change_it() {
    let (maker, user) = (Place::new(), Place::new());
    let wasm = maker.file("a.wasm", EMPTY_COMPONENT);
    let made = maker.run(&wasm).json();
    let native = PathBuf::from(made["path"].as_str().unwrap());
    let folder = maker.cache();
    let run = || Said::from(command(&wasm, &user.cache()).arg("--prebuilt").arg(&folder).output().unwrap());
    assert_eq!(run().json()["path"], made["path"]);
    assert!(!user.cache().exists(), "nothing needed a cache that can be written");

    for (path, open, shut) in [(&native, 0o666, 0o444), (&folder.join("native"), 0o777, 0o755)] {
        fs::set_permissions(path, fs::Permissions::from_mode(open)).unwrap();
        let said = run();
        assert!(said.err.contains("is not used") && said.err.contains(path.to_str().unwrap()), "{said:?}");
        assert!(said.json()["path"].as_str().unwrap().starts_with(user.cache().to_str().unwrap()));
        fs::set_permissions(path, fs::Permissions::from_mode(shut)).unwrap();
    }
    assert_eq!(run().json()["path"], made["path"]);
    fs::set_permissions(&native, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&native, b"something else").unwrap();
    assert!(run().err.contains("is damaged"));
    assert_ne!(run().json()["path"], made["path"]);
}

#[test]
fn only_the_owner_gets_at_the_cache() {
    let place = Place::new();
    fs::create_dir_all(place.cache().join("native")).unwrap();
    fs::set_permissions(place.cache().join("native"), fs::Permissions::from_mode(0o777)).unwrap();
    place.run(&place.file("a.wasm", EMPTY_COMPONENT)).json();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&place.cache().join("native")), 0o700);
    for entry in fs::read_dir(place.cache().join("native")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn damage_is_found_and_repaired() {
    let place = Place::new();
    let wasm = place.file("a.wasm", EMPTY_COMPONENT);
    let whole = place.run(&wasm).json();
    let native = PathBuf::from(whole["path"].as_str().unwrap());
    let bytes = fs::read(&native).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    for damaged in [&flipped[..], &bytes[..bytes.len() / 2], b""] {
        fs::write(&native, damaged).unwrap();
        let repaired = place.run(&wasm);
        assert!(repaired.err.contains("is damaged; making it again"), "{repaired:?}");
        assert_eq!(repaired.json()["cached"], false);
        assert_eq!(terms::Digest::of(&fs::read(&native).unwrap()).to_string(), repaired.json()["blake3"]);
    }
    for missing in ["blake3", "cwasm"] {
        fs::remove_file(&place.cached(missing)[0]).unwrap();
        assert_eq!(place.run(&wasm).json()["cached"], false, "{missing}");
    }
}

#[test]
fn of_several_at_once_one_compiles_and_the_others_wait() {
    let place = Place::new();
    let wasm = place.file("a.wasm", EMPTY_COMPONENT);
    let start = || {
        command(&wasm, &place.cache())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let running: Vec<_> = (0..8).map(|_| start()).collect();
    let said: Vec<Said> = running.into_iter().map(|one| one.wait_with_output().unwrap().into()).collect();
    let made = said.iter().filter(|said| said.json()["cached"] == false).count();
    assert_eq!(made, 1, "{said:?}");
    assert_eq!(place.cached("cwasm").len(), 1);
    let leftovers = fs::read_dir(place.cache().join("native")).unwrap().count();
    assert_eq!(leftovers, 3, "the code, its digest and its lock");
}

#[test]
fn a_cache_that_cannot_be_used_is_named() {
    let place = Place::new();
    let wasm = place.file("a.wasm", EMPTY_COMPONENT);
    let file = place.file("file", b"");
    precompile(&wasm, &file).refused("cannot make the cache directory");
    precompile(&wasm, Path::new("/proc/nothing")).refused("cannot make the cache directory");
}

#[test]
fn a_full_disk_is_named_and_leaves_nothing_behind() {
    let place = Place::new();
    let wasm = place.file("a.wasm", EMPTY_COMPONENT);
    fs::create_dir(place.cache()).unwrap();
    let script =
        r#"mount -t tmpfs -o size=8k none "$1" && shift && "$@"; code=$?; ls -A "$4"/native; exit $code"#;
    let inside = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .arg(place.cache())
        .arg(env!("CARGO_BIN_EXE_precompile"))
        .arg(&wasm)
        .arg("--cache-dir")
        .arg(place.cache())
        .output();
    let said = match inside {
        Ok(output) if !String::from_utf8_lossy(&output.stderr).contains("unshare") => Said::from(output),
        // Without a disk of our own there is nothing to fill.
        _ => return,
    };
    assert!(said.code == Some(1) && said.err.contains("is full"), "{said:?}");
    assert!(!said.out.contains("tmp"), "{said:?}");
}

#[test]
fn no_input_makes_it_panic() {
    let place = Place::new();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    for round in 0..150 {
        let mut bytes = EMPTY_COMPONENT.to_vec();
        // Section numbers and lengths that are nearly right lead deeper than noise does.
        bytes.extend((0..round % 40).map(|_| random() % 16));
        let said = place.run(&place.file("noise.wasm", &bytes));
        assert!(matches!(said.code, Some(0 | 1)), "{bytes:?}: {said:?}");
        assert!(!said.err.contains("panicked"), "{bytes:?}: {said:?}");
    }
}

#[test]
fn usage_is_explained() {
    let run = |arguments: &[&str]| -> Said {
        Command::new(env!("CARGO_BIN_EXE_precompile")).args(arguments).output().unwrap().into()
    };
    assert_eq!(run(&[]).code, Some(2));
    let refused = run(&["x.wasm", "--cache-dir", "c", "--stack-bytes", "7"]);
    assert!(refused.code == Some(2) && refused.err.contains("from 262144 to 4194304"), "{refused:?}");
    assert!(run(&["--help"]).out.contains("--cache-dir"));
}
