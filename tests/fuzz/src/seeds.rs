//! Good inputs: what honest peers send.

use std::io::{Cursor, Write};

use pipe::{Bytecode, Ended, Failure, FromShim, FromZygote, Layer, Load, ToShim, ToZygote, Usage};
use prost::Message;
use rpc::v1;
use terms::{
    Attempt, Bundle, BySeat, Digest, Fault, FaultKind, FuelHistogram, GameId, HostFault, Limits, MatchId,
    Outcome, Policy, Report, Runtime, Scores, Seat, SeatUsage, Verdict,
};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

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

fn written<T>(frames: Vec<T>, encode: impl Fn(&T, &mut Vec<u8>)) -> Vec<Vec<u8>> {
    let write = |frame: &T| {
        let mut bytes = Vec::new();
        encode(frame, &mut bytes);
        bytes
    };
    frames.iter().map(write).collect()
}

pub(crate) fn to_shim() -> Vec<Vec<u8>> {
    let frames = vec![
        ToShim::Load(LOAD, ""),
        ToShim::Compile(LOAD),
        ToShim::Prepare(Bytecode { fuel: 1, code: b"code" }),
        ToShim::Chunk(b"print()"),
        ToShim::Turn("{}"),
    ];
    written(frames, ToShim::encode)
}

pub(crate) fn from_shim() -> Vec<Vec<u8>> {
    let failure = Failure { kind: FaultKind::Exception, message: "m", traceback: "t" };
    let frames = vec![
        FromShim::Loaded(USAGE),
        FromShim::Compiled(USAGE, b"code"),
        FromShim::Reply(USAGE, b"[]"),
        FromShim::Fault(USAGE, failure),
        FromShim::Broken("why"),
    ];
    written(frames, FromShim::encode)
}

pub(crate) fn to_zygote() -> Vec<Vec<u8>> {
    let frames =
        vec![ToZygote::Fork { core: Some(3) }, ToZygote::Fork { core: None }, ToZygote::Reap { pid: 9 }];
    written(frames, ToZygote::encode)
}

pub(crate) fn from_zygote() -> Vec<Vec<u8>> {
    let layer = Layer { name: "seccomp".into(), enabled: true, detail: "on".into() };
    let frames = vec![
        FromZygote::Ready { wasmtime: "1.2.3".into(), engine: 4, layers: vec![layer] },
        FromZygote::Forked { pid: 5 },
        FromZygote::Reaped(Ended::Signalled(9)),
        FromZygote::Failed("why".into()),
    ];
    written(frames, FromZygote::encode)
}

