//! The breakout drill: whoever takes over a sealed child gets nowhere, and each layer holds alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::net::{TcpListener, UdpSocket};
use std::process::{Child as Process, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use pipe::Ended;
use support::{Answer, Zygote};

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
/// What Landlock and namespaces are there for, and which of the two stops it. `#` is a port that
/// somebody listens on, `+` one that nobody has, `{=}` another child of the same zygote.
const REACHING_OUT: &[(&str, &[&str])] = &[
    ("open", BOTH),
    ("open_proc", BOTH),
    ("create", BOTH),
    ("mkdir", BOTH),
    ("exec", BOTH),
    ("connect #", BOTH),
    ("connect_udp #", &["namespaces"]),
    ("bind +", &["landlock"]),
    ("kill {}", BOTH),
    ("ptrace {}", BOTH),
    ("process_vm_readv {}", BOTH),
    ("process_vm_writev {}", BOTH),
    ("kill {=}", &["landlock"]),
];
const BOTH: &[&str] = &["landlock", "namespaces"];
/// The layers that the drill can do without.
const LAYERS: [&str; 5] = ["seccomp", "rlimits", "landlock", "namespaces", "capabilities"];

fn drill(without: &str) -> Zygote {
    Zygote::start_program(support::drill(), &["--without", without]).unwrap_or_else(|said| panic!("{said:?}"))
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

/// A drill in which only that layer is on.
fn only(layer: &str) -> Zygote {
    let others: Vec<&str> = LAYERS.into_iter().filter(|other| *other != layer).collect();
    drill(&others.join("|"))
}

/// Every attempt to reach out, what stops it, what the attacker says of it, and how it ended.
fn reach_out(zygote: &mut Zygote) -> Vec<(&'static str, &'static [&'static str], Answer, Ended)> {
    // What one attacker leaves behind must not look like another one's.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (tcp, udp) = both_on_one_port();
    let (taken, free) = (tcp.local_addr().unwrap().port(), free_port());
    let (mut said, mut lives) = (Vec::new(), true);
    for (name, stopped_by) in REACHING_OUT {
        let mut victim = Victim::new();
        let sibling = zygote.fork();
        let asked = victim.asked(name).replace('#', &taken.to_string()).replace('+', &free.to_string());
        let (answer, ended) = attack(zygote, &asked.replace("{=}", &sibling.pid.to_string()));
        lives &= victim.0.try_wait().unwrap().is_none();
        sibling.hang_up();
        lives &= zygote.reap(&sibling) == Ended::Exited(0);
        said.push((*name, *stopped_by, answer, ended));
    }
    drop(udp);
    let file = std::fs::remove_file("/tmp/arena-drill").is_ok();
    let made = [file, std::fs::remove_dir("/tmp/arena-drill-folder").is_ok()];
    let stopped = said.iter().all(|(.., answer, _)| is_refused(answer) || *answer == Answer::Gone);
    assert!(!stopped || (lives && made == [false, false]), "{lives} {made:?}: {said:?}");
    said
}

/// A TCP and a UDP port of one number.
fn both_on_one_port() -> (TcpListener, UdpSocket) {
    let pairs = (0..100).filter_map(|_| {
        let tcp = TcpListener::bind("127.0.0.1:0").ok()?;
        let udp = UdpSocket::bind(tcp.local_addr().ok()?).ok()?;
        Some((tcp, udp))
    });
    pairs.take(1).next().unwrap()
}

/// A port that nobody listens on any more.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer, Answer::Broken(why) if why.starts_with("refused: "))
}

/// Everything that this layer is there for is refused.
fn stops(zygote: &mut Zygote, layer: &str, also: impl Fn(&str) -> bool) {
    for (name, stopped_by, answer, _) in reach_out(zygote) {
        let expected = stopped_by.contains(&layer) && also(name);
        assert!(!expected || is_refused(&answer), "{layer} alone: {name}: {answer:?}");
    }
}

/// What Landlock can deny on this kernel.
fn landlock_denies(name: &str) -> bool {
    // What an older one cannot deny, it does not say that it denies.
    let denies = drill("").layer("landlock").detail.clone();
    assert!(denies.contains("files"), "{denies}");
    match name.split(' ').next() {
        Some("connect" | "bind") => denies.contains("TCP ports"),
        Some("kill") => denies.contains("signals"),
        _ => true,
    }
}

#[test]
fn without_seccomp_the_other_layers_stop_files_network_and_processes() {
    for (name, _, answer, _) in reach_out(&mut drill("seccomp")) {
        assert!(is_refused(&answer), "{name}: {answer:?}");
    }
}

#[test]
fn landlock_alone_stops_files_network_and_processes() {
    stops(&mut only("landlock"), "landlock", landlock_denies);
}

#[test]
fn a_childs_landlock_keeps_it_from_its_siblings_and_the_zygotes_from_everybody_else() {
    let without = |whose| drill(&["seccomp", "rlimits", "namespaces", "capabilities", whose].join("|"));
    stops(&mut without("zygote_landlock"), "landlock", landlock_denies);
    stops(&mut without("child_landlock"), "landlock", |name| name != "kill {=}" && landlock_denies(name));
}

#[test]
fn without_namespaces_children_die_with_their_zygote_all_the_same() {
    let mut zygote = drill("namespaces");
    assert!(!zygote.layer("pid_namespace").enabled);
    let mut child = zygote.fork();
    assert!(matches!(child.load("def bot_main(data): return []\n"), Answer::Loaded(_)));
    zygote.process.kill().unwrap();
    child.wait_for_end();
}

#[test]
fn namespaces_alone_stop_files_network_and_processes() {
    // Where the system gives none, they are reported as off, and stop nothing.
    let are_on = drill("").has_namespaces();
    stops(&mut only("namespaces"), "namespaces", |_| are_on);
}

#[test]
fn seccomp_alone_stops_everything() {
    let mut zygote = only("seccomp");
    let victim = Victim::new();
    for name in CALLS {
        assert_eq!(attack(&mut zygote, &victim.asked(name)), (Answer::Gone, FORBIDDEN), "{name}");
    }
    for (name, _, answer, ended) in reach_out(&mut zygote) {
        assert_eq!((answer, ended), (Answer::Gone, FORBIDDEN), "{name}");
    }
}

/// What is refused above is refused by the layers, and not because the attacks are wrong.
#[test]
fn without_any_layer_the_attacks_succeed() {
    for (name, _, answer, ended) in reach_out(&mut only("nothing")) {
        let expected = match name.split(' ').next() {
            // It has become another program, which has nothing to say.
            Some("exec") => answer == Answer::Gone && ended == Ended::Exited(0),
            // Nobody stops it: there is nothing at that address.
            Some("process_vm_readv" | "process_vm_writev") => {
                matches!(&answer, Answer::Broken(why) if why.contains("Bad address"))
            }
            _ => matches!(&answer, Answer::Broken(why) if why.starts_with("succeeded")),
        };
        assert!(expected, "{name}: {answer:?} {ended:?}");
    }
}
