//! Every byte string is a frame or malformed, and a frame has exactly one encoding.

use pipe::{Bytecode, Ended, Failure, FromShim, FromZygote, Layer, Load, Malformed, ToShim, ToZygote, Usage};
use proptest::prelude::*;
use terms::FaultKind;

/// Whatever `bytes` decode to encodes to the same bytes, in all four directions.
fn assert_canonical(bytes: &[u8]) {
    let mut again = Vec::new();
    if let Ok(frame) = ToShim::decode(bytes) {
        frame.encode(&mut again);
        assert_eq!(again, bytes, "{frame:?}");
    }
    if let Ok(frame) = FromShim::decode(bytes) {
        frame.encode(&mut again);
        assert_eq!(again, bytes, "{frame:?}");
    }
    if let Ok(frame) = ToZygote::decode(bytes) {
        frame.encode(&mut again);
        assert_eq!(again, bytes, "{frame:?}");
    }
    if let Ok(frame) = FromZygote::decode(bytes) {
        frame.encode(&mut again);
        assert_eq!(again, bytes, "{frame:?}");
    }
}

#[test]
fn all_short_frames_are_frames_or_malformed() {
    assert_canonical(&[]);
    for first in 0..=255u8 {
        assert_canonical(&[first]);
        for second in 0..=255u8 {
            assert_canonical(&[first, second]);
            for third in [0, 1, 2, 3, 0x7f, 0x80, 0xff] {
                assert_canonical(&[first, second, third]);
            }
        }
    }
}

proptest! {
    #[test]
    fn random_frames_are_frames_or_malformed(tag in 0u8..=0x95, rest: Vec<u8>) {
        assert_canonical(&[vec![tag], rest].concat());
    }

    #[test]
    fn a_damaged_frame_is_another_frame_or_malformed(at in 0usize..64, with: u8) {
        for mut frame in samples() {
            let place = at % frame.len();
            frame[place] = with;
            assert_canonical(&frame);
        }
    }
}

const USAGE: Usage<'_> = Usage { fuel: 7, memory_peak_bytes: 8, log: b"hi\n", log_dropped_bytes: 9 };
const LOAD: Load = Load {
    seed: 1,
    load_fuel: 2,
    turn_fuel: 3,
    memory_bytes: 4,
    reply_bytes: 5,
    log_bytes: 6,
    bundle_bytes: 7,
};

fn samples() -> Vec<Vec<u8>> {
    let failure = Failure { kind: FaultKind::Exception, message: "m", traceback: "t" };
    let layer = Layer { name: "seccomp".into(), enabled: true, detail: "on".into() };
    let mut frames = vec![Vec::new(); 16];
    let [
        load,
        compile,
        prepare,
        chunk,
        turn,
        loaded,
        compiled,
        reply,
        fault,
        broken,
        fork,
        reap,
        ready,
        forked,
        reaped,
        failed,
    ] = frames.as_mut_slice()
    else {
        unreachable!("sixteen buffers");
    };
    ToShim::Load(LOAD, "only\n").encode(load);
    ToShim::Compile(LOAD).encode(compile);
    ToShim::Prepare(Bytecode { fuel: 8, code: b"code" }).encode(prepare);
    ToShim::Chunk(b"print()").encode(chunk);
    ToShim::Turn("{}").encode(turn);
    FromShim::Loaded(USAGE).encode(loaded);
    FromShim::Compiled(USAGE, b"code").encode(compiled);
    FromShim::Reply(USAGE, b"[]").encode(reply);
    FromShim::Fault(USAGE, failure).encode(fault);
    FromShim::Broken("why").encode(broken);
    ToZygote::Fork { core: Some(3) }.encode(fork);
    ToZygote::Reap { pid: 9 }.encode(reap);
    FromZygote::Ready { wasmtime: "1.2.3".into(), engine: 4, layers: vec![layer] }.encode(ready);
    FromZygote::Forked { pid: 5 }.encode(forked);
    FromZygote::Reaped(Ended::Signalled(9)).encode(reaped);
    FromZygote::Failed("why".into()).encode(failed);
    frames
}

/// The golden bytes of every frame. A change here means that an old worker and a new shim no
/// longer understand each other: raise `pipe::WIRE_VERSION` in the same commit, do not just
/// replace the bytes.
#[test]
fn frames_keep_their_bytes() {
    let hex = |frame: &Vec<u8>| frame.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let golden = include_str!("frames.golden");
    let now: String = samples().iter().map(|frame| hex(frame) + "\n").collect();
    assert_eq!(now, golden, "pipe::WIRE_VERSION is {}: raise it", pipe::WIRE_VERSION);
}

#[test]
fn a_length_beyond_the_frame_is_refused_before_anything_is_allocated() {
    let mut frame = vec![0x02];
    frame.extend(u32::MAX.to_le_bytes());
    assert_eq!(ToShim::decode(&frame), Err(Malformed));
}

#[test]
fn text_that_is_no_utf8_is_refused() {
    let mut frame = Vec::new();
    FromShim::Broken("x").encode(&mut frame);
    *frame.last_mut().unwrap() = 0xff;
    assert_eq!(FromShim::decode(&frame), Err(Malformed));
}

#[test]
fn a_zygote_of_another_wire_version_is_refused() {
    let mut frame = Vec::new();
    FromZygote::Ready { wasmtime: String::new(), engine: 0, layers: Vec::new() }.encode(&mut frame);
    assert!(FromZygote::decode(&frame).is_ok());
    frame[1] = pipe::WIRE_VERSION + 1;
    assert_eq!(FromZygote::decode(&frame), Err(Malformed));
}
