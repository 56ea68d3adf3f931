//! A player whose answers are measured. The referee, whose matches depend on nothing but what is said,
//! does not know.

use std::sync::Arc;
use std::time::Duration;

use pipe::{Load, Usage};

use super::matches::{Answers, Question, Turns};
use crate::referee::{Answer, Player};
use crate::sandbox::HostTrouble;

/// A player, with a clock beside it if somebody looks at it.
#[derive(Debug)]
pub struct Timed<P> {
    player: P,
    answers: Option<Answers>,
}

impl<P> Timed<P> {
    /// That player, measured for those handles if there are some.
    pub fn new(player: P, turns: Option<Arc<Turns>>) -> Timed<P> {
        Timed { player, answers: turns.map(Answers::new) }
    }

    /// The player.
    pub fn player(&self) -> &P {
        &self.player
    }

    fn asked(&mut self, question: Question) {
        if let Some(answers) = &mut self.answers {
            answers.asked(question);
        }
    }
}

impl<P: Player> Player for Timed<P> {
    fn set_wall_clock(&mut self, limit: Duration) -> Result<(), HostTrouble> {
        self.player.set_wall_clock(limit)
    }

    fn ask_load(&mut self, load: &Load, policy: &str, bundle: &[u8]) -> Result<(), HostTrouble> {
        self.asked(Question::Load);
        self.player.ask_load(load, policy, bundle)
    }

    fn ask_turn(&mut self, observation: &str) -> Result<(), HostTrouble> {
        self.asked(Question::Turn);
        self.player.ask_turn(observation)
    }

    fn answer(&mut self) -> Result<Answer<'_>, HostTrouble> {
        let answer = self.player.answer();
        if let Some(answers) = &mut self.answers {
            answers.answered(answer.as_ref().ok().map(fuel));
        }
        answer
    }
}

fn fuel(answer: &Answer<'_>) -> u64 {
    let (Answer::Loaded(Usage { fuel, .. })
    | Answer::Reply(Usage { fuel, .. }, _)
    | Answer::Fault(Usage { fuel, .. }, _)) = answer;
    *fuel
}
