//! What a worker can do wrong, and what it is told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use pipe::{Ended, FromZygote, Load, ToShim, ToZygote};
use support::{Answer, Zygote, load, native};

/// A child to which those frames were sent, what it answered, and how it ended.
fn after(zygote: &mut Zygote, frames: &[ToShim<'_>]) -> (Answer, Ended) {
    let mut child = zygote.fork();
    frames.iter().for_each(|frame| child.send(frame));
    let answer = child.receive();
    child.hang_up();
    (answer, zygote.reap(&child))
}

#[test]
fn a_child_that_is_told_nonsense_says_so_and_ends() {
    let announced = |bundle_bytes| ToShim::Load(Load { bundle_bytes, ..load(1) }, "");
    let nonsense: &[(&[ToShim<'_>], &str)] = &[
        (&[ToShim::Turn("{}")], "something else before a bot"),
        (&[ToShim::Chunk(b"x")], "something else before a bot"),
        (&[announced(u32::MAX)], "too large"),
        (&[announced(5), ToShim::Turn("{}")], "something else within a bot"),
        (&[announced(5), ToShim::Chunk(b"")], "something else within a bot"),
        (&[announced(5), ToShim::Chunk(b"123456")], "more of a bot than it said"),
        (&[announced(5), ToShim::Chunk(b"12345")], "no bot bundle"),
        (&[announced(0)], "no bot bundle"),
    ];
    let mut zygote = Zygote::start();
    for (frames, expected) in nonsense {
        let (answer, ended) = after(&mut zygote, frames);
        let told = matches!(&answer, Answer::Broken(why) if why.contains(expected));
        assert!(told && ended == Ended::Exited(1), "{frames:?}: {answer:?}, {ended:?}");
    }
}

#[test]
fn bytes_that_are_no_frame_are_answered() {
    let mut zygote = Zygote::start();
    // Well formed, and one byte longer than a frame may be: tag and length take five.
    let mut long = Vec::new();
    ToShim::Chunk(&vec![b'x'; pipe::FRAME_BYTES_MAX + 1 - 5]).encode(&mut long);
    assert_eq!(long.len(), pipe::FRAME_BYTES_MAX + 1);
    for bytes in [&[0xff][..], &[0x03], &[0x01, 1, 2], &vec![0x03; pipe::FRAME_BYTES_MAX + 1], &long] {
        let mut child = zygote.fork();
        child.send_bytes(bytes);
        assert!(matches!(child.receive(), Answer::Broken(why) if why.contains("no frame")));
        assert_eq!(zygote.reap(&child), Ended::Exited(1));
    }
}

#[test]
fn a_worker_that_hangs_up_at_any_time_is_no_error() {
    let mut zygote = Zygote::start();
    let early = zygote.fork();
    early.hang_up();
    assert_eq!(zygote.reap(&early), Ended::Exited(0));
    let mut within = zygote.fork();
    within.send(&ToShim::Load(Load { bundle_bytes: 5, ..load(1) }, ""));
    within.hang_up();
    assert_eq!(zygote.reap(&within), Ended::Exited(0));
    assert_eq!(within.receive(), Answer::Gone);
}

#[test]
fn a_zygote_answers_every_request_about_what_is_not_there() {
    let mut zygote = Zygote::start();
    let (answer, _) = zygote.ask(ToZygote::Fork { core: None }, None);
    assert!(matches!(answer, FromZygote::Failed(why) if why.contains("without a socket")));
    for pid in [0, 1, u32::MAX] {
        assert_eq!(zygote.ask(ToZygote::Reap { pid }, None).0, FromZygote::Reaped(Ended::Unknown), "{pid}");
    }
    let child = zygote.fork();
    assert_eq!(zygote.ask(ToZygote::Reap { pid: child.pid }, None).0, FromZygote::Reaped(Ended::Running));
    child.hang_up();
    assert_eq!(zygote.reap(&child), Ended::Exited(0));
    assert_eq!(zygote.ask(ToZygote::Reap { pid: child.pid }, None).0, FromZygote::Reaped(Ended::Unknown));
    zygote.send_bytes(b"nonsense", None);
    assert_eq!(zygote.process.wait().unwrap().code(), Some(1));
    assert!(zygote.stderr().contains("a request that is none"));
}

#[test]
fn children_die_with_their_zygote() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork();
    assert!(matches!(child.load("def bot_main(data): return []\n"), Answer::Loaded(_)));
    zygote.process.kill().unwrap();
    child.wait_for_end();
    assert_eq!(child.receive(), Answer::Gone);
}

#[test]
fn a_core_that_is_not_there_is_said() {
    let mut zygote = Zygote::start();
    let mut child = zygote.fork_on(Some(u16::MAX));
    assert!(matches!(child.receive(), Answer::Broken(why) if why.contains("core 65535")));
    assert_eq!(zygote.reap(&child), Ended::Exited(1));
}

#[test]
fn a_zygote_that_cannot_start_says_why() {
    let native = native();
    let path = native.path.to_str().unwrap();
    let junk = std::env::temp_dir().join(format!("junk-{}.cwasm", std::process::id()));
    std::fs::write(&junk, b"no code at all").unwrap();
    let (junk_path, junk_digest) = (junk.to_str().unwrap(), terms::Digest::of(b"no code at all").to_string());
    for (file, digest, expected) in [
        ("/nothing/here", native.digest.as_str(), "cannot read the native code /nothing/here"),
        (path, junk_digest.as_str(), "it was changed since it was compiled"),
        (junk_path, junk_digest.as_str(), "does not fit this program"),
    ] {
        let arguments = ["--native", file, "--native-digest", digest, "--stack-bytes", "2097152"];
        let (mut zygote, first) = Zygote::spawn(&arguments);
        assert!(matches!(&first, Some(FromZygote::Failed(why)) if why.contains(expected)), "{first:?}");
        assert_eq!(zygote.process.wait().unwrap().code(), Some(1));
        assert!(zygote.stderr().contains(expected));
    }
    std::fs::remove_file(junk).unwrap();
}

#[test]
fn every_stack_within_bounds_works() {
    let native = native();
    let path = native.path.to_str().unwrap();
    for stack in ["262144", "4194304"] {
        let arguments = ["--native", path, "--native-digest", &native.digest, "--stack-bytes", stack];
        let (_zygote, first) = Zygote::spawn(&arguments);
        assert!(matches!(first, Some(FromZygote::Ready { .. })), "{stack}: {first:?}");
    }
}
