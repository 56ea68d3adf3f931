//! Results for the tests of the spool.

use terms::{Attempt, BySeat, Digest, MatchId, Outcome, Report, Scores, SeatUsage, Verdict};

use super::Author;

pub(super) const AUTHOR: Author = Author { instance: 1, boot: 2 };

/// The result of a match with that number.
pub(super) fn report(number: u8) -> Report {
    let outcome = Outcome {
        verdict: Verdict::Played(Scores::DRAW),
        faults: Vec::new(),
        ticks: 3,
        digest: Digest::of(b"digest"),
        fuel_digest: Digest::of(b"fuel"),
        transcript: Digest::of(b"address"),
        usage: BySeat::from_fn(|_| SeatUsage::default()),
        host_message: String::new(),
    };
    let id = MatchId(Digest::of(&[number]));
    Report { id, attempt: Attempt(1), outcome, record: vec![number; 50], wall_micros: 1 }
}
