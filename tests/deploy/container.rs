//! Containers as Docker and Kubernetes run them: the same runtime, runc, with the seccomp profile that
//! engines use, without an engine.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use arena_tests::Program;
use nix::sched::{CloneFlags, setns};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::image::{Image, USER};
use crate::tools::output;

/// The profile of Debian's container tools, which `tests/servers/install` fetches.
const PROFILE: &str = "/usr/local/share/containers/seccomp.json";
/// What Docker's own profile, which is the stricter one, refuses to whoever has no capability.
const REFUSED: [&str; 13] = [
    "unshare",
    "setns",
    "mount",
    "umount",
    "umount2",
    "pivot_root",
    "move_mount",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "open_tree",
    "mount_setattr",
];

/// A network that containers share, with nothing in it but loopback. It ends with this.
pub(crate) struct Network {
    holder: Child,
    /// Kept for as long as there may be containers.
    _image: Arc<Image>,
}

impl Network {
    pub(crate) fn new() -> Network {
        let mut holder = Command::new("unshare")
            .args(["--net", "sh", "-c", "ip link set lo up && echo there && exec cat >/dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tests need `unshare`: run tests/servers/install");
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "there\n", "containers need root, and a system that gives namespaces");
        Network { holder, _image: Image::get() }
    }

    fn path(&self) -> String {
        format!("/proc/{}/ns/net", self.holder.id())
    }

    /// What is answered at a path of a port, status line and all; nothing if nobody answers.
    pub(crate) fn get(&self, port: u16, path: &str) -> Option<String> {
        let ask = || {
            setns(fs::File::open(self.path()).ok()?, CloneFlags::CLONE_NEWNET).ok()?;
            let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
            write!(stream, "GET {path} HTTP/1.1\r\nhost: arena\r\nconnection: close\r\n\r\n").ok()?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).ok()?;
            Some(answer)
        };
        // Only a thread of its own may be somewhere else.
        std::thread::scope(|scope| scope.spawn(ask).join()).unwrap()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// What a container is told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Container {
    /// The command; what the image does by itself if it is empty.
    pub(crate) command: Vec<String>,
    /// Variables besides those of the image.
    pub(crate) env: BTreeMap<String, String>,
    /// What is mounted: from, to, and whether it may be written.
    pub(crate) mounts: Vec<(PathBuf, String, bool)>,
    /// Folders in memory.
    pub(crate) tmpfs: Vec<String>,
    /// A group besides the user's own, as Kubernetes' fsGroup.
    pub(crate) groups: Vec<u32>,
    /// System calls that alone are allowed; the engines' profile if there are none.
    pub(crate) calls: Vec<String>,
}

/// A container that was started. It is removed with this.
pub(crate) struct Running {
    /// runc, which passes on signals and ends as the container does.
    program: Option<Program>,
    folder: TempDir,
    name: String,
}

impl Container {
    /// Mounts something.
    pub(crate) fn mount(mut self, from: &Path, to: &str, is_writable: bool) -> Container {
        self.mounts.push((from.to_owned(), to.to_owned(), is_writable));
        self
    }

    /// Starts it in that network.
    pub(crate) fn start(&self, network: &Network) -> Running {
        let (mut running, mut command) = self.prepare(network);
        running.program = Some(Program::start(&mut command));
        running
    }

    /// Runs it to its end: its exit code, and all it said on standard error.
    pub(crate) fn run(&self, network: &Network) -> (Option<i32>, String) {
        self.start(network).end()
    }

    /// What it writes to standard output.
    pub(crate) fn output(&self, network: &Network) -> String {
        let (_removed_afterwards, mut command) = self.prepare(network);
        output(&mut command)
    }

    fn prepare(&self, network: &Network) -> (Running, Command) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("arena-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        // A container's own layer: the image's files, and places for what is mounted.
        let copied = Command::new("cp").arg("-al").arg(Image::get().root()).arg(&root).status().unwrap();
        assert!(copied.success());
        fs::write(folder.path().join("config.json"), self.config(&root, network).to_string()).unwrap();
        let mut command = runc(folder.path());
        command.args(["run", "--bundle"]).arg(folder.path()).arg(&name);
        (Running { program: None, folder, name }, command)
    }

