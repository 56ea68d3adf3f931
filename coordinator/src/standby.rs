//! Waiting for the store as long as another coordinator has it. Whoever waits does not listen for
//! workers: they call the one that is active.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::config::Place;
use crate::driver::now_ms;
use crate::http::Condition;
use crate::progress::Console;
use crate::store::{AnyStore, Attempted, Claim, StoreError};

/// How often it is tried. A fraction of it is how long nobody is active.
const TRY_EVERY: Duration = Duration::from_millis(500);
/// How often people are told that nothing has changed.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// The store at that place as soon as nobody else has it; nothing if the user wants to stop before.
///
/// # Errors
/// It cannot be opened. Once another coordinator was seen there, a server that is away is waited for.
pub async fn take(
    place: &Place,
    (console, condition): (&Console, &Condition),
    interrupts: &mut mpsc::Receiver<()>,
) -> Result<Option<AnyStore>, StoreError> {
    let mut claim = Claim::of(place);
    let mut waiting = Waiting { place, console, condition, told: None };
    loop {
        match claim.attempt(now_ms()).await {
            Ok(Attempted::Ours(store)) => {
                waiting.over();
                return Ok(Some(store));
            }
            Ok(Attempted::Held(holder)) => {
                waiting.tell(&format!("is in use by another coordinator ({holder})"))
            }
            Err(error) if waiting.told.is_some() && error.may_pass() => waiting.tell("cannot be reached"),
            Err(error) => return Err(error),
        }
        tokio::select! {
            Some(()) = interrupts.recv() => return Ok(None),
            () = tokio::time::sleep(TRY_EVERY) => {}
        }
    }
}

/// What people are told while they wait.
struct Waiting<'a> {
    place: &'a Place,
    console: &'a Console,
    condition: &'a Condition,
    /// What, and when.
    told: Option<(String, Instant)>,
}

impl Waiting<'_> {
    fn tell(&mut self, what: &str) {
        self.condition.stands_by(what);
        let is_news = self.told.as_ref().is_none_or(|(told, at)| told != what || at.elapsed() >= TELL_EVERY);
        if is_news {
            let place = self.place;
            self.console.say(&format!("store {place} {what}: waiting to take over; Ctrl-C stops"));
            self.told = Some((what.to_owned(), Instant::now()));
        }
    }

    fn over(&self) {
        if self.told.is_some() {
            self.console.say(&format!("store {} is free: taking over", self.place));
        }
    }
}