pub(crate) fn reply() -> Vec<Vec<u8>> {
    let texts = [
        r#"{"actions":[]}"#,
        r#"{"actions":["FORWARD","SHOOT"],"debug_info":{"a":[1,{"b":null}]},"mood":3}"#,
        r#"{"debug_info":"\u00e9","actions":["LEFT",1,-2.5e3,null,true,[],{"x":1}]}"#,
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub(crate) fn report(verdict: Verdict) -> Report {
    let mut turn_fuel = FuelHistogram::default();
    [5, 5, 70_000].into_iter().for_each(|fuel| turn_fuel.record(fuel));
    let fault = Fault {
        seat: Seat::One,
        kind: FaultKind::Exception,
        tick: 3,
        message: "ValueError: no".into(),
        traceback: "File \"bot.py\", line 1".into(),
    };
    let usage = SeatUsage { turn_fuel, load_fuel: 9, ..SeatUsage::default() };
    let outcome = Outcome {
        verdict,
        faults: vec![fault],
        ticks: 17,
        digest: Digest::of(b"transcript"),
        fuel_digest: Digest::of(b"fuel"),
        transcript: Digest::of(b"address"),
        usage: BySeat([usage, SeatUsage::default()]),
        host_message: String::new(),
    };
    Report {
        id: MatchId(Digest::of(b"id")),
        attempt: Attempt(2),
        outcome,
        record: b"record".to_vec(),
        wall_micros: 1234,
    }
}

fn runtime() -> Runtime {
    Runtime::of_this_build(Digest::of(b"python.wasm"))
}

pub(crate) fn request() -> Vec<Vec<u8>> {
    let verdicts = [
        Verdict::Played(Scores::DRAW),
        Verdict::Forfeit(BySeat([true, false])),
        Verdict::Void(HostFault::ShimDied),
    ];
    let request = |verdict| v1::SynchronizeRequest {
        protocol: rpc::PROTOCOL_VERSION,
        instance: "0123456789abcdef0123456789abcdef".into(),
        name: "host".into(),
        slots: 2,
        state: v1::WorkerState::Ready.into(),
        note: "ready".into(),
        runtime: Some((&runtime()).into()),
        layers: vec![v1::Layer { name: "seccomp".into(), enabled: true, detail: String::new() }],
        holding: vec![v1::Holding { match_id: vec![1; 32], attempt: 1, ticks: 3 }],
        finished: vec![(&report(verdict)).into()],
        http: "10.0.0.7:7071".into(),
    };
    verdicts.map(|verdict| request(verdict).encode_to_vec()).into()
}

pub(crate) fn response() -> Vec<Vec<u8>> {
    let Ok(game) = GameId::named("spacecode") else { return Vec::new() };
    let policies = [Policy::open(), Policy::strict()];
    let response = |policy: &Policy| v1::SynchronizeResponse {
        call_again_ms: 500,
        tournament: Some(v1::Tournament::of(&game, &Limits::default(), &runtime(), policy)),
        ..v1::SynchronizeResponse::default()
    };
    policies.iter().map(|policy| response(policy).encode_to_vec()).collect()
}

pub(crate) fn bundle() -> Vec<Vec<u8>> {
    let mut two = Bundle::of_source(b"import helper\n".to_vec());
    // A good path: if it were not, the seed would be one file poorer.
    let _ = two.add("helper/__init__.py", b"x = 1\n".to_vec());
    vec![Bundle::of_source(b"print()".to_vec()).encode(), two.encode()]
}

pub(crate) fn zip() -> Vec<Vec<u8>> {
    let methods = [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated];
    let archive = |method, files: &[(&str, Vec<u8>)]| {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in files {
            writer.start_file(*path, SimpleFileOptions::default().compression_method(method)).ok()?;
            writer.write_all(content).ok()?;
        }
        writer.finish().ok().map(Cursor::into_inner)
    };
    let lone = [("bot.py", b"def bot_main(d):\n    return []\n".to_vec())];
    let nested = [("my/bot.py", b"import x\n".to_vec()), ("my/x.py", Vec::new()), (".DS_Store", vec![0; 9])];
    let bomb = [("bot.py", vec![b' '; 8 << 20])];
    let all = [lone.as_slice(), nested.as_slice(), bomb.as_slice()];
    methods
        .iter()
        .flat_map(|method| all.iter().filter_map(move |files| archive(*method, files)))
        .filter(|archive| archive.len() < 64 << 10)
        .collect()
}

pub(crate) fn toml() -> Vec<Vec<u8>> {
    let texts = [
        "bots = \"bots\"\nrounds = 3\nseed = \"random\"\n[limits]\nturn_fuel = 50_000_000\nticks = 100\n",
        "seed = 7\nlisten = \"127.0.0.1:7070\"\nlimits = { memory_bytes = \"64 MiB\" }\n",
    ];
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

pub(crate) fn python_wasm() -> Vec<Vec<u8>> {
    let section = |name: &[u8], payload: &[u8]| {
        let body = [&[name.len() as u8], name, payload].concat();
        // Both lengths are below 16 384, so two bytes are enough for the outer one.
        [&[0, (body.len() & 0x7f) as u8 | 0x80, (body.len() >> 7) as u8], body.as_slice()].concat()
    };
    let label = format!(r#"{{"version":1,"python":"3.14.0","harness":1,"sha256":"{}"}}"#, "0".repeat(64));
    let file =
        [b"\0asm\x0d\0\x01\0".to_vec(), section(b"x", b"y"), section(b"arena-runtime", label.as_bytes())];
    vec![file.concat(), b"\0asm\x01\0\0\0".to_vec()]
}
