//! Life and death of zygotes and their children: replaced when they die, when they hang and when
//! they are old; and whatever a process does that somebody has taken over, the worker names one
//! host fault, cleans up, and plays on.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arena_tests::{bin, copy_program, is_gone, send, wait_for, zygote_config};
use nix::sys::signal::Signal;
use terms::{
    Bundle, BySeat, Digest, GameId, HostFault, Limits, MatchSpec, Outcome, Policy, Runtime, Seed, Verdict,
    limits,
};
use worker::referee::{Contest, conduct};
use worker::sandbox::{Keeping, Sealed, ZygoteConfig, Zygotes};

const IDLE: &[u8] = b"def bot_main(d):\n    return []\n";

/// These tests count what this process has open, so they run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A shim that somebody has taken over: see `life/hostile_shim.py`.
fn hostile(mode: &str) -> ZygoteConfig {
    ZygoteConfig {
        shim: Path::new(env!("CARGO_MANIFEST_DIR")).join("life/hostile_shim.py"),
        native: PathBuf::from(format!("/{mode}/{}", pipe::WIRE_VERSION)),
        ..zygote_config()
    }
}

fn spec() -> MatchSpec {
    MatchSpec {
        game: GameId::named("spacecode").unwrap(),
        seed: Seed(1),
        bots: BySeat([Digest::of(IDLE), Digest::of(IDLE)]),
        limits: Limits { ticks: 3, ..limits::DEFAULTS },
        policy: Policy::open(),
        runtime: Digest::of(b"runtime"),
    }
}

/// One match between two idle bots, as a slot plays it.
fn conducted(players: &mut BySeat<Sealed>, spec: &MatchSpec) -> Outcome {
    let bundle = Bundle::of_source(IDLE.to_vec()).encode();
    let (bundles, ticks) = (BySeat([bundle.as_slice(); 2]), AtomicU32::new(0));
    let runtime = &Runtime::of_this_build(Digest::of(b"python"));
    conduct(Contest { spec, runtime, bundles, players, ticks: &ticks }).outcome
}

fn assert_plays(zygotes: &Zygotes) {
    let outcome = conducted(&mut zygotes.fork_both(None).unwrap(), &spec());
    assert!(matches!(outcome.verdict, Verdict::Played(_)), "{outcome:?}");
}

/// What this process has open, and its threads.
fn holdings() -> [usize; 2] {
    ["/proc/self/fd", "/proc/self/task"].map(|folder| fs::read_dir(folder).unwrap().count())
}

fn children(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap()
}

#[test]
fn a_zygote_grows_old_and_its_matches_end_in_peace() {
    let _alone = alone();
    let keeping = Keeping { matches: NonZeroU32::new(3).unwrap(), ..Keeping::of(zygote_config()) };
    let zygotes = Zygotes::start(keeping).unwrap();
    let first = zygotes.current().unwrap().pid();
    let mut long = zygotes.fork_both(None).unwrap();
    (0..2).for_each(|_| assert_plays(&zygotes));
    let next = wait_for("the next zygote", || {
        // Nobody waits for it: until it is ready, the old one serves.
        let pid = zygotes.current().unwrap().pid();
        (pid != first).then_some(pid)
    });
    assert_plays(&zygotes);
    assert!(!is_gone(first) && !is_gone(next));
    assert!(matches!(conducted(&mut long, &spec()).verdict, Verdict::Played(_)));
    drop(long);
    assert!(is_gone(first), "it goes with its last match, and is collected");
}

#[test]
fn a_zygote_that_hangs_is_given_up_and_its_matches_are_void() {
    let _alone = alone();
    let config = ZygoteConfig { answer_max: Duration::from_millis(300), ..zygote_config() };
    let zygotes = Zygotes::start(Keeping::of(config)).unwrap();
    let mut under_way = zygotes.fork_both(None).unwrap();
    let hung = zygotes.current().unwrap().pid();
    send(Signal::SIGSTOP, hung);
    // The next match waits for its bound and then for another zygote, and plays.
    assert_plays(&zygotes);
    let outcome = conducted(&mut under_way, &spec());
    assert_eq!(outcome.verdict, Verdict::Void(HostFault::ShimDied));
    assert!(outcome.host_message.contains("did not answer within 300ms"), "{}", outcome.host_message);
    let [zero, one] = [&under_way.0[0], &under_way.0[1]].map(Sealed::pid);
    drop(under_way);
    wait_for("the end of what it left behind", || [hung, zero, one].into_iter().all(is_gone).then_some(()));
}

