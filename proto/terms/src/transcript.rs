//! The transcript of a match as a running digest: two matches that were played alike, and only
//! those, have the same one.

use crate::{BySeat, Digest, Digester, Fault, MatchSpec, Seat, Verdict};

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
        let mut digester = Digester::new("arena transcript 1");
        digester.digest(&spec.id().0).number(spec.seed.0);
        TranscriptDigest(digester)
    }

    /// A bot was asked.
    pub fn observation(&mut self, seat: Seat, tick: u32, observation: &[u8]) {
        self.start(Tag::Observation, seat, tick).bytes(observation);
    }

    /// A bot answered.
    pub fn reply(&mut self, seat: Seat, tick: u32, reply: &[u8]) {
        self.start(Tag::Reply, seat, tick).bytes(reply);
    }

    /// A bot failed.
    pub fn fault(&mut self, fault: &Fault) {
        self.start(Tag::Fault, fault.seat, fault.tick)
            .number(fault.kind.code().into())
            .bytes(fault.message.as_bytes())
            .bytes(fault.traceback.as_bytes());
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
