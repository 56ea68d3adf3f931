//! `sandbox-shim doctor` and `--require-namespaces`: as it is, as nobody in particular, and where
//! the system gives no namespaces. On a system that gives none to anybody, that is as it is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use pipe::FromZygote;
use support::{Zygote, native};

const SHIM: &str = env!("CARGO_BIN_EXE_sandbox-shim");
const NAMESPACES: [&str; 7] = ["user", "network", "ipc", "uts", "cgroup", "mount", "pid"];
/// A uid that owns nothing.
const NOBODY: u32 = 65_534;
/// A user namespace in which no further ones are allowed, like many containers.
const FORBID: &str = "for kind in user net ipc uts cgroup mnt pid; do \
    echo 0 > /proc/sys/user/max_${kind}_namespaces || exit 99; done; exec \"$@\"";

fn shim(arguments: &[&str]) -> (Option<i32>, String, String) {
    told(Command::new(SHIM).args(arguments).stdin(Stdio::null()).output().unwrap())
}

fn told(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A command that runs `program` where the system gives no namespaces: in one in which no others are
/// allowed; or, where not even that one is given, as anybody.
fn without_namespaces(program: &str) -> Command {
    let forbidden = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "sh", "-c", FORBID, "sh"]);
        command
    };
    let can_forbid =
        forbidden().arg("true").stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    let mut command = if can_forbid { forbidden() } else { as_nobody() };
    command.arg(program);
    command
}

/// A command that runs its first argument as somebody without any privilege.
fn as_nobody() -> Command {
    let nobody = || {
        let mut command = Command::new("env");
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
        command
    };
    // Whoever cannot become nobody is nobody in particular already.
    let can_become = nobody().arg("true").status().is_ok_and(|status| status.success());
    if can_become { nobody() } else { Command::new("env") }
}

/// A copy of the shim where anybody can reach it.
fn for_everybody() -> (tempfile::TempDir, String) {
    let folder = tempfile::Builder::new().prefix("doctor").tempdir_in("/tmp").unwrap();
    let copy = folder.path().join("sandbox-shim");
    // By another process: what this one has open for writing, a child that another test makes just
    // then has open as well, and what is open for writing is not executed.
    let status = Command::new("cp").args([SHIM, copy.to_str().unwrap()]).status().unwrap();
    assert!(status.success());
    let everyone = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    std::fs::set_permissions(folder.path(), everyone.clone()).unwrap();
    std::fs::set_permissions(&copy, everyone).unwrap();
    let path = copy.to_str().unwrap().to_owned();
    (folder, path)
}

/// A copy of the interpreter where anybody can read it.
fn native_for_everybody(folder: &Path) -> String {
    let copy = folder.join("python.cwasm");
    std::fs::copy(&native().path, &copy).unwrap();
    let everyone = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o644);
    std::fs::set_permissions(&copy, everyone).unwrap();
    copy.to_str().unwrap().to_owned()
}

#[test]
fn nobody_can_attach_to_a_zygote_or_a_child_of_their_own() {
    let (folder, shim) = for_everybody();
    let code = native_for_everybody(folder.path());
    let mut command = as_nobody();
    command.args([&shim, "zygote", "--native", &code, "--native-digest", &native().digest]);
    command.args(["--stack-bytes", "2097152"]);
    let (mut zygote, first) = Zygote::spawn_command(command);
    assert!(matches!(first, Some(FromZygote::Ready { .. })), "{first:?}");
    let child = zygote.fork();
    // The kernel gives the files of a process that cannot be attached to to root, whoever runs it.
    for pid in [zygote.process.id(), child.pid] {
        let files = std::fs::metadata(format!("/proc/{pid}/environ")).unwrap();
        assert_eq!(files.uid(), 0, "{pid}");
    }
}

#[test]
fn the_doctor_leaves_nobody_behind() {
    let doctor = Command::new(SHIM)
        .arg("doctor")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let group = rustix::process::Pid::from_child(&doctor);
    assert!(doctor.wait_with_output().unwrap().status.success());
    // What it forked ends when it does, which the kernel tells them a moment later.
    let began = Instant::now();
    while rustix::process::test_kill_process_group(group).is_ok() {
        assert!(began.elapsed() < Duration::from_secs(30), "a process of the doctor's lives on");
        std::thread::yield_now();
    }
}

