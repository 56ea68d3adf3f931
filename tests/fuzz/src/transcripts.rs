//! Transcripts: files that anyone can hand to anyone.

use terms::{Bundle, BySeat, Digest, Fault, FaultKind, GameId, Limits, MatchSpec, Policy, Runtime, Scores};
use terms::{Seat, Seed, Verdict};
use transcript::{BadTranscript, Recorded, Recorder, Syntax, Transcript, Usage};

use crate::Target;

/// Files, records, and records that are not compressed any more, which damage reaches further into.
pub(crate) const TARGET: Target = Target {
    name: "transcript",
    run,
    seeds,
    words: &[
        "\n",
        "{\"tick\":",
        "\"turns\":[",
        "\"observation\":",
        "\"reply_text\":",
        "\"log_base64\":",
        "\"reply_elided\":{\"bytes\":",
        "\"faults\":[",
        "\"cut\":{\"before_tick\":",
        "null",
        "[[[[",
        "\\u0000",
        "18446744073709551616",
    ],
};

fn run(input: &[u8]) -> String {
    let file = transcript::file::unpack(input).map(|packed| packed.transcript);
    let read = file.or_else(|bad| match transcript::read_record(input) {
        Err(BadTranscript::Foreign) => transcript::read_text(input.to_vec()).map_err(|text| (bad, text)),
        record => record.map_err(|record| (bad, record)),
    });
    match read {
        Ok(transcript) => taken(&transcript),
        Err((file, record)) => format!("{file}; {record}"),
    }
}

/// Whatever is taken can be asked for all of its ticks, and is equal to itself.
#[expect(clippy::panic, reason = "a broken promise is a panic, which is what is looked for")]
fn taken(transcript: &Transcript) -> String {
    let end = transcript.end();
    let ticks = end.cut.as_ref().map_or(u64::from(end.ticks) + 1, |cut| cut.before_tick.into());
    let read = (0..=u32::MAX).map_while(|tick| transcript.tick(tick)).count() as u64;
    if read != ticks || transcript::compare(transcript, transcript).is_some() {
        panic!("{read} of {ticks} ticks can be read again");
    }
    format!("a transcript of a match that was {}", end.verdict.name())
}

fn seeds() -> Vec<Vec<u8>> {
    let Some(recorded) = recorded() else { return Vec::new() };
    let [zero, one] = [Bundle::of_source(b"0".to_vec()).encode(), Bundle::of_source(b"1".to_vec()).encode()];
    let file = transcript::file::pack(&BySeat([&zero, &one]), &recorded.record);
    let text = transcript::read_record(&recorded.record).map(|read| read.text().as_bytes().to_vec());
    vec![file, recorded.record, text.unwrap_or_default()]
}

fn recorded() -> Option<Recorded> {
    let runtime = Runtime::of_this_build(Digest::of(b"python.wasm"));
    let spec = MatchSpec {
        game: GameId::named("spacecode").ok()?,
        seed: Seed(1),
        bots: BySeat([b"0", b"1"]).map(|source| Bundle::of_source(source.to_vec()).digest()),
        limits: Limits::default(),
        policy: Policy::strict(),
        runtime: runtime.fingerprint(),
    };
    let mut recorder = Recorder::new(&spec, &runtime);
    for seat in Seat::BOTH {
        recorder.used(seat, 0, &Usage { fuel: 1, log: b"hi\n", ..Usage::default() });
        recorder.observation(seat, 1, br#"{"time_step":1}"#);
        recorder.reply(seat, 1, br#"{"actions":[]}"#, Syntax::Json);
        recorder.observation(seat, 2, br#"{"time_step":2}"#);
        recorder.reply(seat, 2, b"\xff", Syntax::Unknown);
        let (message, traceback) = ("no".to_owned(), String::new());
        recorder.fault(&Fault { seat, kind: FaultKind::BadReply, tick: 2, message, traceback });
    }
    Some(recorder.finish(&Verdict::Played(Scores::DRAW), 2))
}
