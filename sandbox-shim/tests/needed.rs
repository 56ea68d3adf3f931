//! Nothing is allowed for nothing: each entry of each list of system calls is left out in turn, in
//! the drill, and then somebody's life ends early.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and shows a table"
)]

mod support;
#[path = "../src/harden/syscalls/mod.rs"]
#[allow(dead_code, unused_imports, reason = "read here, used in the shim")]
mod syscalls;

use std::sync::OnceLock;

use pipe::{Ended, FromZygote};
use rustix::process::{Pid, WaitOptions, getpid, set_child_subreaper, waitpid};
use support::{Answer, Child, Compiled, Zygote, compile, drill, native, speaks_utf_16};
use syscalls::{Allowed, FRESH, IDLE, RESERVING, SEALED, ZYGOTE};
use terms::{Bundle, FaultKind};

/// A life that makes some of the calls that are allowed. Says whether all went well without some.
type Life = fn(without: &str) -> bool;

/// The first of them in which something is missing is why it is there.
const LIVES: &[(&str, Life)] = &[
    ("every way a bot can end", bots),
    ("a bot that starts its own interpreter", fresh),
    ("a stranger's component that speaks UTF-16", stranger),
    ("a worker that speaks nonsense", rude),
    ("a probe that fails", failing_probe),
    ("a zygote whose worker hangs up", farewell),
];

const BOTS: [&str; 7] = [
    "def bot_main(data):\n    print('x' * 60000)\n    return ['y' * 60000]\n",
    "def f(): f()\ndef bot_main(data):\n    import sys\n    sys.setrecursionlimit(10**9)\n    f()\n",
    "keep = []\ndef bot_main(data):\n    keep.append(bytearray(9000000))\n    return []\n",
    "import os\ndef bot_main(data):\n    os.abort()\n",
    "def bot_main(data):\n    return ['x' * 10000000]\n",
    "import os\ndef bot_main(data):\n    os._exit(3)\n",
    "def bot_main(data):\n    return []\n",
];

fn key(entry: &Allowed) -> String {
    format!("{}: {}", entry.name, entry.why)
}

fn start(extra: &[&str], without: &str) -> Option<Zygote> {
    Zygote::start_program(drill(), &[extra, &["--without", without]].concat()).ok()
}

/// Loads a bot and plays five turns. Whether it was then collected in peace.
fn plays(zygote: &mut Zygote, bundle: &Bundle, judge: impl Fn(&Answer) -> bool) -> bool {
    let Ok(mut child) = zygote.try_fork_on(Some(0)) else { return false };
    let plenty = pipe::Load { turn_fuel: 1 << 31, memory_bytes: 1 << 29, ..support::load(1) };
    let mut answer = child.load_with(plenty, bundle);
    for tick in 1..=5 {
        if answer == Answer::Gone {
            break;
        }
        answer = child.turn(tick);
    }
    child.hang_up();
    judge(&answer) && ends_in_peace(zygote, &child)
}

fn ends_in_peace(zygote: &mut Zygote, child: &Child) -> bool {
    zygote.try_reap(child) == Some(Ended::Exited(0))
}

fn bots(without: &str) -> bool {
    let Some(mut zygote) = start(&[], without) else { return false };
    let all =
        BOTS.iter().all(|bot| plays(&mut zygote, &Bundle::of_source(bot.as_bytes().to_vec()), |_| true));
    all && zygote.hang_up() == Some(0)
}

fn fresh(without: &str) -> bool {
    let Some(mut zygote) = start(&["--fresh"], without) else { return false };
    let bundle = Bundle::of_source(b"def bot_main(data): return ['LEFT']\n".to_vec());
    plays(&mut zygote, &bundle, |answer| matches!(answer, Answer::Reply(..)))
}

