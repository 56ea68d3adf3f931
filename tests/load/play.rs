//! How a match goes that nobody plays: everything comes from its id.

use std::time::Duration;

use rpc::v1;
use terms::{
    BySeat, Digest, Fault, FaultKind, GameId, Limits, MatchId, MatchSpec, Outcome, Policy, Runtime, Scores,
    Seat, SeatUsage, Seed, Verdict,
};
use transcript::{Recorded, Recorder, Syntax, Usage};

/// What all matches of the tournament share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Setting {
    pub(crate) game: GameId,
    pub(crate) limits: Limits,
    pub(crate) policy: Policy,
    pub(crate) runtime: Runtime,
    /// Its fingerprint.
    fingerprint: Digest,
}

impl Setting {
    /// What an answer of the coordinator says.
    pub(crate) fn read(tournament: &v1::Tournament) -> Result<Setting, rpc::BadMessage> {
        let (game, limits, runtime, policy) = tournament.read()?;
        let fingerprint = runtime.fingerprint();
        Ok(Setting { game, limits, policy, runtime, fingerprint })
    }

    /// The match of that seed between those bots.
    pub(crate) fn spec(&self, seed: Seed, bots: BySeat<Digest>) -> MatchSpec {
        MatchSpec {
            game: self.game.clone(),
            seed,
            bots,
            limits: self.limits,
            policy: self.policy.clone(),
            runtime: self.fingerprint,
        }
    }
}

/// How a match ends, and its record.
pub(crate) struct Played {
    pub(crate) outcome: Outcome,
    pub(crate) record: Vec<u8>,
}

/// Plays a match.
pub(crate) fn play(spec: &MatchSpec, runtime: &Runtime) -> Played {
    play_but_for(0, spec, runtime)
}

/// Plays it as a liar says that it went, who can be told by his lie; as it went if that is zero.
pub(crate) fn play_but_for(lie: u8, spec: &MatchSpec, runtime: &Runtime) -> Played {
    let MatchId(Digest(bytes)) = spec.id();
    let id = MatchId(Digest(bytes.map(|byte| byte ^ lie)));
    let verdict = verdict(&id);
    let ticks = 1 + u32::from(byte(&id, 1)) % 3;
    let mut recorder = Recorder::new(spec, runtime);
    let mut usage = BySeat::<SeatUsage>::default();
    for tick in 0..=ticks {
        for seat in Seat::BOTH {
            let fuel = fuel(&id, seat, tick);
            let memory_peak_bytes = 1 << 20;
            if tick > 0 {
                recorder.observation(seat, tick, b"{}");
            }
            recorder.used(seat, tick, &Usage { fuel, memory_peak_bytes, ..Usage::default() });
            if tick > 0 {
                recorder.reply(seat, tick, b"[]", Syntax::Json);
                usage[seat].turns_fuel += fuel;
                usage[seat].turn_fuel.record(fuel);
            } else {
                usage[seat].load_fuel = fuel;
            }
            usage[seat].memory_peak_bytes = memory_peak_bytes;
        }
    }
    let faults: Vec<Fault> = fault(&verdict, ticks).into_iter().collect();
    faults.iter().for_each(|fault| recorder.fault(fault));
    let Recorded { record, address, digest, fuel_digest } = recorder.finish(&verdict, ticks);
    let host_message = String::new();
    let outcome =
        Outcome { verdict, faults, ticks, digest, fuel_digest, transcript: address, usage, host_message };
    Played { outcome, record }
}

/// How long that takes: evenly spread over the doublings between shortest and longest.
pub(crate) fn length(id: &MatchId, shortest: Duration, longest: Duration) -> Duration {
    let place = f64::from(u32::from_le_bytes([2, 3, 4, 5].map(|at| byte(id, at)))) / f64::from(u32::MAX);
    let (shortest, longest) = (shortest.as_secs_f64(), longest.as_secs_f64());
    Duration::from_secs_f64(shortest * (longest / shortest).powf(place))
}

fn verdict(id: &MatchId) -> Verdict {
    match byte(id, 0) % 16 {
        0..=6 => Verdict::Played(Scores::win(Seat::Zero)),
        7..=10 => Verdict::Played(Scores::win(Seat::One)),
        11..=13 => Verdict::Played(Scores::DRAW),
        14 => Verdict::Forfeit(BySeat([true, false])),
        _ => Verdict::Forfeit(BySeat([false, true])),
    }
}

fn fault(verdict: &Verdict, tick: u32) -> Option<Fault> {
    let Verdict::Forfeit(BySeat([zero, _])) = verdict else { return None };
    let seat = if *zero { Seat::Zero } else { Seat::One };
    let (message, traceback) = ("used all of its fuel".to_owned(), String::new());
    Some(Fault { seat, kind: FaultKind::OutOfFuel, tick, message, traceback })
}

fn fuel(id: &MatchId, seat: Seat, tick: u32) -> u64 {
    1_000 + u64::from(byte(id, 6 + usize::from(seat.index()))) * 10 + u64::from(tick)
}

fn byte(MatchId(Digest(bytes)): &MatchId, at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or_default()
}
