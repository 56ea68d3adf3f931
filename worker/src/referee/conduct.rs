//! One match from the first load to the verdict.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use games::{Game, Progress};
use pipe::{Failure, Load, Usage};
use terms::{
    BySeat, Digest, Fault, FaultKind, HostFault, Limits, MatchSpec, Outcome, Runtime, Scores, Seat, Verdict,
};
use transcript::{Recorded, Recorder, Syntax};

use super::bench::Bench;
use super::reply;
use super::{Answer, Player};
use crate::sandbox::HostTrouble;

/// What a match is conducted with.
pub struct Contest<'a, P> {
    /// Everything the outcome depends on.
    pub spec: &'a MatchSpec,
    /// What the fingerprint in `spec` is made of.
    pub runtime: &'a Runtime,
    /// The bots' contents, as [`terms::Bundle`] encodes them.
    pub bundles: BySeat<&'a [u8]>,
    /// Whoever plays the seats.
    pub players: &'a mut BySeat<P>,
    /// Goes up by one with every tick, for whoever watches.
    pub ticks: &'a AtomicU32,
}

/// What came out of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conducted {
    /// How it ended.
    pub outcome: Outcome,
    /// The transcript's record; empty if the match is void, because it is no match then.
    pub record: Vec<u8>,
}

/// Plays a match to its verdict.
pub fn conduct<P: Player>(contest: Contest<'_, P>) -> Conducted {
    let spec = contest.spec;
    let mut book = Book {
        benches: BySeat::from_fn(|seat| Bench::new(seat, spec.limits.strikes)),
        recorder: Recorder::new(spec, contest.runtime),
    };
    let mut ticks = 0;
    let (verdict, host_message) = match play(contest, &mut book, &mut ticks) {
        Ok(verdict) => (verdict, String::new()),
        Err(trouble) => (Verdict::Void(trouble.fault), trouble.message),
    };
    book.close(verdict, ticks, host_message)
}

/// What the referee writes down.
struct Book {
    benches: BySeat<Bench>,
    recorder: Recorder,
}

impl Book {
    /// The verdict, if a bot is out.
    fn forfeit(&self) -> Option<Verdict> {
        let out = BySeat::from_fn(|seat| self.benches[seat].is_out);
        (out != BySeat([false, false])).then_some(Verdict::Forfeit(out))
    }

    /// A load, with tick 0, or a turn used that much.
    fn used(&mut self, seat: Seat, tick: u32, usage: &Usage<'_>) {
        self.benches[seat].used(tick, usage);
        let Usage { fuel, memory_peak_bytes, log, log_dropped_bytes } = *usage;
        let usage = transcript::Usage { fuel, memory_peak_bytes, log, log_dropped_bytes };
        self.recorder.used(seat, tick, &usage);
    }

    /// A bot failed.
    fn fault(&mut self, seat: Seat, tick: u32, failure: &Failure<'_>) {
        let fault = self.benches[seat].fault(tick, failure);
        self.recorder.fault(&fault);
    }

    fn close(self, verdict: Verdict, ticks: u32, host_message: String) -> Conducted {
        let Recorded { record, address, digest, fuel_digest } = self.recorder.finish(&verdict, ticks);
        let is_void = matches!(verdict, Verdict::Void(_));
        let (record, transcript) = if is_void { (Vec::new(), Digest::NONE) } else { (record, address) };
        let BySeat([zero, one]) = self.benches;
        let outcome = Outcome {
            verdict,
            faults: merged(zero.faults, one.faults),
            ticks,
            digest,
            fuel_digest,
            transcript,
            usage: BySeat([zero.usage, one.usage]),
            host_message,
        };
        Conducted { outcome, record }
    }
}

/// The faults of both seats in the order in which they happened.
fn merged(mut zero: Vec<Fault>, one: Vec<Fault>) -> Vec<Fault> {
    zero.extend(one);
    zero.sort_by_key(|fault| (fault.tick, fault.seat));
    zero
}

