//! The store of a simulated world: what is on its way into it, and what is in it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::event::{Doubt, Vote};
use super::super::{AuditEnd, Counts, Event, Finished, MatchNo, Voter, WorkerKey};
use super::check::ensure;
use super::puppet::{says, truth};

/// What is recorded of a match.
pub(super) struct Row {
    pub(super) finished: Finished,
    by: (WorkerKey, Voter),
    corroborated: BTreeSet<Voter>,
}

/// Something on its way into the store.
enum Write {
    Record((WorkerKey, Voter), Finished),
    Compare((WorkerKey, Voter), Finished),
    Audited(MatchNo, WorkerKey, AuditEnd),
    Sweep(Voter),
}

/// The store.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) rows: BTreeMap<MatchNo, Row>,
    writes: VecDeque<Write>,
    /// Whose votes the results of a worker are.
    pub(super) voters: BTreeMap<WorkerKey, Voter>,
}

impl Shelf {
    /// Takes a result that is to be recorded.
    pub(super) fn record(&mut self, worker: WorkerKey, finished: Finished) -> Result<(), String> {
        let no = finished.no;
        let is_same = |write: &Write| matches!(write, Write::Record(_, other) if other.no == no);
        // A result that is about to be set aside makes room for another.
        let makes_room = |write: &Write| match write {
            Write::Sweep(_) => true,
            Write::Audited(other, ..) => *other == no,
            Write::Record(..) | Write::Compare(..) => false,
        };
        let has_room = !self.rows.contains_key(&no) || self.writes.iter().any(makes_room);
        ensure!(has_room, "m{} is recorded again", no.0);
        ensure!(!self.writes.iter().any(is_same), "m{} is being recorded twice", no.0);
        self.writes.push_back(Write::Record(self.author(worker), finished));
        Ok(())
    }

    /// Takes a late report.
    pub(super) fn compare(&mut self, worker: WorkerKey, finished: Finished) {
        self.writes.push_back(Write::Compare(self.author(worker), finished));
    }

    /// Takes what an audit found. Says how many are undecided by it.
    pub(super) fn audited(&mut self, no: MatchNo, worker: WorkerKey, end: AuditEnd) -> u32 {
        let undecided = u32::from(matches!(end, AuditEnd::Undecided { .. }));
        if end.is_written() {
            self.writes.push_back(Write::Audited(no, worker, end));
        }
        undecided
    }

    /// A voter is not believed any more.
    pub(super) fn sweep(&mut self, voter: Voter) {
        self.writes.push_back(Write::Sweep(voter));
    }

    /// Makes the next write durable. What the engine is told of it, if there was one.
    pub(super) fn write(&mut self) -> Option<Vec<Event>> {
        Some(match self.writes.pop_front()? {
            Write::Record(by, finished) => self.insert(by, finished, false),
            Write::Compare(by, finished) => self.insert(by, finished, true),
            Write::Audited(no, worker, end) => {
                self.amend(no, end);
                vec![Event::Recorded(vec![(no, worker)])]
            }
            Write::Sweep(voter) => {
                let alone = |row: &Row| row.by.1 == voter && row.corroborated.iter().all(|by| *by == voter);
                let gone = self.rows.extract_if(.., |_, row| alone(row)).map(|(no, _)| no).collect();
                self.rows.values_mut().for_each(|row| row.corroborated.retain(|by| *by != voter));
                vec![Event::Distrusted(gone)]
            }
        })
    }

    /// The coordinator's process ends: so many writes are durable, the others never were.
    pub(super) fn crash(&mut self, durable: u8) {
        for _ in 0..durable {
            drop(self.write());
        }
        self.writes.clear();
    }

    /// Results that are not true.
    pub(super) fn wrong(&self) -> usize {
        self.rows.iter().filter(|(no, row)| says(&row.finished) != truth(**no)).count()
    }

    /// Whether the engine's counts are those of the store.
    pub(super) fn check(&self, counts: Counts, given_up: usize) -> Result<(), String> {
        let sweeps = self.writes.iter().any(|write| matches!(write, Write::Sweep(_)));
        let (rows, recorded) = (self.rows.len(), (counts.settled + counts.audits) as usize);
        ensure!(sweeps || rows == recorded, "{rows} are in the store, the engine counts {counts:?}");
        let is_new = |write: &&Write| matches!(write, Write::Record(..) | Write::Audited(..));
        let writing = self.writes.iter().filter(is_new).count();
        ensure!(
            counts.recording as usize == writing,
            "{writing} are being written, not {}",
            counts.recording
        );
        let undecided = counts.given_up as usize;
        ensure!(given_up <= undecided, "{given_up} were given up, the engine counts {undecided}");
        Ok(())
    }

    fn author(&self, worker: WorkerKey) -> (WorkerKey, Voter) {
        (worker, self.voters.get(&worker).copied().unwrap_or(Voter(u32::MAX)))
    }

    fn insert(&mut self, by: (WorkerKey, Voter), finished: Finished, is_late: bool) -> Vec<Event> {
        let no = finished.no;
        let mut events = Vec::new();
        match self.rows.get(&no) {
            Some(row) if says(&row.finished) != says(&finished) => {
                let kept = Vote { worker: row.by.0, voter: row.by.1, finished: row.finished.clone() };
                let other = Some(Vote { worker: by.0, voter: by.1, finished });
                events.push(Event::Audit(Doubt { kept, other }));
            }
            // A late one whose row was set aside meanwhile. A real store keeps it for the next run; the engine
            // has the match played again either way, so that here it would only be counted wrongly.
            None if is_late => {}
            Some(_) => {}
            None => {
                self.rows.insert(no, Row { finished, by, corroborated: BTreeSet::new() });
            }
        }
        events.push(if is_late { Event::Compared } else { Event::Recorded(vec![(no, by.0)]) });
        events
    }

    fn amend(&mut self, no: MatchNo, end: AuditEnd) {
        match end {
            AuditEnd::Upheld { by } => {
                let by = by.map(|by| self.author(by).1);
                if let Some(row) = self.rows.get_mut(&no) {
                    row.corroborated.extend(by);
                }
            }
            AuditEnd::Corrected { right, by } => {
                let corroborated = by.map(|by| self.author(by).1).into_iter().collect();
                let by = (right.worker, right.voter);
                self.rows.insert(no, Row { finished: right.finished, by, corroborated });
            }
            AuditEnd::Undecided { .. } => drop(self.rows.remove(&no)),
            AuditEnd::Inconclusive => {}
        }
    }
}
