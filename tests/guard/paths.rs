//! The hot paths, each in a function of its own that valgrind can tell from the others.

use std::hint::black_box;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use coordinator::engine::{self, Called, Elapsed, Engine, Event, Home, Stance, Voter, WorkerKey};
use games::{Game, Progress};
use pipe::{FromShim, Load, ToShim, Usage};
use serde_json::Value;
use terms::{BySeat, Digest, GameId, Limits, MatchSpec, Policy, Runtime, Seat, Seed, Verdict};
use transcript::{Recorder, Syntax};
use worker::referee::{Answer, Contest, Player, conduct, read_reply};
use worker::sandbox::HostTrouble;

/// Ticks or calls of each path: many enough that what is done once does not count.
const CALLS: u32 = 400;
const REPLY: &[u8] = br#"{"actions":["FORWARD","LEFT"],"debug_info":{"turn":0.25,"seen":"12.50"}}"#;
const USED: Usage<'_> =
    Usage { fuel: 200_000, memory_peak_bytes: 18_000_000, log: b"", log_dropped_bytes: 0 };

/// A path.
pub(crate) struct Path {
    /// The name of its function.
    pub(crate) name: &'static str,
    /// How often it is gone.
    pub(crate) calls: u32,
    run: fn(),
}

macro_rules! all {
    ($($path:ident)*) => { &[$(Path { name: stringify!($path), calls: CALLS, run: $path },)*] };
}

/// Every path.
pub(crate) const ALL: &[Path] = all! {
    observation_encoding game_tick turn_frame_encoding reply_frame_decoding reply_reading
    transcript_recording referee_tick engine_call
};

pub(crate) fn run_all() {
    ALL.iter().for_each(|path| (path.run)());
}

fn game() -> Box<dyn Game> {
    games::start(&GameId::named("spacecode").unwrap(), Seed(3), CALLS + 1).unwrap()
}

fn spec() -> MatchSpec {
    MatchSpec {
        game: GameId::named("spacecode").unwrap(),
        seed: Seed(3),
        bots: BySeat([Digest::of(b"a"), Digest::of(b"b")]),
        limits: Limits { ticks: CALLS, ..Limits::default() },
        policy: Policy::open(),
        runtime: runtime().fingerprint(),
    }
}

fn runtime() -> Runtime {
    Runtime::of_this_build(Digest::of(b"python"))
}

fn observation() -> String {
    let mut observation = Vec::new();
    game().observe(Seat::Zero, &mut observation);
    String::from_utf8(observation).unwrap()
}

/// What one seat sees, as JSON.
#[inline(never)]
fn observation_encoding() {
    let game = game();
    let mut observation = Vec::new();
    for _ in 0..CALLS {
        observation.clear();
        game.observe(Seat::One, &mut observation);
        black_box(&observation);
    }
}

/// Both bots' actions, and one step.
#[inline(never)]
fn game_tick() {
    let mut game = game();
    let actions = ["FORWARD", "LEFT", "SHOOT"].map(Value::from);
    for _ in 0..CALLS {
        Seat::BOTH.into_iter().for_each(|seat| game.submit(seat, &actions).unwrap());
        if game.step() != Progress::Running {
            game = self::game();
        }
    }
}

/// An observation as a frame.
#[inline(never)]
fn turn_frame_encoding() {
    let (observation, mut frame) = (observation(), Vec::new());
    for _ in 0..CALLS {
        ToShim::Turn(black_box(&observation)).encode(&mut frame);
        black_box(&frame);
    }
}

/// A frame with a reply.
#[inline(never)]
fn reply_frame_decoding() {
    let mut frame = Vec::new();
    FromShim::Reply(USED, REPLY).encode(&mut frame);
    for _ in 0..CALLS {
        black_box(FromShim::decode(black_box(&frame))).unwrap();
    }
}

/// The actions of a reply.
#[inline(never)]
fn reply_reading() {
    (0..CALLS).for_each(|_| drop(black_box(read_reply(black_box(REPLY)))));
}

/// A tick of a match: two observations, two replies, what they used; and the end of it all.
#[inline(never)]
fn transcript_recording() {
    let (spec, observation) = (spec(), observation());
    let used =
        transcript::Usage { fuel: 200_000, memory_peak_bytes: 18_000_000, ..transcript::Usage::default() };
    let mut recorder = Recorder::new(&spec, &runtime());
    Seat::BOTH.into_iter().for_each(|seat| recorder.used(seat, 0, &used));
    for tick in 1..=CALLS {
        for seat in Seat::BOTH {
            recorder.observation(seat, tick, observation.as_bytes());
            recorder.used(seat, tick, &used);
            recorder.reply(seat, tick, REPLY, Syntax::Json);
        }
    }
    black_box(recorder.finish(&Verdict::Forfeit(BySeat([true, false])), CALLS));
}

/// A tick as the referee conducts it, against bots that answer at once.
#[inline(never)]
fn referee_tick() {
    let (spec, runtime) = (spec(), runtime());
    let mut players = BySeat([Prompt::default(), Prompt::default()]);
    let ticks = AtomicU32::new(0);
    let bundles = BySeat([&b"a"[..], &b"b"[..]]);
    let conducted =
        conduct(Contest { spec: &spec, runtime: &runtime, bundles, players: &mut players, ticks: &ticks });
    assert_eq!(conducted.outcome.ticks, CALLS, "a shorter match would count for less");
}

/// A worker calls, and gets work.
#[inline(never)]
fn engine_call() {
    let mut engine = Engine::new(engine::Policy::for_limits(&Limits::default()), 100_000, |_| false);
    for who in 0..CALLS {
        let (worker, voter, stance) = (WorkerKey(who), Voter(who), Stance::Ready);
        let (home, holding, finished) = (Home(who.into()), Vec::new(), Vec::new());
        let called = Called { worker, voter, home, slots: 8, stance, holding, finished };
        black_box(engine.handle(Elapsed::default(), Event::Called(called)));
    }
}

/// Answers without a process, and does nothing.
#[derive(Default)]
struct Prompt {
    is_loaded: bool,
}

impl Player for Prompt {
    fn set_wall_clock(&mut self, _: Duration) -> Result<(), HostTrouble> {
        Ok(())
    }

    fn ask_load(&mut self, _: &Load, _: &str, _: &[u8]) -> Result<(), HostTrouble> {
        Ok(())
    }

    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        black_box(observation);
        Ok(())
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        if !std::mem::replace(&mut self.is_loaded, true) {
            return Ok(Answer::Loaded(USED));
        }
        Ok(Answer::Reply(USED, br#"{"actions":[]}"#))
    }
}