/// The host's allocator makes a large allocation larger and larger.
fn stranger(without: &str) -> bool {
    static CODE: OnceLock<Compiled> = OnceLock::new();
    let native = &CODE.get_or_init(|| compile(&speaks_utf_16(8_000_000))).native;
    let arguments = ["--untrusted", "--without", without];
    let Ok(mut zygote) = Zygote::start_program_of(drill(), native, &arguments) else { return false };
    let mut bundle = Bundle::default();
    bundle.add(terms::bundle::COMPONENT, b"code".to_vec()).unwrap();
    plays(&mut zygote, &bundle, |answer| matches!(answer, Answer::Fault(_, FaultKind::BadReply, ..)))
}

/// A zygote that is spoken to in a way that it does not understand says so and ends.
fn rude(without: &str) -> bool {
    let Some(mut zygote) = start(&[], without) else { return false };
    zygote.send_bytes(&[0xff], None);
    zygote.process.wait().unwrap().code() == Some(1) && zygote.stderr().contains("a request that is none")
}

/// A probe that cannot end: its zygote says why it does not start, or is killed for asking.
fn failing_probe(without: &str) -> bool {
    let end = SEALED.iter().find(|entry| entry.name == "exit_group").map(key).unwrap();
    let said = Zygote::start_program(drill(), &["--without", &[end.as_str(), without].join("|")]).err();
    matches!(said, Some(Some(FromZygote::Failed(_))))
}

/// The first process of the children's namespace ends with its zygote, and in peace: to be killed
/// for a forbidden call would raise an alarm each time.
fn farewell(without: &str) -> bool {
    // Whoever loses its parent becomes a child of this process.
    set_child_subreaper(Some(getpid())).unwrap();
    let Some(zygote) = start(&[], without) else { return false };
    let pid = zygote.process.id();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    let first = children.split_whitespace().next().and_then(|first| Pid::from_raw(first.parse().unwrap()));
    if zygote.hang_up() != Some(0) {
        return false;
    }
    // Where the system gives no such namespace, there is no such process.
    let Some(first) = first else { return true };
    let (_, status) = waitpid(Some(first), WaitOptions::empty()).unwrap().unwrap();
    status.exit_status() == Some(0)
}

/// The life that ends early without an entry.
fn reason(entry: &Allowed) -> Option<&'static str> {
    LIVES.iter().find(|(_, life)| !life(&key(entry))).map(|(name, _)| *name)
}

#[test]
fn with_all_that_is_allowed_every_life_goes_well() {
    let wrong: Vec<&str> = LIVES.iter().filter(|(_, life)| !life("")).map(|(name, _)| *name).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn nothing_is_allowed_for_nothing() {
    let has_first = start(&[], "").unwrap().layer("pid_namespace").enabled;
    let lists =
        [("sealed", SEALED), ("reserving", RESERVING), ("zygote", ZYGOTE), ("fresh", FRESH), ("idle", IDLE)];
    // Without a process id namespace there is no idle process to need anything.
    let lists = lists.into_iter().filter(|(name, _)| *name != "idle" || has_first);
    let mut idle = Vec::new();
    for (list, entry) in lists.flat_map(|(name, list)| list.iter().map(move |entry| (name, entry))) {
        let reason = reason(entry);
        println!("{list:<9} {:<24} {:<42} {}", entry.name, reason.unwrap_or("NOBODY"), entry.why);
        if reason.is_none() {
            idle.push(key(entry));
        }
    }
    assert!(idle.is_empty(), "these are allowed, and nobody needs them: {idle:#?}");
}

#[test]
fn the_drill_is_told_what_to_leave_out() {
    // A key that is no entry's would leave everything in, and this file would prove nothing.
    let all = [SEALED, RESERVING, ZYGOTE, FRESH, IDLE];
    let keys: std::collections::BTreeSet<String> = all.into_iter().flatten().map(key).collect();
    assert_eq!(keys.len(), all.iter().map(|list| list.len()).sum::<usize>(), "two entries have one key");
    assert!(keys.iter().all(|key| !key.contains('|')), "the separator of the drill's list");
    assert!(native().path.exists());
}
