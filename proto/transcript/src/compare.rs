//! Finds in what two transcripts differ. Settings apart, a difference is the first one: of what is
//! played after it nothing follows.

use terms::{BySeat, Digest, Runtime, Seat, Verdict};

use crate::difference::excerpts;
use crate::{Aspect, Blob, Difference, End, FaultNote, Field, Transcript, Turn, Used};

/// What stands for something that one of the two does not have.
const NOTHING: &str = "nothing";

/// The first difference of any kind: what the matches depend on, then what was played.
pub fn compare(ours: &Transcript, theirs: &Transcript) -> Option<Difference> {
    settings(ours, theirs).into_iter().next().or_else(|| played(ours, theirs))
}

/// Everything that the matches depend on and in which they differ.
pub fn settings(ours: &Transcript, theirs: &Transcript) -> Vec<Difference> {
    let (ours, theirs) = (ours.header(), theirs.header());
    let (our_spec, their_spec) = (&ours.spec, &theirs.spec);
    let mut found = Vec::new();
    let mut compare = |field, seat, ours: String, theirs: String| {
        if ours != theirs {
            found.push(Difference { seat, ..Difference::new(field, &ours, &theirs) });
        }
    };
    let game = |game: &terms::GameId| format!("{} {} ({})", game.name, game.version, game.config.short());
    compare(Field::Game, None, game(&our_spec.game), game(&their_spec.game));
    compare(Field::Seed, None, our_spec.seed.to_string(), their_spec.seed.to_string());
    for seat in Seat::BOTH {
        compare(Field::Bot, Some(seat), our_spec.bots[seat].short(), their_spec.bots[seat].short());
    }
    for row in &terms::limits::ROWS {
        let limit = |limits| format!("{} {}", row.name, (row.get)(limits));
        compare(Field::Limits, None, limit(&our_spec.limits), limit(&their_spec.limits));
    }
    let policy = |policy: &terms::Policy| format!("{}: {}", policy.name(), policy.lines());
    compare(Field::Policy, None, policy(&our_spec.policy), policy(&their_spec.policy));
    for (our_part, their_part) in runtime_parts(&ours.runtime).into_iter().zip(runtime_parts(&theirs.runtime))
    {
        compare(Field::Runtime, None, our_part, their_part);
    }
    found
}

fn runtime_parts(runtime: &Runtime) -> [String; 5] {
    let Runtime { python_wasm, wasmtime, engine, referee, target } = runtime;
    [
        format!("python.wasm {}", python_wasm.short()),
        format!("wasmtime {wasmtime}"),
        format!("engine revision {engine}"),
        format!("referee revision {referee}"),
        format!("architecture {target}"),
    ]
}

/// The first difference in what happened, whatever the matches depend on.
pub fn played(ours: &Transcript, theirs: &Transcript) -> Option<Difference> {
    first(ours, theirs, |ours, theirs| in_play(ours, theirs).or_else(|| in_use(ours, theirs)))
        .or_else(|| in_end(ours, theirs))
}

/// The first difference in what was shown, said and decided, whatever the bots used for it.
pub fn play(ours: &Transcript, theirs: &Transcript) -> Option<Difference> {
    first(ours, theirs, in_play)
        .or_else(|| in_end(ours, theirs))
        .filter(|found| found.field.aspect() == Aspect::Play)
}

type InTick = fn(&BySeat<Turn>, &BySeat<Turn>) -> Option<Difference>;

/// The first difference that `in_tick` finds in the ticks that both have.
fn first(ours: &Transcript, theirs: &Transcript, in_tick: InTick) -> Option<Difference> {
    let both = |tick| Some((tick, ours.tick(tick)?, theirs.tick(tick)?));
    let mut ticks = (0..=u32::MAX).map_while(both);
    ticks.find_map(|(tick, ours, theirs)| {
        in_tick(&ours, &theirs).map(|found| Difference { tick: Some(tick), ..found })
    })
}

/// In the order in which things happen: both bots are asked before either is heard.
fn in_play(ours: &BySeat<Turn>, theirs: &BySeat<Turn>) -> Option<Difference> {
    by_seat(ours, theirs, |ours, theirs| {
        in_blob(Field::Observation, ours.observation.as_ref(), theirs.observation.as_ref())
    })
    .or_else(|| {
        by_seat(ours, theirs, |ours, theirs| {
            in_blob(Field::Reply, ours.reply.as_ref(), theirs.reply.as_ref())
        })
    })
    .or_else(|| by_seat(ours, theirs, |ours, theirs| in_faults(&ours.faults, &theirs.faults)))
}

fn in_use(ours: &BySeat<Turn>, theirs: &BySeat<Turn>) -> Option<Difference> {
    by_seat(ours, theirs, |ours, theirs| in_used(ours.used.as_ref(), theirs.used.as_ref()))
}

