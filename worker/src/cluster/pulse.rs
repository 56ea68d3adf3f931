//! How the loop that talks to the coordinator is doing, for whoever asks from outside. Judged
//! without a clock of its own.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A loop that did not turn for so long hangs: it pauses half as long at most, and says while it waits
/// for an answer that it does.
const TURN_SECONDS_MAX: u64 = 60;

/// What the loop was about when it turned last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Whether everything that matches are played with is there.
    pub is_ready: bool,
    /// What it is doing, for people.
    pub note: String,
    /// Whether it finishes what it plays and goes.
    pub is_draining: bool,
    /// Why the coordinator gives no work; empty if it does.
    pub refusal: String,
    /// Whether nothing begins because too many results wait for the coordinator.
    pub is_full: bool,
}

/// Written by the loop, read by others.
#[derive(Debug)]
pub struct Pulse(Mutex<State>);

#[derive(Debug)]
struct State {
    turn: Turn,
    turned_at: Instant,
    /// The coordinator's last answer, and whether the last call was answered.
    answered: Option<(Instant, bool)>,
}

impl Default for Pulse {
    fn default() -> Pulse {
        Pulse(Mutex::new(State { turn: Turn::default(), turned_at: Instant::now(), answered: None }))
    }
}

impl Pulse {
    /// The loop turned.
    pub fn turned(&self, turn: Turn) {
        self.with(|state| {
            state.turn = turn;
            state.turned_at = Instant::now();
        });
    }

    /// The loop waits for an answer, and is alive.
    pub fn beat(&self) {
        self.with(|state| state.turned_at = Instant::now());
    }

    /// A call was answered, or not.
    pub fn called(&self, is_answered: bool) {
        self.with(|state| match (&mut state.answered, is_answered) {
            (answered, true) => *answered = Some((Instant::now(), true)),
            (Some((_, current)), false) => *current = false,
            (None, false) => {}
        });
    }

    /// Whether the process works.
    ///
    /// # Errors
    /// Why it does not, in one line.
    pub fn health(&self) -> Result<(), String> {
        self.with(|state| health(state.turned_at.elapsed()))
    }

    /// Whether it plays what it is given.
    ///
    /// # Errors
    /// Why it does not, in one line.
    pub fn readiness(&self) -> Result<(), String> {
        self.with(|state| {
            let silence = match state.answered {
                None => Contact::Never,
                Some((_, true)) => Contact::Now,
                Some((at, false)) => Contact::Lost(at.elapsed()),
            };
            health(state.turned_at.elapsed())?;
            readiness(&state.turn, silence)
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// When the coordinator answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contact {
    Never,
    Now,
    Lost(Duration),
}

fn health(since_turn: Duration) -> Result<(), String> {
    let seconds = since_turn.as_secs();
    if seconds <= TURN_SECONDS_MAX {
        return Ok(());
    }
    Err(format!("the loop that talks to the coordinator hangs since {seconds} s"))
}

fn readiness(turn: &Turn, contact: Contact) -> Result<(), String> {
    match (turn, contact) {
        (Turn { is_draining: true, .. }, _) => Err("draining: it finishes what it plays and goes".into()),
        (_, Contact::Never) => Err("no coordinator has answered yet".into()),
        (_, Contact::Lost(since)) => {
            Err(format!("the coordinator does not answer since {} s", since.as_secs()))
        }
        (Turn { refusal, .. }, _) if !refusal.is_empty() => {
            Err(format!("the coordinator gives no work: {refusal}"))
        }
        (Turn { is_ready: false, note, .. }, _) => Err(format!("preparing: {note}")),
        (Turn { is_full: true, .. }, _) => Err("too many results wait for the coordinator".into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_does_not_turn_is_unhealthy() {
        assert_eq!(health(Duration::from_secs(TURN_SECONDS_MAX)), Ok(()));
        let why = health(Duration::from_secs(TURN_SECONDS_MAX + 1)).unwrap_err();
        assert!(why.contains("hangs since 61 s"), "{why}");
    }

    #[test]
    fn whoever_is_not_ready_says_why() {
        let ready = Turn { is_ready: true, ..Turn::default() };
        let cases = [
            (Turn { is_draining: true, ..ready.clone() }, Contact::Now, "draining"),
            (ready.clone(), Contact::Never, "no coordinator"),
            (ready.clone(), Contact::Lost(Duration::from_secs(7)), "since 7 s"),
            (Turn { refusal: "other wasmtime".into(), ..ready.clone() }, Contact::Now, "other wasmtime"),
            (Turn { is_ready: false, note: "compiling".into(), ..ready.clone() }, Contact::Now, "compiling"),
            (Turn { is_full: true, ..ready.clone() }, Contact::Now, "too many results"),
        ];
        for (turn, contact, why) in cases {
            let said = readiness(&turn, contact).unwrap_err();
            assert!(said.contains(why), "{said:?} does not contain {why:?}");
        }
        assert_eq!(readiness(&ready, Contact::Now), Ok(()));
    }

    #[test]
    fn a_call_that_fails_after_others_is_a_lost_contact_and_the_next_answer_ends_it() {
        let pulse = Pulse::default();
        pulse.turned(Turn { is_ready: true, ..Turn::default() });
        pulse.called(false);
        assert!(pulse.readiness().unwrap_err().contains("no coordinator"));
        pulse.called(true);
        assert_eq!(pulse.readiness(), Ok(()));
        pulse.called(false);
        assert!(pulse.readiness().unwrap_err().contains("does not answer since 0 s"));
        pulse.called(true);
        assert_eq!(pulse.readiness(), Ok(()));
    }
}