#[test]
fn the_doctor_reports_the_layers_of_a_zygote() {
    let (code, text, _) = shim(&["doctor"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, json, _) = shim(&["doctor", "--json"]);
    assert_eq!(code, Some(0), "{json}");
    assert!(json.starts_with("{\"version\":1,\"can_host\":true,\"layers\":["), "{json}");
    let zygote = Zygote::start();
    let names = json.lines().filter_map(|line| line.split("\"name\":\"").nth(1)?.split('"').next());
    assert!(names.eq(zygote.layers.iter().map(|layer| layer.name.as_str())), "{json}");
    for layer in &zygote.layers {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(&layer.name)).unwrap();
        assert!(line.contains(&layer.detail) && line.contains("mandatory") | line.contains("optional"));
        let state = format!("\"name\":\"{}\",\"enabled\":{}", layer.name, layer.enabled);
        assert!(json.contains(&state), "{json}");
    }
}

#[test]
fn what_is_wrong_on_the_command_line_is_named() {
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
    let (_folder, shim) = for_everybody();
    let (code, text, error) = told(without_namespaces(&shim).arg("doctor").output().unwrap());
    assert_eq!(code, Some(0), "{text}{error}");
    for kind in NAMESPACES {
        let name = format!("{kind}_namespace");
        let mut lines = text.lines().skip_while(|line| !line.starts_with(&name));
        let line = lines.next().unwrap();
        assert!(line.contains(" off ") && line.contains("optional"), "{line}");
        let remedy = lines.next().unwrap();
        assert!(remedy.contains("it needs: allow unprivileged user namespaces"), "{remedy}");
    }
    assert!(text.contains("every mandatory layer is on"), "{text}");
    let (_, json, _) = told(without_namespaces(&shim).args(["doctor", "--json"]).output().unwrap());
    assert!(json.contains("\"name\":\"mount_namespace\",\"enabled\":false,\"mandatory\":false"), "{json}");
    assert!(json.contains("\"remedy\":\"allow unprivileged"), "{json}");
}

#[test]
fn nobody_in_particular_gets_the_same_layers() {
    let (_folder, shim) = for_everybody();
    let (code, text, error) = told(as_nobody().arg(&shim).arg("doctor").output().unwrap());
    assert_eq!(code, Some(0), "{text}{error}");
    let mandatory = text.lines().filter(|line| line.split_whitespace().nth(2) == Some("mandatory"));
    assert!(mandatory.clone().count() >= 10 && mandatory.clone().all(|line| line.contains(" on ")), "{text}");
}

#[test]
fn required_namespaces_are_there_or_nothing_starts() {
    let zygote = Zygote::start();
    let all_on = zygote.has_namespaces();
    let native = native();
    let path = native.path.to_str().unwrap();
    let arguments = [
        "--native",
        path,
        "--native-digest",
        &native.digest,
        "--stack-bytes",
        "2097152",
        "--require-namespaces",
    ];
    let (_zygote, first) = Zygote::spawn(&arguments);
    assert_eq!(matches!(first, Some(FromZygote::Ready { .. })), all_on, "{first:?}");
    // Everybody can reach what is opened here: nobody may be who opens it.
    let (folder, shim) = for_everybody();
    let code = native_for_everybody(folder.path());
    let arguments = arguments.map(|argument| if argument == path { &code } else { argument });
    let mut command = without_namespaces(&shim);
    command.arg("zygote").args(arguments);
    let (mut zygote, first) = Zygote::spawn_command(command);
    let Some(FromZygote::Failed(why)) = first else { panic!("{first:?}") };
    for kind in NAMESPACES {
        assert!(why.contains(&format!("{kind}_namespace")), "{why}");
    }
    assert!(why.contains("allow unprivileged user namespaces"), "{why}");
    assert!(!zygote.process.wait().unwrap().success());
}
