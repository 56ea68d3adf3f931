//! The breakout drill: whoever takes over a sealed child gets nowhere, each layer holds alone, and
//! nothing that is allowed is there for nothing. Needs `examples/drill`, which `cargo test` builds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and says what it skips"
)]

mod support;
#[path = "../src/harden/syscalls/mod.rs"]
#[allow(dead_code, unused_imports, reason = "read here, used in the shim")]
mod syscalls;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child as Process, Command, Stdio};

use pipe::{Ended, FromZygote, ToZygote};
use support::{Answer, Child, Zygote};
use syscalls::{Allowed, SEALED, ZYGOTE};

/// SIGSYS: a forbidden system call.
const FORBIDDEN: Ended = Ended::Signalled(31);
/// One system call each. With `{}`, the process that is to be harmed.
const CALLS: &[&str] = &[
    "open",
    "open_proc",
    "create",
    "mkdir",
    "exec",
    "socket",
    "fork",
    "clone3",
    "ptrace {}",
    "process_vm_readv {}",
    "process_vm_writev {}",
    "kill {}",
    "kill_all",
    "tgkill {}",
    "pidfd_open {}",
    "pidfd_getfd",
    "mmap_exec",
    "mmap_socket",
    "mmap_shared",
    "mprotect_exec",
    "pkey_mprotect",
    "memfd_create",
    "io_uring_setup",
    "userfaultfd",
    "bpf",
    "perf_event_open",
    "keyctl",
    "unshare",
    "setns",
    "mount",
    "chroot",
    "prctl",
    "prlimit64",
    "setuid",
    "sendmsg",
    "recvmsg",
    "write",
    "dup",
    "ioctl",
    "shmget",
    "sched_setaffinity",
    "getpid",
    "x32",
    "foreign_call",
    "connect 80",
];
/// What no bot here is known to reach. The host's allocator makes this call when a large allocation
/// grows; without it, whoever finds a way to make one grow could void matches at will.
const NOT_REACHED: &[&str] = &["mremap"];
/// What Landlock and namespaces are there for. `#` is a port that somebody listens on.
const REACHING_OUT: &[&str] = &[
    "open",
    "open_proc",
    "create",
    "mkdir",
    "exec",
    "connect #",
    "kill {}",
    "ptrace {}",
    "process_vm_readv {}",
    "process_vm_writev {}",
];

fn program() -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_sandbox-shim")).with_file_name("examples/drill");
    assert!(path.exists(), "{} is missing: `cargo build --example drill` makes it", path.display());
    path
}

fn drill(without: &str) -> Zygote {
    Zygote::start_program(&program(), &["--without", without]).unwrap_or_else(|said| panic!("{said:?}"))
}

/// What came of an attack: what the attacker said, and how it ended.
fn attack(zygote: &mut Zygote, name: &str) -> (Answer, Ended) {
    let mut child = zygote.fork();
    let answer = child.load(&format!("#!attack {name}\n"));
    child.hang_up();
    (answer, zygote.reap(&child))
}

/// A process of ours that an attacker would like to harm. Ends with the test.
struct Victim(Process);

impl Victim {
    fn new() -> Victim {
        Victim(Command::new("sleep").arg("600").stdout(Stdio::null()).spawn().unwrap())
    }

