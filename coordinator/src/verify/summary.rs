//! What a verification came to: as a few lines for people, as a document for programs.

use std::fmt;

use serde::Serialize;

use super::select::Skipped;
use crate::driver::Finale;
use crate::engine::AuditCounts;
use crate::run::Ended;
use crate::standings::{Alarm, AlarmRow};

/// The version of the document.
const VERSION: u32 = 1;

/// What was found, over all settings.
pub(super) struct Summary {
    recorded: u64,
    skipped: Skipped,
    audits: AuditCounts,
    alarms: Vec<Alarm>,
    /// Results that are not recorded any more, because nobody vouches for them.
    pub(super) set_aside: u64,
}

/// `--json` of a verification.
#[derive(Serialize)]
pub(super) struct Document {
    version: u32,
    recorded: u64,
    verified: u32,
    equal: u32,
    upheld: u32,
    corrected: u32,
    undecided: u32,
    inconclusive: u32,
    set_aside: u64,
    skipped: SkippedRow,
    alarms: Vec<AlarmRow>,
}

#[derive(Serialize)]
struct SkippedRow {
    without_transcript: u64,
    damaged_transcript: u64,
    other_runtime: u64,
}

impl Summary {
    pub(super) fn new(recorded: u64, skipped: Skipped) -> Summary {
        Summary { recorded, skipped, audits: AuditCounts::default(), alarms: Vec::new(), set_aside: 0 }
    }

    pub(super) fn add(&mut self, finale: &Finale) {
        self.audits.add(&finale.audits);
        self.alarms.extend(finale.alarms.iter().cloned());
    }

    /// Whether everything that could be played again came out as it was recorded.
    fn is_equal(&self) -> bool {
        self.audits.equal == self.audits.total() && self.alarms.is_empty() && self.skipped.damaged == 0
    }

    pub(super) fn ended(&self) -> Ended {
        match (self.is_equal(), self.set_aside) {
            (_, 1..) => Ended::Complete { void: self.set_aside.try_into().unwrap_or(u32::MAX) },
            (true, 0) => Ended::Complete { void: 0 },
            (false, 0) => Ended::Differs,
        }
    }

    pub(super) fn document(&self) -> Document {
        let AuditCounts { equal, upheld, corrected, undecided, inconclusive, .. } = self.audits;
        Document {
            version: VERSION,
            recorded: self.recorded,
            verified: self.audits.total(),
            equal,
            upheld,
            corrected,
            undecided,
            inconclusive,
            set_aside: self.set_aside,
            skipped: SkippedRow {
                without_transcript: self.skipped.without_transcript,
                damaged_transcript: self.skipped.damaged,
                other_runtime: self.skipped.other_runtime,
            },
            alarms: self.alarms.iter().map(AlarmRow::from).collect(),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AuditCounts { equal, upheld, corrected, undecided, inconclusive, .. } = self.audits;
        let verified = self.audits.total();
        writeln!(f, "{verified} of {} recorded matches played again: {equal} equal", self.recorded)?;
        for (count, what) in [
            (u64::from(upheld), "upheld against a worker that said otherwise"),
            (u64::from(corrected), "recorded wrongly, and corrected"),
            (u64::from(undecided), "undecided"),
            (u64::from(inconclusive), "could not be played to their end"),
            (self.skipped.damaged, "left out, because their transcript is damaged"),
            (self.skipped.without_transcript, "left out, because their transcript is not there"),
            (self.skipped.other_runtime, "left out, because they were played with another runtime"),
        ] {
            if count > 0 {
                writeln!(f, "  {count} {what}")?;
            }
        }
        if self.set_aside > 0 {
            writeln!(
                f,
                "  {} not recorded any more, because nobody vouches for them: run the tournament's command again",
                self.set_aside
            )?;
        }
        self.alarms.iter().try_for_each(|alarm| writeln!(f, "  {}", alarm.text))
    }
}
