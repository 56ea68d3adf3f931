//! Results are checked by playing their matches again, elsewhere where possible.
//!
//! ```text
//!           in the sample, or in doubt            a vote
//!  Settled ───────────────────────────► Queued ─► Leased ─► Queued ─► …
//!     ▲                                              │ decided
//!     └────────── Recording ◄────────────────────────┘        (or GivenUp: nobody can decide)
//! ```
//!
//! While an inquiry is open, what comes in for its match is a vote and no result.

use terms::{Attempt, HostFault};

use super::command::{AuditEnd, Misdeed};
use super::event::{Doubt, Vote, Voter};
use super::finding::{End, Finding, Outlook, decide, is_disputed};
use super::inquiry::{Inquiry, Stage};
use super::matches::Phase;
use super::player::{Player, Suits};
use super::setbacks::void;
use super::{Command, Elapsed, Engine, Finished, MatchNo, WorkerKey};

/// More late reports than this are not looked at before those before them were.
const COMPARING_MAX: u32 = 64;
/// Late reports are not looked at while there are so many inquiries.
const INQUIRIES_MAX: usize = 4_096;

impl Engine {
    /// Opens an inquiry into a result that is about to be recorded, if it is in the sample.
    pub(super) fn sample(&mut self, now: Elapsed, key: WorkerKey, finished: &Finished) {
        if self.policy.sample.takes(finished.no, finished.attempt)
            && let Some(vote) = self.vote_of(key, without_record(finished))
        {
            self.inquiries.insert(finished.no, Inquiry::new(Stage::Opening, vec![vote], now));
        }
    }

    fn vote_of(&self, key: WorkerKey, finished: Finished) -> Option<Vote> {
        let worker = self.workers.get(key)?;
        Some(Vote { worker: key, voter: worker.player.voter, finished })
    }

    /// A match is recorded, or what an inquiry found is.
    pub(super) fn settle(&mut self, now: Elapsed, no: MatchNo) {
        self.again.remove(&no);
        let inquiry = self.inquiries.remove(no);
        let to = match &inquiry {
            Some(Inquiry { stage: Stage::Closing(to), .. }) => *to,
            _ => Phase::Settled,
        };
        self.matches.move_on(no, to);
        if let Some(Inquiry { stage: Stage::Opening, votes, .. }) = inquiry {
            self.reopen(now, no, votes);
        }
    }

    fn reopen(&mut self, now: Elapsed, no: MatchNo, votes: Vec<Vote>) {
        if self.drain_since.is_some() {
            return;
        }
        let latest = votes.iter().map(|vote| vote.finished.attempt.0).max().unwrap_or(0);
        let tries = self.matches.tries_mut(no);
        tries.issued = tries.issued.max(latest);
        self.matches.requeue(no);
        self.inquiries.insert(no, Inquiry::new(Stage::Open, votes, now));
    }

    /// A report of a match that is settled: if it says something else than the store, one of the
    /// two is wrong.
    pub(super) fn compare(&mut self, key: WorkerKey, finished: Finished, out: &mut Vec<Command>) {
        let is_settled = self.matches.phase(finished.no) == Some(Phase::Settled);
        let has_room = self.comparing < COMPARING_MAX && self.inquiries.count() < INQUIRIES_MAX;
        if is_settled && has_room && self.drain_since.is_none() {
            self.comparing += 1;
            out.push(Command::Compare { worker: key, finished });
        }
    }

    /// Somebody has a reason to check a recorded result.
    pub(super) fn audit(&mut self, now: Elapsed, doubt: Doubt, out: &mut Vec<Command>) {
        let Doubt { kept, other } = doubt;
        let no = kept.finished.no;
        if self.quarantined.contains(&kept.voter) {
            // Its results are set aside as they are.
            return;
        }
        let other = other.filter(|vote| !self.quarantined.contains(&vote.voter));
        let votes: Vec<Vote> = std::iter::once(kept).chain(other).collect();
        match (self.matches.phase(no), self.inquiries.get(no).map(|inquiry| inquiry.stage)) {
            (Some(Phase::Settled), None) => {
                self.reopen(now, no, votes);
                self.judge(now, no, out);
            }
            (Some(Phase::Recording), None | Some(Stage::Opening)) => {
                self.inquiries.insert(no, Inquiry::new(Stage::Opening, votes, now));
            }
            _ => {}
        }
    }