#[test]
fn a_zygote_that_was_killed_leaves_no_zombie() {
    let _alone = alone();
    let zygotes = Zygotes::start(Keeping::of(zygote_config())).unwrap();
    for _ in 0..5 {
        let under_way = zygotes.fork_both(None).unwrap();
        let pids = [&under_way.0[0], &under_way.0[1]].map(Sealed::pid);
        let zygote = zygotes.current().unwrap().pid();
        send(Signal::SIGKILL, zygote);
        drop(under_way);
        assert_plays(&zygotes);
        wait_for("the end of all three", || pids.into_iter().chain([zygote]).all(is_gone).then_some(()));
    }
}

#[test]
fn a_zygote_that_always_dies_costs_pauses_and_says_why_until_it_works_again() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let shim = folder.path().join("sandbox-shim");
    let replace = |with: &Path| {
        let new = folder.path().join("new");
        copy_program(with, &new);
        fs::rename(&new, &shim).unwrap();
    };
    replace(&bin("sandbox-shim"));
    let zygotes =
        Zygotes::start(Keeping::of(ZygoteConfig { shim: shim.clone(), ..zygote_config() })).unwrap();
    replace(Path::new("/bin/false"));
    send(Signal::SIGKILL, zygotes.current().unwrap().pid());
    let began = Instant::now();
    for _ in 0..5 {
        let trouble = zygotes.fork_both(None).err().unwrap();
        assert_eq!(trouble.fault, HostFault::SpawnFailed);
        assert!(trouble.message.contains("did not become ready"), "{trouble}");
    }
    // Two setbacks are free, then 250, 500 and 1000 ms.
    assert!(began.elapsed() >= Duration::from_millis(1_750), "{:?}", began.elapsed());
    replace(&bin("sandbox-shim"));
    assert_plays(&zygotes);
}

/// One way to misbehave, and what the match must end as.
const TAKEN_OVER: [(&str, usize, HostFault, &str); 7] = [
    ("child-floods", 200, HostFault::Protocol, "a second load"),
    ("child-exits", 200, HostFault::ShimDied, "exited with code 3"),
    ("child-babbles", 200, HostFault::Protocol, "malformed frame"),
    ("child-shouts", 200, HostFault::Protocol, "a frame of 200000 bytes"),
    ("child-jumps", 200, HostFault::Protocol, "a reply to a load"),
    ("child-closes", 15, HostFault::ShimDied, "closed its socket, but lived on"),
    ("child-is-silent", 15, HostFault::Stalled, "no answer within"),
];

#[test]
fn a_thousand_children_taken_over_are_a_thousand_host_faults_and_nothing_stays() {
    let _alone = alone();
    let limits = Limits { load_wall_ms: 2_000, ..spec().limits };
    for (mode, rounds, fault, says) in TAKEN_OVER {
        let zygotes = Zygotes::start(Keeping::of(hostile(mode))).unwrap();
        let load_wall_ms = if fault == HostFault::Stalled { 50 } else { limits.load_wall_ms };
        let spec = MatchSpec { limits: Limits { load_wall_ms, ..limits }, ..spec() };
        let before = holdings();
        for _ in 0..rounds {
            let outcome = conducted(&mut zygotes.fork_both(None).unwrap(), &spec);
            assert_eq!(outcome.verdict, Verdict::Void(fault), "{mode}: {outcome:?}");
            assert!(outcome.host_message.contains(says), "{mode}: {}", outcome.host_message);
            assert!(outcome.faults.is_empty(), "{mode} is nobody's fault: {outcome:?}");
        }
        assert_eq!(holdings(), before, "{mode} left descriptors or threads");
        assert_eq!(children(zygotes.current().unwrap().pid()), "", "{mode} left processes");
    }
}

#[test]
fn a_zygote_taken_over_is_killed_and_says_why_in_harmless_words() {
    let _alone = alone();
    let cases = [
        ("zygote-exits", "the zygote exited with code 7"),
        ("zygote-babbles", "it answered nonsense: malformed frame"),
        ("zygote-refuses", "no \u{fffd}!"),
        ("zygote-keeps-the-pidfd", "the zygote answered Forked"),
    ];
    for (mode, says) in cases {
        let zygotes = Zygotes::start(Keeping::of(hostile(mode))).unwrap();
        let trouble = zygotes.fork_both(None).err().unwrap();
        assert_eq!(trouble.fault, HostFault::SpawnFailed, "{mode}");
        assert!(trouble.message.contains(says), "{mode}: {trouble}");
    }
}