fn play<P: Player>(
    contest: Contest<'_, P>,
    book: &mut Book,
    ticks: &mut u32,
) -> Result<Verdict, HostTrouble> {
    let Contest { spec, bundles, players, ticks: watched, .. } = contest;
    let mut game = games::start(&spec.game, spec.seed, spec.limits.ticks)
        .map_err(|unknown| HostTrouble::new(HostFault::RuntimeMismatch, unknown.to_string()))?;
    set_wall_clocks(players, spec.limits.load_wall_ms)?;
    load(spec, bundles, players, book)?;
    set_wall_clocks(players, spec.limits.turn_wall_ms)?;
    let mut observation = Vec::new();
    for tick in 1..=spec.limits.ticks {
        if let Some(forfeit) = book.forfeit() {
            return Ok(forfeit);
        }
        *ticks = tick;
        watched.fetch_add(1, Ordering::Relaxed);
        for seat in Seat::BOTH {
            observation.clear();
            game.observe(seat, &mut observation);
            book.recorder.observation(seat, tick, &observation);
            players[seat].ask_turn(as_text(&observation)?)?;
        }
        for seat in Seat::BOTH {
            hear(game.as_mut(), seat, tick, &mut players[seat], book)?;
        }
        if let (None, Progress::Over(scores)) = (book.forfeit(), game.step()) {
            return Ok(Verdict::Played(scores));
        }
    }
    // A game ends by its last tick; one that does not is undecided.
    Ok(book.forfeit().unwrap_or(Verdict::Played(Scores::DRAW)))
}

fn set_wall_clocks<P: Player>(players: &mut BySeat<P>, limit_ms: u32) -> Result<(), HostTrouble> {
    let limit = Duration::from_millis(limit_ms.into());
    Seat::BOTH.into_iter().try_for_each(|seat| players[seat].set_wall_clock(limit))
}

/// How a bot is loaded within those limits, but for its seed.
pub(crate) fn load_within(limits: &Limits) -> Load {
    Load {
        seed: 0,
        load_fuel: limits.load_fuel,
        turn_fuel: limits.turn_fuel,
        memory_bytes: limits.memory_bytes,
        reply_bytes: limits.reply_bytes,
        log_bytes: limits.log_bytes,
        bundle_bytes: 0,
    }
}

fn load<P: Player>(
    spec: &MatchSpec,
    bundles: BySeat<&[u8]>,
    players: &mut BySeat<P>,
    book: &mut Book,
) -> Result<(), HostTrouble> {
    let policy = spec.policy.lines();
    for seat in Seat::BOTH {
        let load = Load { seed: spec.seed.of_bot(seat).0, ..load_within(&spec.limits) };
        players[seat].ask_load(&load, &policy, bundles[seat])?;
    }
    for seat in Seat::BOTH {
        match players[seat].answer()? {
            Answer::Loaded(usage) => book.used(seat, 0, &usage),
            Answer::Fault(usage, failure) => {
                book.used(seat, 0, &usage);
                book.fault(seat, 0, &failure);
            }
            Answer::Reply(..) => return Err(out_of_turn("a reply to a load")),
        }
    }
    Ok(())
}

/// Takes one bot's answer: actions for the game, or a fault for the bench.
fn hear<P: Player>(
    game: &mut dyn Game,
    seat: Seat,
    tick: u32,
    player: &mut P,
    book: &mut Book,
) -> Result<(), HostTrouble> {
    match player.answer()? {
        Answer::Reply(usage, reply) => {
            book.used(seat, tick, &usage);
            let actions = reply::actions(reply);
            let syntax = if actions.is_ok() { Syntax::Json } else { Syntax::Unknown };
            book.recorder.reply(seat, tick, reply, syntax);
            let submitted =
                actions.and_then(|actions| game.submit(seat, &actions).map_err(|bad| bad.to_string()));
            if let Err(why) = submitted {
                let failure = Failure { kind: FaultKind::BadReply, message: &why, traceback: "" };
                book.fault(seat, tick, &failure);
            }
        }
        Answer::Fault(usage, failure) => {
            book.used(seat, tick, &usage);
            book.fault(seat, tick, &failure);
        }
        Answer::Loaded(_) => return Err(out_of_turn("a second load")),
    }
    Ok(())
}

fn as_text(observation: &[u8]) -> Result<&str, HostTrouble> {
    std::str::from_utf8(observation).map_err(|_| out_of_turn("an observation that is no text"))
}

fn out_of_turn(what: &str) -> HostTrouble {
    HostTrouble::new(HostFault::Protocol, format!("{what} came instead of what was asked for"))
}
