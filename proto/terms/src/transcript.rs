//! A match as two running digests: two matches that were played alike, and only those, have the
//! same [`TranscriptDigest`]; if their bots also used the same fuel, the same [`FuelDigest`].
//!
//! What was said enters as its own BLAKE3, so that a transcript that keeps only that of something
//! long can still be checked.

use crate::{BySeat, Digest, Digester, Fault, FaultKind, MatchSpec, Seat, Verdict};

/// Hashes a match while it is played.
pub struct TranscriptDigest(Digester);

/// What starts each record, so that no two different transcripts give the same bytes.
enum Tag {
    Observation = 1,
    Reply = 2,
    Fault = 3,
    Verdict = 4,
}

impl TranscriptDigest {
    /// The transcript of a match that is about to start.
    pub fn new(spec: &MatchSpec) -> TranscriptDigest {
        TranscriptDigest(of_match("arena transcript 2", spec))
    }

    /// A bot was asked.
    pub fn observation(&mut self, seat: Seat, tick: u32, observation: &[u8]) {
        self.observed(seat, tick, &Digest::of(observation));
    }

    /// A bot answered.
    pub fn reply(&mut self, seat: Seat, tick: u32, reply: &[u8]) {
        self.replied(seat, tick, &Digest::of(reply));
    }

    /// A bot failed.
    pub fn fault(&mut self, fault: &Fault) {
        let (message, traceback) = (&fault.message, &fault.traceback);
        let (message, traceback) = (Digest::of(message.as_bytes()), Digest::of(traceback.as_bytes()));
        self.failed(fault.seat, fault.tick, fault.kind, &message, &traceback);
    }

    /// A bot was asked, with an observation of that digest.
    pub fn observed(&mut self, seat: Seat, tick: u32, observation: &Digest) {
        self.start(Tag::Observation, seat, tick).digest(observation);
    }

    /// A bot answered, with a reply of that digest.
    pub fn replied(&mut self, seat: Seat, tick: u32, reply: &Digest) {
        self.start(Tag::Reply, seat, tick).digest(reply);
    }

    /// A bot failed, with a message and a traceback of those digests.
    pub fn failed(&mut self, seat: Seat, tick: u32, kind: FaultKind, message: &Digest, traceback: &Digest) {
        self.start(Tag::Fault, seat, tick).number(kind.code().into()).digest(message).digest(traceback);
    }

    /// The digest of what happened until now.
    pub fn so_far(&self) -> Digest {
        self.0.finish()
    }

    /// The match is over.
    pub fn finish(mut self, verdict: &Verdict, ticks: u32) -> Digest {
        self.0.number(Tag::Verdict as u64).number(ticks.into());
        let BySeat([zero, one]) = match verdict {
            Verdict::Played(scores) => scores.half_points(),
            Verdict::Forfeit(seats) => seats.map(|lost| 16 + u8::from(lost)),
            Verdict::Void(fault) => BySeat([32, fault.code()]),
        };
        self.0.number(zero.into()).number(one.into()).finish()
    }

    fn start(&mut self, tag: Tag, seat: Seat, tick: u32) -> &mut Digester {
        self.0.number(tag as u64).number(seat.index().into()).number(tick.into())
    }
}

/// Hashes what the bots of a match used, so that a difference of fuel is told from one of play.
pub struct FuelDigest(Digester);

impl FuelDigest {
    /// The fuel of a match that is about to start.
    pub fn new(spec: &MatchSpec) -> FuelDigest {
        FuelDigest(of_match("arena fuel 1", spec))
    }

    /// A load, with tick 0, or a turn used that much.
    pub fn used(&mut self, seat: Seat, tick: u32, fuel: u64) {
        self.0.number(seat.index().into()).number(tick.into()).number(fuel);
    }

    /// The digest of what was used until now.
    pub fn so_far(&self) -> Digest {
        self.0.finish()
    }

    /// The match is over. The last number is no seat, so that no turn can stand for the end.
    pub fn finish(mut self, ticks: u32) -> Digest {
        self.0.number(u64::MAX).number(ticks.into()).finish()
    }
}

fn of_match(tag: &str, spec: &MatchSpec) -> Digester {
    let mut digester = Digester::new(tag);
    digester.digest(&spec.id().0).number(spec.seed.0);
    digester
}
