//! Matches that are played again to check their results, and what was found so far.

use std::collections::BTreeMap;
use std::time::Duration;

use super::event::{Elapsed, MatchNo, Vote, Voter};
use super::finding::{VOTES_OF_ONE_MAX, is_disputed};
use super::matches::Phase;

/// How long a match waits for a worker that has not voted on it while one is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far an inquiry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The result is on its way into the store.
    Opening,
    /// The match is played again.
    Open,
    /// What was found is on its way into the store; then the match is there.
    Closing(Phase),
}

/// One match and all that was said about it.
#[derive(Debug)]
pub(super) struct Inquiry {
    pub(super) stage: Stage,
    /// The first is that of the recorded result.
    pub(super) votes: Vec<Vote>,
    /// When the match was to be played again for the first time.
    pub(super) since: Elapsed,
}

impl Inquiry {
    pub(super) fn new(stage: Stage, votes: Vec<Vote>, since: Elapsed) -> Inquiry {
        Inquiry { stage, votes, since }
    }

    /// Whose result is recorded.
    pub(super) fn author(&self) -> Option<Voter> {
        self.votes.first().map(|vote| vote.voter)
    }

    /// Whether it has waited for long.
    pub(super) fn is_old(&self, now: Elapsed) -> bool {
        now.since(self.since) > PATIENCE
    }

    /// Whether it has waited long enough for somebody else. A dispute needs somebody else.
    pub(super) fn is_impatient(&self, now: Elapsed) -> bool {
        self.is_old(now) && !is_disputed(&self.votes)
    }

    /// Whether that voter has voted.
    pub(super) fn has_voted(&self, voter: Voter) -> bool {
        self.votes.iter().any(|vote| vote.voter == voter)
    }

    /// Whether another vote of that voter would tell nothing new.
    pub(super) fn has_had_its_say(&self, voter: Voter) -> bool {
        self.votes.iter().filter(|vote| vote.voter == voter).count() >= VOTES_OF_ONE_MAX
    }
}

/// All inquiries.
#[derive(Debug, Default)]
pub(super) struct Inquiries {
    all: BTreeMap<MatchNo, Inquiry>,
    /// Those whose match was recorded and is not any more.
    reopened: u32,
}

impl Inquiries {
    /// Begins one, or replaces it.
    pub(super) fn insert(&mut self, no: MatchNo, inquiry: Inquiry) {
        self.reopened += u32::from(inquiry.stage != Stage::Opening);
        if let Some(before) = self.all.insert(no, inquiry) {
            self.reopened -= u32::from(before.stage != Stage::Opening);
        }
    }

    /// Ends one.
    pub(super) fn remove(&mut self, no: MatchNo) -> Option<Inquiry> {
        let inquiry = self.all.remove(&no)?;
        self.reopened -= u32::from(inquiry.stage != Stage::Opening);
        Some(inquiry)
    }

    /// The one into that match, if there is one.
    pub(super) fn get(&self, no: MatchNo) -> Option<&Inquiry> {
        self.all.get(&no)
    }

    /// The one into that match, if the match is being played again.
    pub(super) fn open(&self, no: MatchNo) -> Option<&Inquiry> {
        self.all.get(&no).filter(|inquiry| inquiry.stage == Stage::Open)
    }

    /// The same, to change it. Its stage is only changed by [`Inquiries::insert`].
    pub(super) fn open_mut(&mut self, no: MatchNo) -> Option<&mut Inquiry> {
        self.all.get_mut(&no).filter(|inquiry| inquiry.stage == Stage::Open)
    }

    /// The matches whose inquiry `is` so.
    pub(super) fn which(&self, is: impl Fn(&Inquiry) -> bool) -> Vec<MatchNo> {
        self.all.iter().filter(|(_, inquiry)| is(inquiry)).map(|(no, _)| *no).collect()
    }

    /// Takes the votes of a voter back, but for those that are counted already.
    pub(super) fn forget_votes_of(&mut self, voter: Voter) {
        let counting = self.all.values_mut().filter(|inquiry| inquiry.stage == Stage::Open);
        counting.for_each(|inquiry| inquiry.votes.retain(|vote| vote.voter != voter));
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// Those whose match was recorded and is not any more.
    pub(super) fn reopened(&self) -> u32 {
        self.reopened
    }
}

/// What audits found in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditCounts {
    /// Results that came out the same.
    pub equal: u32,
    /// Those of them that only the same worker played again, because there was no other.
    pub alone: u32,
    /// Results that were right although somebody said otherwise.
    pub upheld: u32,
    /// Results that were wrong and were replaced.
    pub corrected: u32,
    /// Results on which nobody could decide.
    pub undecided: u32,
    /// Results that nobody managed to play again.
    pub inconclusive: u32,
    /// Workers that were found to be wrong.
    pub quarantined: u32,
    /// Results of such workers that had to be played again.
    pub distrusted: u32,
}

impl AuditCounts {
    /// Adds those of another run.
    pub fn add(&mut self, other: &AuditCounts) {
        let AuditCounts { equal, alone, upheld, corrected, undecided, inconclusive, quarantined, distrusted } =
            self;
        for (own, more) in [
            (equal, other.equal),
            (alone, other.alone),
            (upheld, other.upheld),
            (corrected, other.corrected),
            (undecided, other.undecided),
            (inconclusive, other.inconclusive),
            (quarantined, other.quarantined),
            (distrusted, other.distrusted),
        ] {
            *own += more;
        }
    }

    /// Audits that came to an end.
    pub fn total(&self) -> u32 {
        self.equal + self.upheld + self.corrected + self.undecided + self.inconclusive
    }
}
