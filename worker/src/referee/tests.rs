//! What the referee promises, against players that follow a script.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pipe::{Failure, Load, Usage};
use terms::{
    BySeat, Digest, FaultKind, GameId, HostFault, Limits, MatchSpec, Outcome, Policy, Runtime, Scores, Seat,
    Seed, Verdict,
};

use super::{Answer, Conducted, Contest, Player, conduct};
use crate::sandbox::HostTrouble;

/// What a scripted player does next.
#[derive(Clone, Copy)]
enum Step {
    Loads,
    Replies(&'static [u8]),
    Fails(FaultKind),
    IsTroubled(HostFault),
}
use Step::{Fails, IsTroubled, Loads, Replies};

const NOTHING: Step = Replies(br#"{"actions":[]}"#);
const FORWARD: Step = Replies(br#"{"actions":["FORWARD"]}"#);
const NONSENSE: Step = Replies(br#"{"actions":["DANCE"]}"#);
const USAGE: Usage<'_> = Usage { fuel: 10, memory_peak_bytes: 99, log: b"", log_dropped_bytes: 1 };

/// Follows its steps, then does nothing.
struct Script {
    steps: VecDeque<Step>,
    wall_clocks: Vec<Duration>,
    policy: String,
    observations: Vec<String>,
}

impl Script {
    fn new(steps: &[Step]) -> Script {
        let steps = steps.iter().copied().collect();
        Script { steps, wall_clocks: Vec::new(), policy: String::new(), observations: Vec::new() }
    }
}

impl Player for Script {
    fn set_wall_clock(&mut self, limit: Duration) -> Result<(), HostTrouble> {
        self.wall_clocks.push(limit);
        Ok(())
    }

    fn ask_load(&mut self, _: &Load, policy: &str, _: &[u8]) -> Result<(), HostTrouble> {
        policy.clone_into(&mut self.policy);
        Ok(())
    }

    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        self.observations.push(observation.to_owned());
        Ok(())
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        match self.steps.pop_front().unwrap_or(NOTHING) {
            Loads => Ok(Answer::Loaded(USAGE)),
            Replies(reply) => Ok(Answer::Reply(USAGE, reply)),
            Fails(kind) => Ok(Answer::Fault(USAGE, Failure { kind, message: "it failed", traceback: "" })),
            IsTroubled(fault) => Err(HostTrouble::new(fault, "the host failed")),
        }
    }
}

fn spec() -> MatchSpec {
    MatchSpec {
        game: GameId::named("spacecode").unwrap(),
        seed: Seed(7),
        bots: BySeat([Digest::of(b"a"), Digest::of(b"b")]),
        limits: Limits { ticks: 20, strikes: 3, ..Limits::default() },
        policy: Policy::open(),
        runtime: Runtime::of_this_build(Digest::of(b"python")).fingerprint(),
    }
}

fn play(zero: &[Step], one: &[Step]) -> Outcome {
    play_with(&spec(), &mut BySeat([Script::new(zero), Script::new(one)]))
}

fn play_with(spec: &MatchSpec, players: &mut BySeat<Script>) -> Outcome {
    let ticks = AtomicU32::new(0);
    let runtime = Runtime::of_this_build(Digest::of(b"python"));
    let bundles: BySeat<&[u8]> = BySeat([b"", b""]);
    let Conducted { outcome, record } =
        conduct(Contest { spec, runtime: &runtime, bundles, players, ticks: &ticks });
    assert_eq!(record.is_empty(), matches!(outcome.verdict, Verdict::Void(_)));
    assert_eq!(ticks.load(Ordering::Relaxed), outcome.ticks, "whoever watches sees every tick");
    outcome
}

#[test]
fn two_bots_that_do_nothing_play_to_the_end_and_draw() {
    let outcome = play(&[Loads], &[Loads]);
    assert_eq!(outcome.verdict, Verdict::Played(Scores::DRAW));
    assert_eq!(outcome.ticks, 20);
    assert!(outcome.faults.is_empty());
    let usage = &outcome.usage[Seat::One];
    assert_eq!((usage.load_fuel, usage.turns_fuel, usage.log_dropped_bytes), (10, 200, 21));
}

#[test]
fn a_bot_that_does_not_load_forfeits_at_tick_0() {
    for kind in FaultKind::ALL {
        let outcome = play(&[Fails(*kind)], &[Loads]);
        assert_eq!(outcome.verdict, Verdict::Forfeit(BySeat([true, false])), "{kind}");
        assert_eq!((outcome.ticks, outcome.faults[0].tick), (0, 0));
    }
    let both = play(&[Fails(FaultKind::LoadError)], &[Fails(FaultKind::OutOfFuel)]);
    assert_eq!(both.verdict, Verdict::Forfeit(BySeat([true, true])));
    assert_eq!(both.faults.len(), 2);
}

#[test]
fn a_final_fault_in_a_turn_forfeits_at_that_tick() {
    let outcome = play(&[Loads], &[Loads, NOTHING, Fails(FaultKind::OutOfFuel)]);
    assert_eq!(outcome.verdict, Verdict::Forfeit(BySeat([false, true])));
    let fault = &outcome.faults[0];
    assert_eq!((fault.seat, fault.kind, fault.tick), (Seat::One, FaultKind::OutOfFuel, 2));
}

#[test]
fn strikes_cost_the_turn_and_the_last_one_the_match() {
    let exception = Fails(FaultKind::Exception);
    let survives = play(&[Loads, exception, NONSENSE, NOTHING], &[Loads]);
    assert_eq!(survives.verdict, Verdict::Played(Scores::DRAW));
    let kinds: Vec<_> = survives.faults.iter().map(|fault| fault.kind).collect();
    assert_eq!(kinds, [FaultKind::Exception, FaultKind::BadReply]);
    let forfeits = play(&[Loads, exception, NONSENSE, exception], &[Loads]);
    assert_eq!(forfeits.verdict, Verdict::Forfeit(BySeat([true, false])));
    assert_eq!(forfeits.ticks, 3);
}

#[test]
fn an_unknown_action_and_a_broken_reply_say_what_was_wrong() {
    let outcome = play(&[Loads, NONSENSE, Replies(b"{\"actions\"")], &[Loads]);
    assert!(outcome.faults[0].message.contains("DANCE"), "{}", outcome.faults[0].message);
    assert!(outcome.faults[1].message.contains("JSON"), "{}", outcome.faults[1].message);
}

#[test]
fn a_fault_of_ours_is_void_and_never_a_loss() {
    for fault in [HostFault::ShimDied, HostFault::Stalled] {
        for steps in [&[IsTroubled(fault)][..], &[Loads, NOTHING, IsTroubled(fault)]] {
            let outcome = play(steps, &[Loads]);
            assert_eq!(outcome.verdict, Verdict::Void(fault));
            assert_eq!(outcome.host_message, "the host failed");
        }
    }
    // Not even if the other bot failed in the same tick.
    let outcome = play(&[Loads, Fails(FaultKind::Trap)], &[Loads, IsTroubled(HostFault::Stalled)]);
    assert_eq!(outcome.verdict, Verdict::Void(HostFault::Stalled));
}

#[test]
fn an_answer_to_something_else_is_a_protocol_fault() {
    for steps in [&[NOTHING][..], &[Loads, Loads]] {
        assert_eq!(play(steps, &[Loads]).verdict, Verdict::Void(HostFault::Protocol));
    }
}

#[test]
fn a_game_of_another_version_is_void() {
    let mut spec = spec();
    spec.game.version += 1;
    let outcome = play_with(&spec, &mut BySeat([Script::new(&[Loads]), Script::new(&[Loads])]));
    assert_eq!(outcome.verdict, Verdict::Void(HostFault::RuntimeMismatch));
}

#[test]
fn the_wall_clock_of_a_load_and_of_a_turn_are_set_when_they_begin() {
    let mut players = BySeat([Script::new(&[Loads]), Script::new(&[Loads])]);
    play_with(&spec(), &mut players);
    assert_eq!(players[Seat::One].wall_clocks, [Duration::from_secs(10), Duration::from_secs(2)]);
}

#[test]
fn every_bot_is_loaded_under_the_policy_of_the_match() {
    let mut players = BySeat([Script::new(&[Loads]), Script::new(&[Loads])]);
    play_with(&MatchSpec { policy: Policy::strict(), ..spec() }, &mut players);
    let lines = Policy::strict().lines();
    assert_eq!(players.map(|player| player.policy), BySeat([lines.clone(), lines]));
}

#[test]
fn every_bot_is_asked_once_per_tick_with_its_own_observation() {
    let mut players = BySeat([Script::new(&[Loads]), Script::new(&[Loads])]);
    play_with(&spec(), &mut players);
    for seat in Seat::BOTH {
        let observations = &players[seat].observations;
        assert_eq!(observations.len(), 20);
        for (tick, observation) in observations.iter().enumerate() {
            let observation: serde_json::Value = serde_json::from_str(observation).unwrap();
            assert_eq!(observation["time_step"], tick + 1);
            assert_eq!(observation["ship_id"], seat.index());
        }
    }
}

#[test]
fn the_digest_is_a_function_of_what_happened() {
    let digest = |zero: &[Step], one: &[Step]| play(zero, one).digest;
    let base = digest(&[Loads, FORWARD], &[Loads]);
    assert_eq!(digest(&[Loads, FORWARD], &[Loads]), base);
    let others = [
        digest(&[Loads, NOTHING, FORWARD], &[Loads]),
        digest(&[Loads], &[Loads, FORWARD]),
        digest(&[Loads, FORWARD, NONSENSE], &[Loads]),
        digest(&[Loads, FORWARD], &[Loads, Fails(FaultKind::Exception)]),
        digest(&[Fails(FaultKind::LoadError)], &[Loads]),
    ];
    let distinct: std::collections::BTreeSet<_> = others.iter().chain([&base]).collect();
    assert_eq!(distinct.len(), others.len() + 1);
}
