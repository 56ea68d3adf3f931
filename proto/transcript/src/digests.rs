//! The two digests of a match, computed in one way while it is played and when it is read.

use terms::transcript::{FuelDigest, TranscriptDigest};
use terms::{BySeat, Digest, MatchSpec, Seat, Verdict};

use crate::Turn;

/// Both digests, so far.
pub(crate) struct Digests {
    play: TranscriptDigest,
    fuel: FuelDigest,
}

impl Digests {
    pub(crate) fn new(spec: &MatchSpec) -> Digests {
        Digests { play: TranscriptDigest::new(spec), fuel: FuelDigest::new(spec) }
    }

    /// Adds a tick: both observations, then what each seat made of its own.
    pub(crate) fn add(&mut self, tick: u32, turns: &BySeat<Turn>) {
        for (seat, turn) in turns.iter() {
            if let Some(observation) = &turn.observation {
                self.play.observed(seat, tick, observation.digest());
            }
        }
        for (seat, turn) in turns.iter() {
            self.add_answer(seat, tick, turn);
        }
    }

    fn add_answer(&mut self, seat: Seat, tick: u32, turn: &Turn) {
        if let Some(used) = &turn.used {
            self.fuel.used(seat, tick, used.fuel);
        }
        if let Some(reply) = &turn.reply {
            self.play.replied(seat, tick, reply.digest());
        }
        for fault in &turn.faults {
            self.play.failed(seat, tick, fault.kind, fault.message.digest(), fault.traceback.digest());
        }
    }

    /// The digests of play and fuel up to here.
    pub(crate) fn so_far(&self) -> (Digest, Digest) {
        (self.play.so_far(), self.fuel.so_far())
    }

    /// The digests of play and fuel of the whole match.
    pub(crate) fn finish(self, verdict: &Verdict, ticks: u32) -> (Digest, Digest) {
        (self.play.finish(verdict, ticks), self.fuel.finish(ticks))
    }
}
