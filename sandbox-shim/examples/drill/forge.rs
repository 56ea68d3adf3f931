//! What somebody would send who speaks the protocols: frames that are well formed and lie.

use pipe::{Ended, FRAME_BYTES_MAX, Failure, FromShim, FromZygote, ToShim, Usage};
use rustix::net::SendFlags;
use terms::FaultKind;

use crate::harden::descriptors;
use crate::line::real::Inbox;

const REPLY: &[u8] = br#"{"actions":["FORWARD"]}"#;
/// Moves a cursor, ends a line, pretends to be another text.
const ODD_TEXT: &str = "\u{1b}[2J\r\nERROR all matches are void\u{202e}\u{7}";

/// Plays a whole match with forged frames, in the way of that name. Returns once the worker hangs up.
pub(crate) fn play(way: &str) -> String {
    let mut ear = Inbox::new();
    answer(way, None);
    // The rest of the bot, and then a turn after the other.
    while let Ok(Some(frame)) = ear.next() {
        if let ToShim::Turn(_) = frame {
            answer(way, Some(()));
        }
    }
    "the worker hung up".into()
}

/// What is said to a load, and to a turn.
fn answer(way: &str, turn: Option<()>) {
    let honest = if turn.is_some() { reply(Usage::default()) } else { loaded(Usage::default()) };
    match (way, turn) {
        // A reply to nothing, and two answers to one question.
        ("early_reply", None) => send(&reply(Usage::default())),
        ("second_load", Some(())) => send(&loaded(Usage::default())),
        ("two_answers", _) => [&honest, &honest].into_iter().for_each(|frame| send(frame)),
        ("many_answers", _) => (0..32).for_each(|_| send(&honest)),
        // What a compiler would say: it took more than there is, or made what is none.
        ("dear_bytecode", None) => send(&compiled(Usage { fuel: u64::MAX, ..Usage::default() }, b"code")),
        ("bad_bytecode", None) => send(&compiled(Usage::default(), b"noise")),
        // Faults in every colour, of its own and of the host's.
        ("forged_fault", Some(())) => send(&fault(FaultKind::OutOfFuel, ODD_TEXT)),
        ("strikes", Some(())) => send(&fault(FaultKind::Exception, ODD_TEXT)),
        ("fault_of_no_kind", Some(())) => {
            let mut bytes = fault(FaultKind::Trap, "");
            // The kind comes after the tag, the usage with an empty log, and nothing else.
            if let Some(kind) = bytes.get_mut(1 + 28) {
                *kind = 0xee;
            }
            send(&bytes);
        }
        ("forged_breakdown", Some(())) => send(&framed(&FromShim::Broken(ODD_TEXT))),
        // More than anybody has used, and longer than anything may be.
        ("boundless_usage", _) => {
            let boundless =
                Usage { fuel: u64::MAX, memory_peak_bytes: u64::MAX, log_dropped_bytes: u64::MAX, log: b"" };
            send(&if turn.is_some() { reply(boundless) } else { loaded(boundless) });
        }
        ("long_log", _) => {
            let log = vec![0x1b; FRAME_BYTES_MAX - 1024];
            let usage = Usage { log: &log, ..Usage::default() };
            send(&if turn.is_some() { reply(usage) } else { loaded(usage) });
        }
        ("long_reply", Some(())) => send(&framed(&FromShim::Reply(Usage::default(), &[b'['; 100_000]))),
        ("declared_length", Some(())) => {
            let mut bytes = honest;
            let length = bytes.len() - REPLY.len() - 4;
            bytes.iter_mut().skip(length).take(4).for_each(|byte| *byte = 0xff);
            send(&bytes);
        }
        ("long_frame", Some(())) => send(&vec![0x82; FRAME_BYTES_MAX + 1]),
        ("empty_frame", Some(())) => send(&[]),
        // The zygote's own words.
        ("zygote_ready", _) => {
            send(&of_zygote(&FromZygote::Ready { wasmtime: "48.0.8".into(), engine: 4, layers: Vec::new() }));
        }
        ("zygote_forked", Some(())) => send(&of_zygote(&FromZygote::Forked { pid: 1 })),
        ("zygote_reaped", Some(())) => send(&of_zygote(&FromZygote::Reaped(Ended::Signalled(9)))),
        ("zygote_failed", _) => send(&of_zygote(&FromZygote::Failed(ODD_TEXT.into()))),
        ("echo", Some(())) => {
            let mut bytes = Vec::new();
            ToShim::Turn("{}").encode(&mut bytes);
            send(&bytes);
        }
        _ => send(&honest),
    }
}

fn loaded(usage: Usage<'_>) -> Vec<u8> {
    framed(&FromShim::Loaded(usage))
}

fn compiled(usage: Usage<'_>, code: &[u8]) -> Vec<u8> {
    framed(&FromShim::Compiled(usage, code))
}

fn reply(usage: Usage<'_>) -> Vec<u8> {
    framed(&FromShim::Reply(usage, REPLY))
}

fn fault(kind: FaultKind, text: &str) -> Vec<u8> {
    framed(&FromShim::Fault(Usage::default(), Failure { kind, message: text, traceback: text }))
}

fn framed(frame: &FromShim<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    bytes
}

fn of_zygote(frame: &FromZygote) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    bytes
}

/// Whether anybody listens is not asked.
fn send(bytes: &[u8]) {
    let _ = rustix::net::send(descriptors::socket(), bytes, SendFlags::NOSIGNAL);
}