    /// A worker finished a match that is under inquiry.
    pub(super) fn vote(&mut self, now: Elapsed, key: WorkerKey, finished: Finished, out: &mut Vec<Command>) {
        let no = finished.no;
        let Some(vote) = self.vote_of(key, finished) else { return };
        let Some(inquiry) = self.inquiries.open_mut(no) else { return };
        let is_known = inquiry.votes.iter().any(|other| other.finished.outcome == vote.finished.outcome);
        let vote = if is_known { Vote { finished: without_record(&vote.finished), ..vote } } else { vote };
        inquiry.votes.push(vote);
        // It is nobody's until somebody else takes it, or it is decided.
        self.matches.requeue(no);
        self.judge(now, no, out);
    }

    /// Decides on a match under inquiry that nobody plays, if there is enough to decide on.
    fn judge(&mut self, now: Elapsed, no: MatchNo, out: &mut Vec<Command>) {
        let outlook = self.outlook(now, no);
        let Some(inquiry) = self.inquiries.open(no) else { return };
        let Finding { contradicted, outvoted, end } = decide(&inquiry.votes, outlook);
        let right = match end {
            End::Open => None,
            End::Undecided => return self.leave_undecided(now, no, out),
            End::Settled { right, second } => self.conclude(now, no, right, second, out),
        };
        for voter in contradicted {
            self.quarantine(voter, no, Misdeed::Contradiction, out);
        }
        for voter in outvoted {
            self.quarantine(voter, no, Misdeed::Alone { against: right.clone().unwrap_or_default() }, out);
        }
    }

    /// Who may still vote on a match.
    fn outlook(&self, now: Elapsed, no: MatchNo) -> Outlook {
        let Some(inquiry) = self.inquiries.open(no) else { return Outlook::Nobody };
        let ready = self.workers.some_ready();
        let is_new = |player: &Player| {
            !inquiry.has_voted(player.voter) && self.matches.suits(no, *player) != Suits::NotAgain
        };
        let is_disputed = is_disputed(&inquiry.votes);
        let counts = self.matches.counts();
        // Somebody may come as long as there is something else to do.
        let goes_on = counts.waiting + counts.in_flight() > self.inquiries.reopened();
        if ready.iter().any(is_new) && !inquiry.is_impatient(now) || is_disputed && goes_on {
            Outlook::Others
        } else if ready.iter().any(|player| !inquiry.has_had_its_say(player.voter)) {
            Outlook::Repeats
        } else {
            Outlook::Nobody
        }
    }

    /// Two agree, or the only one agrees with itself. Returns those who are right.
    fn conclude(
        &mut self,
        now: Elapsed,
        no: MatchNo,
        right: usize,
        second: Option<usize>,
        out: &mut Vec<Command>,
    ) -> Option<Vec<WorkerKey>> {
        let votes = &self.inquiries.open(no)?.votes;
        let (kept, right) = (votes.first()?, votes.get(right)?.clone());
        let by = second.and_then(|at| votes.get(at)).map(|vote| vote.worker);
        let those_right = std::iter::once(right.worker).chain(by).collect();
        if kept.finished.outcome != right.finished.outcome {
            self.audits.corrected += 1;
            self.close(now, no, AuditEnd::Corrected { right: Box::new(right), by }, out);
        } else {
            let found = if is_disputed(votes) { &mut self.audits.upheld } else { &mut self.audits.equal };
            *found += 1;
            self.audits.alone += u32::from(by.is_none());
            self.close(now, no, AuditEnd::Upheld { by }, out);
        }
        Some(those_right)
    }

    fn leave_undecided(&mut self, now: Elapsed, no: MatchNo, out: &mut Vec<Command>) {
        let Some(inquiry) = self.inquiries.open(no) else { return };
        let mut between: Vec<WorkerKey> = inquiry.votes.iter().map(|vote| vote.worker).collect();
        between.sort_unstable();
        between.dedup();
        self.audits.undecided += 1;
        self.setbacks.note(HostFault::Disputed);
        let outcome = Box::new(void(HostFault::Disputed, "workers disagree on the result"));
        self.close(now, no, AuditEnd::Undecided { between, outcome }, out);
    }

    /// Nobody manages to play the match again.
    pub(super) fn abandon(&mut self, now: Elapsed, no: MatchNo, out: &mut Vec<Command>) {
        let Some(inquiry) = self.inquiries.open(no) else { return };
        if is_disputed(&inquiry.votes) {
            return self.leave_undecided(now, no, out);
        }
        self.audits.inconclusive += 1;
        self.close(now, no, AuditEnd::Inconclusive, out);
    }

