//! What every bot did, added up.

use std::collections::HashMap;
use std::sync::Arc;

use terms::{BySeat, FaultKind};

use crate::engine::MatchNo;
use crate::schedule::Schedule;
use crate::standings::Sheet;
use crate::store::StoredResult;

/// The sums.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) sheet: Sheet,
    /// By bot, in the order of [`FaultKind::ALL`].
    pub(super) faults: Vec<[u64; FaultKind::ALL.len()]>,
}

impl Ledger {
    /// Before the first match.
    pub(super) fn new(bots: usize) -> Ledger {
        Ledger { sheet: Sheet::new(bots), faults: vec![Default::default(); bots] }
    }
}

/// Who plays in which match.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) names: Vec<String>,
    schedule: Arc<Schedule>,
    /// The rows of matches that have others than the one of their own number.
    shared: Option<HashMap<MatchNo, Vec<usize>>>,
}

impl Book {
    pub(super) fn new(names: Vec<String>, schedule: Arc<Schedule>) -> Book {
        let shared = schedule.shared();
        Book { names, schedule, shared }
    }

    /// How many bots there are.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// Who sits where in each row that a match decides.
    pub(super) fn rows(&self, no: MatchNo) -> Vec<BySeat<usize>> {
        let own = [no.index()];
        let rows = self.shared.as_ref().and_then(|shared| shared.get(&no)).map_or(&own[..], Vec::as_slice);
        rows.iter().filter_map(|row| self.schedule.seats(*row)).collect()
    }

    /// Adds a result, if it is one of this tournament.
    pub(super) fn add(&self, result: &StoredResult, ledger: &mut Ledger) {
        let Some(no) = self.schedule.find(&result.id) else { return };
        for bots in self.rows(no) {
            ledger.sheet.add(bots, &result.outcome);
            for fault in &result.outcome.faults {
                let of_bot = ledger.faults.get_mut(bots[fault.seat]);
                let at = usize::from(fault.kind.code()).saturating_sub(1);
                if let Some(count) = of_bot.and_then(|kinds| kinds.get_mut(at)) {
                    *count += 1;
                }
            }
        }
    }
}
