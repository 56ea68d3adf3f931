//! How a coordinator is, for whoever asks from outside. Judged without a clock of its own.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::metrics::{Metrics, Phase};

/// A loop that did not turn for so long hangs: it turns twice a second by itself.
const TURN_SECONDS_MAX: u64 = 30;

/// What a coordinator is about; written by the run, read by others.
#[derive(Debug)]
pub struct Condition {
    stage: Mutex<Stage>,
    metrics: Metrics,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// It reads what is to be played.
    Starting,
    /// Another coordinator has the store; what is known of that.
    StandingBy(String),
    /// Its loop serves workers, and turned then.
    Playing(Instant),
    /// It writes what came out, and ends.
    Ending,
}

impl Default for Condition {
    fn default() -> Condition {
        Condition::new(Metrics::default())
    }
}

impl Condition {
    /// That of a coordinator that starts; also shown there.
    pub fn new(metrics: Metrics) -> Condition {
        metrics.enters(Phase::Starting);
        Condition { stage: Mutex::new(Stage::Starting), metrics }
    }

    /// It waits until the store is free; `why` in one line.
    pub fn stands_by(&self, why: &str) {
        self.metrics.enters(Phase::StandingBy);
        self.set(Stage::StandingBy(why.to_owned()));
    }

    /// It serves workers, and its loop turned.
    pub fn turned(&self) {
        self.set(Stage::Playing(Instant::now()));
    }

    /// It serves no workers any more.
    pub fn ends(&self) {
        self.metrics.enters(Phase::Ending);
        self.set(Stage::Ending);
    }

    /// Whether the process works.
    ///
    /// # Errors
    /// Why it does not, in one line.
    pub fn health(&self) -> Result<(), String> {
        match self.get() {
            Stage::Playing(turned) => health(turned.elapsed()),
            Stage::Starting | Stage::StandingBy(_) | Stage::Ending => Ok(()),
        }
    }

    /// Whether it serves workers. Its store works as long as it does: it ends when that is lost.
    ///
    /// # Errors
    /// Why it does not, in one line.
    pub fn readiness(&self) -> Result<(), String> {
        match self.get() {
            Stage::Playing(turned) => health(turned.elapsed()),
            Stage::Starting => Err("starting: it reads what is to be played".to_owned()),
            Stage::StandingBy(why) => Err(format!("standing by: the store {why}")),
            Stage::Ending => Err("ending: nothing is played any more".to_owned()),
        }
    }

    fn get(&self) -> Stage {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
    }
}

fn health(since_turn: Duration) -> Result<(), String> {
    let seconds = since_turn.as_secs();
    if seconds <= TURN_SECONDS_MAX {
        return Ok(());
    }
    Err(format!("the loop that serves workers hangs since {seconds} s"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_serves_workers_is_ready_and_everybody_who_waits_is_healthy() {
        let condition = Condition::default();
        let is = || (condition.health(), condition.readiness().unwrap_err());
        assert!(is().0.is_ok() && is().1.contains("starting"), "{:?}", is());
        condition.stands_by("is in use by another coordinator");
        assert!(is().0.is_ok() && is().1.contains("in use by another"), "{:?}", is());
        condition.turned();
        assert_eq!((condition.health(), condition.readiness()), (Ok(()), Ok(())));
        condition.ends();
        assert!(is().0.is_ok() && is().1.contains("ending"), "{:?}", is());
    }

    #[test]
    fn a_loop_that_does_not_turn_is_unhealthy() {
        assert_eq!(health(Duration::from_secs(TURN_SECONDS_MAX)), Ok(()));
        let why = health(Duration::from_secs(TURN_SECONDS_MAX + 1)).unwrap_err();
        assert!(why.contains("hangs since 31 s"), "{why}");
    }
}