    /// Ends an inquiry: at once if nothing must be written, otherwise when it is written.
    fn close(&mut self, now: Elapsed, no: MatchNo, end: AuditEnd, out: &mut Vec<Command>) {
        let Some(Inquiry { votes, .. }) = self.inquiries.remove(no) else { return };
        let to = if matches!(end, AuditEnd::Undecided { .. }) { Phase::GivenUp } else { Phase::Settled };
        let worker = votes.last().map_or(WorkerKey(u32::MAX), |vote| vote.worker);
        if end.is_written() {
            self.workers.change(worker, |worker| worker.recording += 1);
            self.matches.move_on(no, Phase::Recording);
            self.inquiries.insert(no, Inquiry::new(Stage::Closing(to), votes, now));
        } else {
            self.matches.move_on(no, to);
        }
        out.push(Command::Audited { no, worker, end });
    }

    /// A voter is not believed any more: it gets no work, its votes do not count, and what it
    /// alone vouches for is set aside by the driver and played again.
    fn quarantine(&mut self, voter: Voter, no: MatchNo, why: Misdeed, out: &mut Vec<Command>) {
        if !self.quarantined.insert(voter) {
            return;
        }
        self.audits.quarantined += 1;
        self.sweeps += 1;
        let keys = self.workers.iter().filter(|(_, worker)| worker.player.voter == voter).map(|(key, _)| key);
        for key in keys.collect::<Vec<_>>() {
            self.requeue_of(key, |_, _| true);
            self.workers.change(key, |worker| worker.is_quarantined = true);
        }
        let is_own = |inquiry: &Inquiry| {
            inquiry.author() == Some(voter) && !matches!(inquiry.stage, Stage::Closing(_))
        };
        for own in self.inquiries.which(is_own) {
            // Its match is played again anyway, as if it had never been played.
            if self.inquiries.remove(own).is_some_and(|inquiry| inquiry.stage == Stage::Open) {
                self.again.insert(own);
            }
        }
        self.inquiries.forget_votes_of(voter);
        out.push(Command::Quarantine { voter, no, why });
    }

    /// The results that a quarantined worker alone vouched for are set aside.
    pub(super) fn distrusted(&mut self, matches: Vec<MatchNo>) {
        self.sweeps = self.sweeps.saturating_sub(1);
        for no in matches {
            self.audits.distrusted += 1;
            if self.matches.phase(no) == Some(Phase::Settled) {
                let tries = self.matches.tries_mut(no);
                tries.issued = tries.issued.max(Attempt::FIRST.0);
                self.matches.requeue(no);
                self.again.insert(no);
            }
        }
    }

    /// Looks at inquiries that wait: whom they wait for may have gone.
    pub(super) fn review(&mut self, now: Elapsed, out: &mut Vec<Command>) {
        let is_alone = self.workers.some_ready().is_empty();
        let counts = self.matches.counts();
        let is_last = counts.waiting + counts.in_flight() <= self.inquiries.reopened();
        let waits = |inquiry: &Inquiry| {
            inquiry.stage == Stage::Open
                && (inquiry.is_old(now) || is_last && !is_alone && is_disputed(&inquiry.votes))
        };
        for no in self.inquiries.which(waits) {
            if self.matches.phase(no) != Some(Phase::Queued) {
                continue;
            }
            if is_alone && is_last { self.abandon(now, no, out) } else { self.judge(now, no, out) }
        }
    }

    /// The user wants to stop: what was not decided is not. A result in dispute is not kept.
    pub(super) fn drop_audits(&mut self, now: Elapsed, out: &mut Vec<Command>) {
        for no in self.inquiries.which(|inquiry| inquiry.stage == Stage::Open) {
            if let Some(key) = self.matches.lease(no).map(|lease| lease.worker) {
                self.take_from(key, no);
            }
            if self.inquiries.open(no).is_some_and(|inquiry| is_disputed(&inquiry.votes)) {
                self.leave_undecided(now, no, out);
            } else {
                self.inquiries.remove(no);
                self.matches.move_on(no, Phase::Settled);
            }
        }
    }
}

/// The same, without the transcript: that is large, and one of each result is enough.
fn without_record(finished: &Finished) -> Finished {
    let Finished { no, attempt, outcome, wall, .. } = finished;
    Finished { no: *no, attempt: *attempt, outcome: outcome.clone(), record: Vec::new(), wall: *wall }
}