    fn asked(&self, name: &str) -> String {
        name.replace("{}", &self.0.id().to_string())
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How a bot of ours plays, to be compared.
fn honest(zygote: &mut Zygote) -> Vec<Answer> {
    let mut child = zygote.fork();
    let mut said = vec![child.load("import random\ndef bot_main(data): return [random.random()]\n")];
    said.extend((1..=3).map(|tick| child.turn(tick)));
    said
}

#[test]
fn whoever_breaks_out_gets_nowhere_and_the_others_play_on() {
    let mut zygote = drill("");
    let before = honest(&mut zygote);
    let mut victim = Victim::new();
    let opponent = zygote.fork();
    for name in CALLS {
        assert_eq!(attack(&mut zygote, &victim.asked(name)), (Answer::Gone, FORBIDDEN), "{name}");
    }
    // The opponent and the zygote as they can be guessed at from within, and their descriptors.
    for pid in [1, 2, 3, opponent.pid, zygote.process.id(), std::process::id()] {
        for name in ["ptrace", "process_vm_readv", "process_vm_writev", "kill", "pidfd_open"] {
            assert_eq!(attack(&mut zygote, &format!("{name} {pid}")).1, FORBIDDEN, "{name} {pid}");
        }
    }
    for descriptor in 1..16 {
        for name in ["send_elsewhere", "receive_elsewhere"] {
            let asked = format!("{name} {descriptor}");
            assert_eq!(attack(&mut zygote, &asked), (Answer::Gone, FORBIDDEN), "{asked}");
        }
    }
    assert!(victim.0.try_wait().unwrap().is_none(), "the victim lives");
    assert_eq!(honest(&mut zygote), before);
}

#[test]
fn whoever_breaks_out_gets_a_bounded_share_of_memory() {
    let (answer, _) = attack(&mut drill(""), "memory");
    assert!(matches!(&answer, Answer::Broken(why) if why.starts_with("refused after ")), "{answer:?}");
}

#[test]
fn noise_harms_nobody_but_its_sender() {
    let mut zygote = drill("");
    let before = honest(&mut zygote);
    let child = zygote.fork();
    let source = terms::Bundle::of_source(b"#!attack frames\n".to_vec()).encode();
    child.send(&pipe::ToShim::Load(pipe::Load { bundle_bytes: source.len() as u32, ..support::load(1) }, ""));
    child.send(&pipe::ToShim::Chunk(&source));
    for _ in 0..64 {
        // Whatever it is, it is a frame or it is none.
        let _ = pipe::FromShim::decode(&child.receive_bytes());
    }
    child.hang_up();
    zygote.reap(&child);
    assert_eq!(honest(&mut zygote), before);
}

/// Attacks that need no forbidden call to be stopped, and what the attacker says of them.
fn refusals(zygote: &mut Zygote, victim: &Victim, port: u16) -> Vec<(&'static str, Answer)> {
    let asked = |name: &str| victim.asked(name).replace('#', &port.to_string());
    REACHING_OUT.iter().map(|name| (*name, attack(zygote, &asked(name)).0)).collect()
}

fn all_refused(without: &str) {
    let mut victim = Victim::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut zygote = drill(without);
    for (name, answer) in refusals(&mut zygote, &victim, listener.local_addr().unwrap().port()) {
        let refused = matches!(&answer, Answer::Broken(why) if why.starts_with("refused: "));
        assert!(refused, "without {without}: {name}: {answer:?}");
    }
    assert!(victim.0.try_wait().unwrap().is_none(), "the victim lives");
    assert!(!Path::new("/tmp/arena-drill").exists() && !Path::new("/tmp/arena-drill-folder").exists());
}

#[test]
fn without_seccomp_the_other_layers_stop_files_network_and_processes() {
    all_refused("seccomp");
}

#[test]
fn landlock_and_namespaces_alone_stop_files_network_and_processes() {
    all_refused("seccomp|rlimits");
}

#[test]
fn namespaces_alone_stop_files_network_and_processes() {
    if !drill("").layers.iter().all(|layer| layer.enabled) {
        eprintln!("skipped: this system does not give every namespace");
        return;
    }
    all_refused("seccomp|rlimits|landlock");
}

#[test]
fn seccomp_alone_stops_everything() {
    let mut zygote = drill("rlimits|landlock");
    let victim = Victim::new();
    for name in CALLS {
        assert_eq!(attack(&mut zygote, &victim.asked(name)), (Answer::Gone, FORBIDDEN), "{name}");
    }
}

/// A life that makes every call that is allowed. Says whether all went well.
fn exercise(without: &str) -> bool {
    let Ok(mut zygote) = Zygote::start_program(&program(), &["--without", without]) else { return false };
    let bots = [
        "def bot_main(data):\n    print('x' * 60000)\n    return ['y' * 60000]\n",
        "def f(): f()\ndef bot_main(data):\n    import sys\n    sys.setrecursionlimit(10**9)\n    f()\n",
        "keep = []\ndef bot_main(data):\n    keep.append(bytearray(9000000))\n    return []\n",
        "import os\ndef bot_main(data):\n    os.abort()\n",
        "def bot_main(data):\n    return ['x' * 10000000]\n",
        "import os\ndef bot_main(data):\n    os._exit(3)\n",
        "def bot_main(data):\n    return []\n",
    ];
    for bot in bots {
        let Some(mut child) = try_fork(&mut zygote) else { return false };
        let plenty = pipe::Load { turn_fuel: 1 << 31, memory_bytes: 1 << 29, ..support::load(1) };
        let mut answer = child.load_with(plenty, &terms::Bundle::of_source(bot.as_bytes().to_vec()));
        for tick in 1..=5 {
            if answer == Answer::Gone {
                break;
            }
            answer = child.turn(tick);
        }
        child.hang_up();
        if !matches!(
            zygote.try_ask(ToZygote::Reap { pid: waited(&child) }, None),
            Some((FromZygote::Reaped(Ended::Exited(0)), _))
        ) {
            return false;
        }
    }
    // One that is spoken to in a way that it does not understand says so.
    let Ok(mut rude) = Zygote::start_program(&program(), &["--without", without]) else { return false };
    rude.send_bytes(&[0xff], None);
    let code = rude.process.wait().unwrap().code();
    code == Some(1) && zygote.hang_up() == Some(0)
}

fn waited(child: &Child) -> u32 {
    child.wait_for_end();
    child.pid
}

fn try_fork(zygote: &mut Zygote) -> Option<Child> {
    let (ours, theirs) = support::pair();
    match zygote.try_ask(ToZygote::Fork { core: Some(0) }, Some(&theirs)) {
        Some((FromZygote::Forked { pid }, Some(pidfd))) => Some(Child::new(ours, pid, pidfd)),
        _ => None,
    }
}

fn key(entry: &Allowed) -> String {
    format!("{}: {}", entry.name, entry.why)
}

#[test]
fn nothing_is_allowed_for_nothing() {
    assert!(exercise(""), "the whole list suffices");
    let silent_probe = SEALED.iter().find(|entry| entry.name == "exit_group").map(key).unwrap();
    let mut idle = Vec::new();
    for entry in SEALED.iter().chain(ZYGOTE) {
        let needed = if entry.why.starts_with("what a probe child said") {
            // Only a probe that fails needs this: the zygote tells why, or is killed for asking.
            let without = [silent_probe.clone(), key(entry)].join("|");
            let told =
                |without: &str| Zygote::start_program(&program(), &["--without", without]).err().unwrap();
            told(&silent_probe).is_some() && told(&without).is_none()
        } else {
            !exercise(&key(entry))
        };
        if !needed {
            idle.push(entry.name);
        }
    }
    assert_eq!(idle, NOT_REACHED, "these are allowed, and nothing here needs them");
}
