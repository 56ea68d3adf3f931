//! A small match to record, and changes to it.
#![allow(dead_code, reason = "not every test file needs all of it")]
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use terms::{
    Bundle, BySeat, Digest, Fault, FaultKind, GameId, Limits, MatchSpec, Policy, Runtime, Scores, Seat, Seed,
    Verdict,
};
use transcript::{Recorded, Recorder, Syntax, Transcript, Usage, read_record};

/// One turn of a script.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) observation: Vec<u8>,
    pub(crate) reply: Option<(Vec<u8>, Syntax)>,
    pub(crate) faults: Vec<(FaultKind, String, String)>,
    pub(crate) fuel: u64,
    pub(crate) memory: u64,
    pub(crate) log: Vec<u8>,
    pub(crate) dropped: u64,
}

/// A match that is played by telling a recorder of it.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) spec: MatchSpec,
    pub(crate) runtime: Runtime,
    /// The load first.
    pub(crate) ticks: Vec<BySeat<Said>>,
    pub(crate) verdict: Verdict,
}

pub(crate) fn bundles() -> BySeat<Vec<u8>> {
    BySeat([b"print(1)\n", b"print(2)\n"]).map(|source| Bundle::of_source(source.to_vec()).encode())
}

pub(crate) fn json(reply: &str) -> Option<(Vec<u8>, Syntax)> {
    Some((reply.as_bytes().to_vec(), Syntax::Json))
}

pub(crate) fn said(observation: &str, reply: Option<(Vec<u8>, Syntax)>) -> Said {
    let (observation, log) = (observation.as_bytes().to_vec(), Vec::new());
    Said { observation, reply, faults: Vec::new(), fuel: 1_000, memory: 2_000, log, dropped: 0 }
}

/// Two ticks in which everything happens that can.
pub(crate) fn script() -> Script {
    let runtime = Runtime {
        python_wasm: Digest::of(b"python.wasm"),
        wasmtime: "48.0.8".into(),
        engine: 1,
        referee: 1,
        target: "x86_64".into(),
    };
    let spec = MatchSpec {
        game: GameId { name: "spacecode".into(), version: 1, config: Digest::of(b"config") },
        seed: Seed(7),
        bots: bundles().map(|bundle| Digest::of(&bundle)),
        limits: Limits { ticks: 20, ..Limits::default() },
        policy: Policy::strict(),
        runtime: runtime.fingerprint(),
    };
    let mut loads = BySeat([said("", None), said("", None)]);
    loads[Seat::Zero].log = b"hello\n".to_vec();
    let first = BySeat([
        said(r#"{"ship_id":0,"time_step":1}"#, json(r#"{"actions":["SHOOT"],"debug_info":{"why":"é"}}"#)),
        said(r#"{"ship_id":1,"time_step":1}"#, Some((b"no json \x00\"".to_vec(), Syntax::Unknown))),
    ]);
    let mut second = BySeat([
        said(r#"{"ship_id":0,"time_step":2}"#, Some((b"\xff\xfe".to_vec(), Syntax::Unknown))),
        said(r#"{"ship_id":1,"time_step":2}"#, None),
    ]);
    let [zero, one] = [FaultKind::BadReply, FaultKind::OutOfFuel]
        .map(|kind| (kind, "what?".to_owned(), "File \"bot.py\", line 1\n".to_owned()));
    second[Seat::Zero].faults.push(zero);
    second[Seat::One].faults.push(one);
    second[Seat::One].log = b"\xf0 no text".to_vec();
    second[Seat::One].dropped = 9;
    let verdict = Verdict::Forfeit(BySeat([false, true]));
    Script { spec, runtime, ticks: vec![loads, first, second], verdict }
}

/// As long as a script goes, with replies and logs of somebody's choice.
pub(crate) fn played(replies: Vec<(Vec<u8>, Vec<u8>)>) -> Script {
    let mut script = Script { verdict: Verdict::Played(Scores::DRAW), ..script() };
    script.ticks.truncate(1);
    for (reply, log) in replies {
        let one = said("{}", Some((reply, Syntax::Unknown)));
        script.ticks.push(BySeat([Said { log, ..one.clone() }, one]));
    }
    script.spec.limits.ticks = script.ticks.len() as u32;
    script
}

impl Script {
    pub(crate) fn record(&self) -> Recorded {
        let mut recorder = Recorder::new(&self.spec, &self.runtime);
        for (tick, turns) in (0..).zip(&self.ticks) {
            for (seat, said) in turns.iter().filter(|_| tick > 0) {
                recorder.observation(seat, tick, &said.observation);
            }
            for (seat, said) in turns.iter() {
                tell(&mut recorder, seat, tick, said);
            }
        }
        recorder.finish(&self.verdict, self.ticks.len() as u32 - 1)
    }

    pub(crate) fn transcript(&self) -> Transcript {
        read_record(&self.record().record).unwrap()
    }
}

fn tell(recorder: &mut Recorder, seat: Seat, tick: u32, said: &Said) {
    let usage = Usage {
        fuel: said.fuel,
        memory_peak_bytes: said.memory,
        log: &said.log,
        log_dropped_bytes: said.dropped,
    };
    recorder.used(seat, tick, &usage);
    if let Some((reply, syntax)) = &said.reply {
        recorder.reply(seat, tick, reply, *syntax);
    }
    for (kind, message, traceback) in &said.faults {
        let (message, traceback) = (message.clone(), traceback.clone());
        recorder.fault(&Fault { seat, kind: *kind, tick, message, traceback });
    }
}