fn by_seat(
    ours: &BySeat<Turn>,
    theirs: &BySeat<Turn>,
    in_turn: impl Fn(&Turn, &Turn) -> Option<Difference>,
) -> Option<Difference> {
    Seat::BOTH.into_iter().find_map(|seat| {
        in_turn(&ours[seat], &theirs[seat]).map(|found| Difference { seat: Some(seat), ..found })
    })
}

fn in_blob(field: Field, ours: Option<&Blob>, theirs: Option<&Blob>) -> Option<Difference> {
    if ours == theirs {
        return None;
    }
    let (ours, theirs) = match (shown(ours), shown(theirs)) {
        (Some(ours), Some(theirs)) => excerpts(ours, theirs),
        _ => (described(ours), described(theirs)),
    };
    Some(Difference { tick: None, seat: None, field, ours, theirs })
}

/// The bytes, if they are kept. Two of which one is not cannot be shown side by side.
fn shown(blob: Option<&Blob>) -> Option<&[u8]> {
    blob.map_or(Some(NOTHING.as_bytes()), Blob::bytes)
}

fn described(blob: Option<&Blob>) -> String {
    blob.map_or_else(
        || NOTHING.to_owned(),
        |blob| format!("{} bytes ({})", blob.len(), blob.digest().short()),
    )
}

fn in_faults(ours: &[FaultNote], theirs: &[FaultNote]) -> Option<Difference> {
    let (mut ours, mut theirs) = (ours.iter(), theirs.iter());
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return None,
            (Some(ours), Some(theirs)) if ours == theirs => {}
            (ours, theirs) => return Some(in_fault(ours, theirs)),
        }
    }
}

/// What to show of two faults that differ: the first of their parts that does.
fn in_fault(ours: Option<&FaultNote>, theirs: Option<&FaultNote>) -> Difference {
    let kind = |fault: Option<&FaultNote>| fault.map_or(NOTHING, |fault| fault.kind.name());
    let part = |part: fn(&FaultNote) -> &Blob| in_blob(Field::Fault, ours.map(part), theirs.map(part));
    if kind(ours) != kind(theirs) {
        return Difference::new(Field::Fault, kind(ours), kind(theirs));
    }
    part(|fault| &fault.message)
        .or_else(|| part(|fault| &fault.traceback))
        .unwrap_or_else(|| Difference::new(Field::Fault, kind(ours), kind(theirs)))
}

fn in_used(ours: Option<&Used>, theirs: Option<&Used>) -> Option<Difference> {
    let number = |field, of: fn(&Used) -> u64| {
        let [ours, theirs] = [ours, theirs].map(|used| used.map(of));
        let shown = |number: Option<u64>| number.map_or_else(|| NOTHING.to_owned(), |it| it.to_string());
        (ours != theirs).then(|| Difference::new(field, &shown(ours), &shown(theirs)))
    };
    let log = |used: Option<&Used>| used.and_then(|used| used.log.clone());
    number(Field::Fuel, |used| used.fuel)
        .or_else(|| number(Field::Memory, |used| used.memory_peak_bytes))
        .or_else(|| in_blob(Field::Log, log(ours).as_ref(), log(theirs).as_ref()))
        .or_else(|| number(Field::LogDropped, |used| used.log_dropped_bytes))
}

/// What differs at the end, where every tick that both records have is the same.
fn in_end(ours: &Transcript, theirs: &Transcript) -> Option<Difference> {
    let compare = |field, ours: String, theirs: String| {
        (ours != theirs).then(|| Difference::new(field, &ours, &theirs))
    };
    let (our_end, their_end) = (ours.end(), theirs.end());
    compare(Field::Ticks, our_end.ticks.to_string(), their_end.ticks.to_string())
        .or_else(|| compare(Field::Verdict, verdict(&our_end.verdict), verdict(&their_end.verdict)))
        .or_else(|| {
            // Digests begin with what the match depends on: those of two matches always differ. Those
            // of one differ here only if something was cut, and then they are all that is known of it.
            let is_one_match = ours.header().spec == theirs.header().spec;
            is_one_match.then(|| in_digests(our_end, their_end)).flatten()
        })
}

fn in_digests(ours: &End, theirs: &End) -> Option<Difference> {
    let compare = |field, ours: &Digest, theirs: &Digest| {
        (ours != theirs).then(|| Difference::new(field, &ours.short(), &theirs.short()))
    };
    compare(Field::Digest, &ours.digest, &theirs.digest)
        .or_else(|| compare(Field::FuelDigest, &ours.fuel_digest, &theirs.fuel_digest))
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Played(scores) => {
            let BySeat([zero, one]) = scores.points();
            format!("played {zero}:{one}")
        }
        Verdict::Forfeit(BySeat([true, true])) => "forfeit of both seats".to_owned(),
        Verdict::Forfeit(BySeat([zero, _])) => format!("forfeit of seat {}", u8::from(!zero)),
        Verdict::Void(fault) => format!("void ({fault})"),
    }
}
