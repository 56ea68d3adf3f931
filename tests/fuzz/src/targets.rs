//! Everything that reads what strangers send. A target says in words what it made of an input, and
//! panics where a promise does not hold.
#![expect(clippy::panic, reason = "a broken promise is a panic, which is what is looked for")]

use std::path::Path;

use coordinator::python_wasm::PythonWasm;
use pipe::{FromShim, FromZygote, ToShim, ToZygote};
use prost::Message;
use rpc::v1;
use terms::limits::DEFAULTS;
use terms::printable::{clean, is_unfit};
use terms::{Bundle, Report, Seat, Seed};

use crate::{seeds, spool, transcripts};

/// One reader.
pub struct Target {
    /// Its name on the command line and in the corpus.
    pub name: &'static str,
    /// Reads an input and says what it made of it.
    pub(crate) run: fn(&[u8]) -> String,
    /// Good inputs to begin with.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// What its inputs are made of.
    pub(crate) words: &'static [&'static str],
}

const JSON: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\\",
    "\"actions\":",
    "\"debug_info\":",
    "\"FORWARD\"",
    "1e999",
    "-0",
    "null",
    "\\ud800",
    "0.1e-",
    "9999999999",
    "\u{feff}",
];
const ZIP: &[&str] = &["PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "PK\u{6}\u{6}", "bot.py", "../", "/"];
const TOML: &[&str] = &[
    "[",
    "]",
    "=",
    "\n",
    "\"",
    "'''",
    "limits",
    ".",
    "seed",
    "rounds",
    "turn_fuel",
    "{",
    "}",
    ",",
    "1_0",
    "inf",
    "1979-05-27",
    "#",
];

/// All of them.
pub static TARGETS: [Target; 13] = [
    Target { name: "to-shim", run: to_shim, seeds: seeds::to_shim, words: &[] },
    Target { name: "from-shim", run: from_shim, seeds: seeds::from_shim, words: &[] },
    Target { name: "to-zygote", run: to_zygote, seeds: seeds::to_zygote, words: &[] },
    Target { name: "from-zygote", run: from_zygote, seeds: seeds::from_zygote, words: &[] },
    Target { name: "reply", run: reply, seeds: seeds::reply, words: JSON },
    Target { name: "request", run: request, seeds: seeds::request, words: &["\n", "\u{1b}"] },
    Target { name: "response", run: response, seeds: seeds::response, words: &["spacecode"] },
    Target { name: "bundle", run: bundle, seeds: seeds::bundle, words: &["..", "/", "bot.py"] },
    Target { name: "zip", run: zip, seeds: seeds::zip, words: ZIP },
    Target { name: "toml", run: toml, seeds: seeds::toml, words: TOML },
    Target { name: "python-wasm", run: python_wasm, seeds: seeds::python_wasm, words: &["arena-runtime"] },
    spool::TARGET,
    transcripts::TARGET,
];

/// A frame has exactly one encoding.
fn assert_canonical(input: &[u8], encode: impl FnOnce(&mut Vec<u8>)) {
    let mut again = Vec::new();
    encode(&mut again);
    if again != input {
        panic!("what was read is written differently");
    }
}

fn to_shim(input: &[u8]) -> String {
    let Ok(frame) = ToShim::decode(input) else { return "malformed".into() };
    assert_canonical(input, |again| frame.encode(again));
    variant(&frame)
}

fn from_shim(input: &[u8]) -> String {
    let Ok(frame) = FromShim::decode(input) else { return "malformed".into() };
    assert_canonical(input, |again| frame.encode(again));
    match frame {
        FromShim::Fault(_, failure) => format!("fault {}", failure.kind),
        FromShim::Compiled(..) => "compiled".into(),
        FromShim::Loaded(_) => "loaded".into(),
        FromShim::Reply(..) => "reply".into(),
        FromShim::Broken(_) => "broken".into(),
    }
}

fn to_zygote(input: &[u8]) -> String {
    let Ok(frame) = ToZygote::decode(input) else { return "malformed".into() };
    assert_canonical(input, |again| frame.encode(again));
    variant(&frame)
}

fn from_zygote(input: &[u8]) -> String {
    let Ok(frame) = FromZygote::decode(input) else { return "malformed".into() };
    assert_canonical(input, |again| frame.encode(again));
    variant(&frame)
}

/// The name of a variant, without what it holds.
fn variant(frame: &impl std::fmt::Debug) -> String {
    format!("{frame:?}").chars().take_while(|c| c.is_alphanumeric()).collect()
}

/// As the referee does: the actions of a reply, submitted to a game.
fn reply(input: &[u8]) -> String {
    let actions = match worker::referee::read_reply(input) {
        Ok(actions) => actions,
        Err(why) => return why,
    };
    let game = terms::GameId::named("spacecode").map(|id| games::start(&id, Seed(1), 10));
    let Ok(Ok(mut game)) = game else { panic!("spacecode does not start") };
    match game.submit(Seat::Zero, &actions) {
        Ok(()) => "submitted".into(),
        Err(bad) if bad.to_string().len() > 1_000 => panic!("a refusal of {} bytes", bad.to_string().len()),
        Err(bad) => bad.to_string(),
    }
}

/// As the coordinator does.
fn request(input: &[u8]) -> String {
    let Ok(request) = v1::SynchronizeRequest::decode(input) else { return "no message".into() };
    if let Err(bad) = request.check_sizes() {
        return bad.to_string();
    }
    if let Some(Err(bad)) = request.runtime.as_ref().map(terms::Runtime::try_from) {
        return bad.to_string();
    }
    let read: Result<Vec<Report>, _> = request.finished.iter().map(Report::try_from).collect();
    match read {
        Err(bad) => bad.to_string(),
        Ok(reports) => {
            for report in &reports {
                let sent = v1::Report::from(report);
                if Report::try_from(&sent).as_ref() != Ok(report) {
                    panic!("a report does not survive the wire");
                }
            }
            let texts = reports.iter().flat_map(|report| &report.outcome.faults).map(|fault| &fault.message);
            texts.chain([&request.name, &request.note]).for_each(|text| assert_harmless(text));
            format!("read {}", if reports.is_empty() { "nothing" } else { "reports" })
        }
    }
}

/// Whatever is shown of it does nothing to a terminal.
fn assert_harmless(text: &str) {
    let cleaned = clean(text);
    if cleaned.chars().any(is_unfit) || clean(&cleaned) != cleaned {
        panic!("{cleaned:?} is not clean");
    }
}

/// As a worker does.
fn response(input: &[u8]) -> String {
    let Ok(response) = v1::SynchronizeResponse::decode(input) else { return "no message".into() };
    match response.tournament.as_ref().map(v1::Tournament::read) {
        None => "no tournament".into(),
        Some(Ok(_)) => "a tournament".into(),
        Some(Err(bad)) => bad.to_string(),
    }
}

fn bundle(input: &[u8]) -> String {
    match Bundle::decode(input) {
        Err(bad) => variant(&bad),
        Ok(bundle) => {
            assert_canonical(input, |again| again.extend(bundle.encode()));
            "a bundle".into()
        }
    }
}

/// A bot's archive: whatever is taken is within the limits.
fn zip(input: &[u8]) -> String {
    match intake::unpack(input, &DEFAULTS) {
        Ok(bundle) if bundle.content_bytes() > DEFAULTS.source_bytes as usize => panic!("more than allowed"),
        Ok(bundle) if bundle.files().len() > DEFAULTS.source_files as usize => panic!("too many files"),
        Ok(_) => "a bot".into(),
        Err(reasons) => reasons.first().map(ToString::to_string).unwrap_or_default(),
    }
}

fn toml(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    match coordinator::config::check_file(&text, Path::new("arena.toml")) {
        Ok(()) => "settings".into(),
        Err(bad) => bad.to_string(),
    }
}

fn python_wasm(input: &[u8]) -> String {
    match PythonWasm::check(input.to_vec(), Path::new("python.wasm")) {
        Ok(_) => "an interpreter".into(),
        Err(bad) => bad.to_string(),
    }
}
