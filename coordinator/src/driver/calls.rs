//! What a call is to the engine, and what is answered without asking it.

use std::time::Duration;

use terms::MatchId;
use tokio::sync::mpsc;

use super::admission::{Admission, admit};
use super::{Driver, OpenCall};
use crate::call::{Call, Picture, Reply};
use crate::engine::{Called, Ending, Event, Finished, Holding, Home, Voter, WorkerKey};
use crate::store::Store;

/// When a worker should call again after a run: another one may begin.
const DISMISSED_CALL_AGAIN: Duration = Duration::from_secs(2);
/// When a worker should call again for which there is no room: others of its address may be gone.
const CROWDED_CALL_AGAIN: Duration = Duration::from_secs(10);

/// Answers whoever still calls after a run: there is nothing to play, and what it brings is wanted
/// by nobody. Until the calls end.
pub async fn dismiss(calls: &mut mpsc::Receiver<Call>) {
    while let Some(Call { picture, reply, .. }) = calls.recv().await {
        let settled = picture.finished.iter().map(|report| (report.id, report.attempt)).collect();
        // Who hung up needs no answer.
        let _ = reply.send(Reply { settled, call_again: DISMISSED_CALL_AGAIN, ..Reply::default() });
    }
}

impl<S: Store> Driver<S> {
    /// Says whether the run is over.
    pub(super) fn on_call(&mut self, call: Call) -> Option<Ending> {
        let Call { mut picture, caller, reply, room } = call;
        if let Some(refusal) = self.roster.no_room_for(&picture.instance, &caller) {
            // It costs no more than this answer, and may get in when others have left. Who hung up needs none.
            let _ = reply.send(Reply {
                refusal: Some(refusal),
                call_again: CROWDED_CALL_AGAIN,
                ..Reply::default()
            });
            return None;
        }
        let reach = picture.reach.take();
        let quarantine = self.roster.quarantine_of(&picture.instance);
        let admission = admit(&picture, &self.runtime, quarantine);
        let engine = &self.engine;
        let stranger = self.roster.in_the_way(&picture.instance, |key| engine.is_stranger(key));
        let ending = stranger.and_then(|key| self.feed(Event::Gone(key)));
        let Some((worker, voter)) = self.roster.meet(&picture, caller, admission.refusal.as_deref()) else {
            // Dropping the reply tells the worker to call again later.
            if self.roster.may_say() {
                tracing::warn!("there are too many workers; one more was turned away");
            }
            return ending;
        };
        self.list(worker, reach);
        let settled = picture.finished.iter().map(|report| (report.id, report.attempt)).collect();
        let player = (worker, voter, Home(caller.number()));
        let called = self.called(player, picture, &admission);
        let refusal = admission.refusal;
        // A call that was still open belongs to a connection that broke.
        self.open_calls.insert(worker, OpenCall { reply, refusal, settled, _room: room });
        self.feed(Event::Called(called)).or(ending)
    }

    /// The call in the engine's words. Matches of other tournaments are nothing to it, and from a
    /// worker that was refused nothing counts.
    fn called(
        &self,
        (worker, voter, home): (WorkerKey, Voter, Home),
        picture: Picture,
        admission: &Admission,
    ) -> Called {
        let Picture { slots, holding, finished, .. } = picture;
        let heard = admission.refusal.is_none();
        let find = |id: &MatchId| self.schedule.find(id).filter(|_| heard);
        let holding = holding.iter().filter_map(|(id, attempt, ticks)| {
            Some(Holding { no: find(id)?, attempt: *attempt, ticks: *ticks })
        });
        let finished = finished.into_iter().filter_map(|report| {
            Some(Finished {
                no: find(&report.id)?,
                attempt: report.attempt,
                outcome: Box::new(report.outcome),
                record: report.record,
                wall: Duration::from_micros(report.wall_micros),
            })
        });
        Called {
            worker,
            voter,
            home,
            slots,
            stance: admission.stance,
            holding: holding.collect(),
            finished: finished.collect(),
        }
    }
}