    fn config(&self, root: &Path, network: &Network) -> Value {
        let image = Image::get();
        let args = if self.command.is_empty() { &image.command } else { &self.command };
        let env: BTreeMap<_, _> = image.env.iter().chain(&self.env).collect();
        let env: Vec<String> = env.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let none: [&str; 0] = [];
        let none = json!({"bounding": none, "effective": none, "permitted": none, "inheritable": none, "ambient": none});
        json!({
            "ociVersion": "1.0.2",
            "process": {
                "user": {"uid": USER, "gid": USER, "additionalGids": self.groups},
                "args": args, "env": env, "cwd": image.workdir,
                "capabilities": none, "noNewPrivileges": true,
            },
            "root": {"path": root, "readonly": true},
            "hostname": "container",
            "mounts": self.mount_list(),
            "linux": {
                "namespaces": [
                    {"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"},
                    {"type": "network", "path": network.path()},
                ],
                "seccomp": self.profile(),
                "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
                "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
            },
        })
    }

    fn mount_list(&self) -> Value {
        let guarded = ["nosuid", "nodev"];
        let mut list = vec![
            json!({"destination": "/proc", "type": "proc", "source": "proc"}),
            json!({"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]}),
            json!({"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["ro", "nosuid", "nodev"]}),
        ];
        let in_memory = self.tmpfs.iter().map(|to| {
            json!({"destination": to, "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"]})
        });
        list.extend(in_memory);
        list.extend(self.mounts.iter().map(|(from, to, is_writable)| {
            let how = if *is_writable { "rw" } else { "ro" };
            let options = [&guarded[..], &["rbind", how]].concat();
            json!({"destination": to, "type": "bind", "source": from, "options": options})
        }));
        Value::Array(list)
    }

    fn profile(&self) -> Value {
        let refuse = json!({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1});
        let mut profile = refuse;
        profile["syscalls"] = if self.calls.is_empty() {
            Value::Array(engines_rules())
        } else {
            json!([{"names": self.calls, "action": "SCMP_ACT_ALLOW"}])
        };
        profile
    }
}

impl Running {
    /// The container's own program, which is still running.
    pub(crate) fn program(&self) -> &Program {
        self.program.as_ref().unwrap()
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        self.program.take().unwrap().end()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = runc(self.folder.path()).args(["delete", "--force", &self.name]).output();
    }
}

fn runc(folder: &Path) -> Command {
    let mut command = Command::new("runc");
    // Limits of cgroups are the engine's business, and a test's machine may have none to give.
    command.arg("--root").arg(folder.join("state")).args(["--rootless", "true"]);
    command
}

/// The rules of the engines' profile for whoever has no capability, on this processor.
fn engines_rules() -> Vec<Value> {
    let text =
        fs::read(PROFILE).unwrap_or_else(|_| panic!("{PROFILE} is missing: run tests/servers/install"));
    let profile: Value = serde_json::from_slice(&text).unwrap();
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let is_ours = |rule: &&Value| {
        let is_for_us = |list: &Value| list.as_array().is_none_or(|list| list.contains(&json!(arch)));
        is_for_us(&rule["includes"]["arches"]) && rule["includes"]["caps"].is_null()
    };
    profile["syscalls"].as_array().unwrap().iter().filter(is_ours).filter_map(narrowed).collect()
}

fn narrowed(rule: &Value) -> Option<Value> {
    let names = rule["names"].as_array().unwrap().iter();
    let names: Vec<&Value> = names.filter(|name| !REFUSED.iter().any(|refused| **name == *refused)).collect();
    let mut rule =
        json!({"names": names, "action": rule["action"], "args": rule["args"], "errnoRet": rule["errnoRet"]});
    rule.as_object_mut()?.retain(|_, value| !value.is_null());
    (!names.is_empty()).then_some(rule)
}
